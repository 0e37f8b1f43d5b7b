#include "aws/protocol/query_form.h"

#include "aws/protocol/text_values.h"
#include "http/url.h"

namespace millrace {

namespace {

class FormEncoder {
 public:
  explicit FormEncoder(std::string& out) : out_(out) {}

  void structure(const ShapeModel& shape, const std::string& prefix, const Document& value) {
    for (const MemberModel& member : shape.members) {
      const Document* found = value.find(member.name);
      if (found != nullptr) this->value(member, prefix + std::string(member.wireName()), *found);
    }
  }

 private:
  void value(const MemberModel& member, const std::string& name, const Document& value) {
    if (const auto* list = value.as<Document::List>()) return this->list(member, name, *list);
    if (const auto* object = value.as<Document::Object>()) {
      if (member.shape->type == ShapeType::kMap) return map(member, name, *object);
      return structure(*member.shape, name + '.', value);
    }
    out_ += '&';
    out_ += percentEncode(name);
    out_ += '=';
    out_ += percentEncode(encodeText(member, value, TimestampFormat::kIso8601));
  }

  void list(const MemberModel& member, const std::string& name, const Document::List& list) {
    const MemberModel& element = member.shape->element();
    std::string prefix = queryListPrefix(member, name);
    for (size_t i = 0; i < list.size(); ++i)
      value(element, prefix + std::to_string(i + 1), list[i]);
  }

  // Name.entry.1.key, Name.entry.1.value, ...
  void map(const MemberModel& member, const std::string& name, const Document::Object& object) {
    const ShapeModel& shape = *member.shape;
    auto nameOf = [](const MemberModel& part, std::string_view fallback) {
      return std::string(part.locationName.empty() ? fallback : part.locationName);
    };
    bool flattened = member.flattened || shape.flattened;
    std::string prefix = name + (flattened ? "." : ".entry.");
    size_t number = 0;
    for (const auto& [key, entry] : object) {
      std::string at = prefix + std::to_string(++number) + '.';
      value(shape.key(), at + nameOf(shape.key(), "key"), Document(key));
      value(shape.value(), at + nameOf(shape.value(), "value"), entry);
    }
  }

  std::string& out_;
};

}  // namespace

void appendForm(std::string& out, const ShapeModel& shape, const Document& value) {
  FormEncoder(out).structure(shape, {}, value);
}

std::string queryListPrefix(const MemberModel& list, const std::string& name) {
  const MemberModel& element = list.shape->element();
  bool flattened = list.flattened || list.shape->flattened;
  if (!flattened) {
    std::string word = element.locationName.empty() ? "member" : std::string(element.locationName);
    return name + '.' + word + '.';
  }
  if (element.locationName.empty()) return name + '.';
  size_t dot = name.rfind('.');
  return (dot == std::string::npos ? std::string() : name.substr(0, dot + 1)) +
         std::string(element.locationName) + '.';
}

}  // namespace millrace
