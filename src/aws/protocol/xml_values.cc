#include "aws/protocol/xml_values.h"

#include <fmt/format.h>

#include <iterator>
#include <pugixml.hpp>

#include "aws/protocol/text_values.h"

namespace millrace {

namespace {

constexpr std::string_view kCode = "MalformedXML";
constexpr int kMaxXmlDepth = 64;

ApiError malformed() {
  return ApiError(std::string(kCode), 400,
                  "The XML you provided was not well-formed or did not validate against our "
                  "published schema");
}

std::string_view elementName(const MemberModel& member, std::string_view fallback) {
  return member.locationName.empty() ? fallback : member.locationName;
}

bool isFlattened(const MemberModel& member) { return member.flattened || member.shape->flattened; }

void open(std::string& out, std::string_view name) {
  fmt::format_to(std::back_inserter(out), "<{}>", name);
}
void close(std::string& out, std::string_view name) {
  fmt::format_to(std::back_inserter(out), "</{}>", name);
}

void appendMember(std::string& out, std::string_view name, const MemberModel& member,
                  const Document& value);

void appendContent(std::string& out, const MemberModel& member, const Document& value) {
  const ShapeModel& shape = *member.shape;
  if (const auto* list = value.as<Document::List>()) {
    std::string_view name = elementName(shape.element(), "member");
    for (const Document& element : *list) appendMember(out, name, shape.element(), element);
  } else if (value.as<Document::Object>() == nullptr) {
    out += xmlEscape(encodeText(member, value, TimestampFormat::kIso8601));
  } else if (shape.type == ShapeType::kStructure) {
    appendXmlMembers(out, shape, value);
  } else if (shape.type == ShapeType::kMap) {
    for (const auto& [key, entry] : *value.as<Document::Object>()) {
      open(out, "entry");
      appendMember(out, elementName(shape.key(), "key"), shape.key(), Document(key));
      appendMember(out, elementName(shape.value(), "value"), shape.value(), entry);
      close(out, "entry");
    }
  }
}

// Attributes stand in the start tag, with the namespace that their prefix needs.
void openWithAttributes(std::string& out, std::string_view name, const MemberModel& member,
                        const Document& value) {
  fmt::format_to(std::back_inserter(out), "<{}", name);
  if (member.shape->type == ShapeType::kStructure) {
    for (const MemberModel& attribute : member.shape->members) {
      if (!attribute.xmlAttribute) continue;
      const Document* found = value.find(attribute.name);
      if (found == nullptr) continue;
      size_t colon = attribute.wireName().find(':');
      if (colon != std::string_view::npos) {
        fmt::format_to(
            std::back_inserter(out), " xmlns:{}=\"{}\"", attribute.wireName().substr(0, colon),
            member.shape->xmlNamespace.empty() ? member.xmlNamespace : member.shape->xmlNamespace);
      }
      fmt::format_to(std::back_inserter(out), " {}=\"{}\"", attribute.wireName(),
                     xmlEscape(encodeText(attribute, *found, TimestampFormat::kIso8601)));
    }
  }
  out += '>';
}

void appendMember(std::string& out, std::string_view name, const MemberModel& member,
                  const Document& value) {
  const auto* list = value.as<Document::List>();
  const auto* object = value.as<Document::Object>();
  if (list != nullptr && isFlattened(member)) {
    // The element's own name, where it has one, stands instead of the list's.
    std::string_view elementTag = elementName(member.shape->element(), name);
    for (const Document& element : *list) {
      appendMember(out, elementTag, member.shape->element(), element);
    }
    return;
  }
  if (object != nullptr && member.shape->type == ShapeType::kMap && isFlattened(member)) {
    const ShapeModel& shape = *member.shape;
    for (const auto& [key, entry] : *object) {
      open(out, name);
      appendMember(out, elementName(shape.key(), "key"), shape.key(), Document(key));
      appendMember(out, elementName(shape.value(), "value"), shape.value(), entry);
      close(out, name);
    }
    return;
  }
  openWithAttributes(out, name, member, value);
  appendContent(out, member, value);
  close(out, name);
}

// "ns:Name" -> "Name"; clients choose prefixes as they like.
std::string_view localName(const pugi::xml_node& node) {
  std::string_view name = node.name();
  size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

Outcome<Document> decodeElement(const MemberModel& member, const pugi::xml_node& node, int depth);

Outcome<Document> decodeStructure(const ShapeModel& shape, const pugi::xml_node& node, int depth) {
  Document::Object object;
  for (const MemberModel& member : shape.members) {
    if (member.location != MemberLocation::kBody) continue;
    if (member.xmlAttribute) {
      pugi::xml_attribute attribute = node.attribute(std::string(member.wireName()).c_str());
      if (attribute) object.emplace_back(member.name, Document(attribute.value()));
      continue;
    }
    if (isFlattened(member) && member.shape->type == ShapeType::kList) {
      std::string_view name = elementName(member.shape->element(), member.wireName());
      Document::List list;
      for (const pugi::xml_node& child : node.children()) {
        if (localName(child) != name) continue;
        list.push_back(TRY(decodeElement(member.shape->element(), child, depth + 1)));
      }
      if (!list.empty()) object.emplace_back(member.name, std::move(list));
      continue;
    }
    for (const pugi::xml_node& child : node.children()) {
      if (localName(child) != member.wireName()) continue;
      object.emplace_back(member.name, TRY(decodeElement(member, child, depth + 1)));
      break;
    }
  }
  return Document(std::move(object));
}

Outcome<Document> decodeList(const ShapeModel& shape, const pugi::xml_node& node, int depth) {
  std::string_view name = elementName(shape.element(), "member");
  Document::List list;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (localName(child) != name) return malformed();
    list.push_back(TRY(decodeElement(shape.element(), child, depth + 1)));
  }
  return Document(std::move(list));
}

Outcome<Document> decodeMap(const ShapeModel& shape, const pugi::xml_node& node, int depth) {
  std::string keyName(elementName(shape.key(), "key"));
  std::string valueName(elementName(shape.value(), "value"));
  Document::Object object;
  for (const pugi::xml_node& entry : node.children()) {
    if (entry.type() != pugi::node_element) continue;
    Document value = TRY(decodeElement(shape.value(), entry.child(valueName.c_str()), depth + 1));
    object.emplace_back(entry.child(keyName.c_str()).text().get(), std::move(value));
  }
  return Document(std::move(object));
}

Outcome<Document> decodeElement(const MemberModel& member, const pugi::xml_node& node, int depth) {
  if (depth > kMaxXmlDepth) return malformed();
  switch (member.shape->type) {
    case ShapeType::kStructure:
      return decodeStructure(*member.shape, node, depth);
    case ShapeType::kList:
      return decodeList(*member.shape, node, depth);
    case ShapeType::kMap:
      return decodeMap(*member.shape, node, depth);
    default:
      return decodeText(member, node.text().get(), TimestampFormat::kIso8601, kCode);
  }
}

bool parse(std::string_view text, pugi::xml_document& document) {
  // No document types: entities that expand are none of a client's business.
  constexpr unsigned kOptions =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata_single;
  pugi::xml_parse_result parsed =
      document.load_buffer(text.data(), text.size(), kOptions, pugi::encoding_utf8);
  return parsed && document.document_element();
}

}  // namespace

std::string xmlEscape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      // Parsers turn these into blanks and line feeds unless they are escaped.
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void appendXmlMembers(std::string& out, const ShapeModel& shape, const Document& value) {
  for (const MemberModel& member : shape.members) {
    if (member.location != MemberLocation::kBody || member.xmlAttribute) continue;
    const Document* found = value.find(member.name);
    if (found != nullptr) appendMember(out, member.wireName(), member, *found);
  }
}

void appendXmlElement(std::string& out, std::string_view name, std::string_view xmlNamespace,
                      const MemberModel& member, const Document& value) {
  fmt::format_to(std::back_inserter(out), "<{}", name);
  if (!xmlNamespace.empty()) {
    fmt::format_to(std::back_inserter(out), " xmlns=\"{}\"", xmlNamespace);
  }
  out += '>';
  appendContent(out, member, value);
  close(out, name);
}

Outcome<Document> decodeXml(const ShapeModel& shape, std::string_view text) {
  return decodeXmlBelow(shape, {}, text);
}

Outcome<Document> decodeXmlBelow(const ShapeModel& shape, std::string_view wrapper,
                                 std::string_view text) {
  pugi::xml_document document;
  if (!parse(text, document)) return malformed();
  pugi::xml_node root = document.document_element();
  if (wrapper.empty()) return decodeStructure(shape, root, 0);
  for (const pugi::xml_node& child : root.children()) {
    if (localName(child) == wrapper) return decodeStructure(shape, child, 0);
  }
  return Document(Document::Object());
}

std::optional<XmlError> decodeXmlError(std::string_view text) {
  pugi::xml_document document;
  if (!parse(text, document)) return {};
  pugi::xml_node root = document.document_element();
  pugi::xml_node found = localName(root) == "Error" ? root : root.child("Error");
  // EC2 and a few old answers of Query put a list around it.
  if (!found) found = root.child("Errors").child("Error");
  if (!found) return {};
  XmlError error;
  for (const pugi::xml_node& child : found.children()) {
    std::string_view name = localName(child);
    if (child.type() != pugi::node_element) continue;
    if (name == "Code") {
      error.code = child.text().get();
    } else if (name == "Message") {
      error.message = child.text().get();
    } else if (child.first_child().type() == pugi::node_pcdata) {
      error.members.emplace_back(name, Document(child.text().get()));
    }
  }
  return error;
}

}  // namespace millrace
