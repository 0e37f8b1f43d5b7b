// Documents as the form of the Query protocol: Name.member.1=..., nested to any depth.
#pragma once

#include <string>

#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// Appends "&Name=value" for every member of the structure, encoded.
void appendForm(std::string& out, const ShapeModel& shape, const Document& value);

// What stands before the number of an element of the list called `name`: "Name.member.", and in a
// flattened list "Name." or the element's own name in its place.
std::string queryListPrefix(const MemberModel& list, const std::string& name);

}  // namespace millrace
