// XML and documents, guided by the shapes of the model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

std::string xmlEscape(std::string_view text);

// Appends the members of a structure as elements, those that travel in the body only. Timestamps
// are ISO 8601 unless the model says otherwise.
void appendXmlMembers(std::string& out, const ShapeModel& shape, const Document& value);

// Appends <name xmlns="...">...</name>.
void appendXmlElement(std::string& out, std::string_view name, std::string_view xmlNamespace,
                      const MemberModel& member, const Document& value);

// The structure that the root element holds, whatever the root is called. MalformedXML when it is
// no XML or a value has another type than the shape says.
Outcome<Document> decodeXml(const ShapeModel& shape, std::string_view text);

// The same for the element `wrapper` below the root; {} when there is none. "" = the root.
Outcome<Document> decodeXmlBelow(const ShapeModel& shape, std::string_view wrapper,
                                 std::string_view text);

// What an <Error> says, at the root or below it; nothing when the root is something else.
struct XmlError {
  std::string code;
  std::string message;
  // The other elements that hold text alone.
  Document::Object members;
};
std::optional<XmlError> decodeXmlError(std::string_view text);

}  // namespace millrace
