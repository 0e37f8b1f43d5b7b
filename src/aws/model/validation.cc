#include "aws/model/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "aws/model/pattern.h"

namespace millrace {

namespace {

// More are not reported, as DynamoDB's front end does.
constexpr size_t kMaxProblems = 10;
constexpr size_t kMaxShown = 4096;  // bytes of a value

bool isSimple(const ShapeModel& shape) {
  return shape.type != ShapeType::kStructure && shape.type != ShapeType::kList &&
         shape.type != ShapeType::kMap;
}

// What Java's String.length() counts.
size_t lengthInUtf16(std::string_view text) {
  size_t length = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

std::string numberText(double value) {
  if (value == static_cast<double>(static_cast<int64_t>(value))) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return fmt::format("{}", value);
}

std::string enumSet(const ShapeModel& shape) {
  return fmt::format("Member must satisfy enum value set: [{}]", fmt::join(shape.values, ", "));
}

bool isNumber(const ShapeModel& shape) {
  return shape.type == ShapeType::kInteger || shape.type == ShapeType::kLong ||
         shape.type == ShapeType::kFloat || shape.type == ShapeType::kDouble;
}

// What is measured against min and max: the value of a number, the length of everything else.
std::optional<double> measureOf(const Document& value) {
  if (const auto* number = value.as<int64_t>()) return static_cast<double>(*number);
  if (const auto* real = value.as<double>()) return *real;
  if (const auto* text = value.as<std::string>()) return lengthInUtf16(*text);
  if (const auto* blob = value.as<Blob>()) return blob->bytes.size();
  if (const auto* list = value.as<Document::List>()) return list->size();
  if (const auto* object = value.as<Document::Object>()) return object->size();
  return {};
}

std::string minText(const ShapeModel& shape) {
  return fmt::format("Member must have {} greater than or equal to {}",
                     isNumber(shape) ? "value" : "length", numberText(shape.min));
}

std::string maxText(const ShapeModel& shape) {
  return fmt::format("Member must have {} less than or equal to {}",
                     isNumber(shape) ? "value" : "length", numberText(shape.max));
}

std::string patternText(const ShapeModel& shape) {
  return fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern);
}

// The constraints of a shape that a value does not satisfy.
std::vector<std::string> brokenConstraints(const ShapeModel& shape, const Document& value) {
  std::vector<std::string> broken;
  const auto* text = value.as<std::string>();
  if (text != nullptr && !shape.values.empty() &&
      std::find(shape.values.begin(), shape.values.end(), *text) == shape.values.end()) {
    broken.push_back(enumSet(shape));
    return broken;  // the other constraints of an enum say nothing more
  }
  if (text != nullptr && !shape.pattern.empty() && !matchesPattern(shape, *text)) {
    broken.push_back(patternText(shape));
  }
  std::optional<double> measure = measureOf(value);
  if (measure && shape.hasMin && *measure < shape.min) broken.push_back(minText(shape));
  if (measure && shape.hasMax && *measure > shape.max) broken.push_back(maxText(shape));
  return broken;
}

// All constraints of a shape: what is said of the elements of a list or map.
std::string allConstraints(const ShapeModel& shape) {
  std::vector<std::string> all;
  if (!shape.values.empty()) {
    all.push_back(enumSet(shape));
  } else {
    if (shape.hasMax) all.push_back(maxText(shape));
    if (shape.hasMin) all.push_back(minText(shape));
    if (!shape.pattern.empty()) all.push_back(patternText(shape));
  }
  return fmt::format("[{}]", fmt::join(all, ", "));
}

// Java's toString() of what is short enough to be shown; "" otherwise.
std::string shownValue(const ShapeModel& shape, const Document& value) {
  if (shape.sensitive) return {};
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* number = value.as<int64_t>()) return fmt::format("{}", *number);
  if (const auto* real = value.as<double>()) return fmt::format("{}", *real);
  if (const auto* list = value.as<Document::List>()) {
    if (!isSimple(*shape.element().shape) || shape.element().shape->sensitive) return {};
    std::vector<std::string> parts;
    for (const Document& element : *list) {
      parts.push_back(shownValue(*shape.element().shape, element));
    }
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  return {};
}

// AWS's paths begin in lower case.
std::string pathName(std::string_view name) {
  std::string text(name);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

class Validator {
 public:
  void structure(const ShapeModel& shape, const Document& value, const std::string& path) {
    for (const MemberModel& member : shape.members) {
      std::string memberPath =
          path.empty() ? pathName(member.name) : path + '.' + pathName(member.name);
      const Document* found = value.find(member.name);
      if (found != nullptr) {
        visit(*member.shape, *found, memberPath);
      } else if (member.required && !member.shape->streaming) {
        add("Value null", memberPath, "Member must not be null");
      }
    }
  }

  std::string message() const {
    if (problems_.empty()) return {};
    return fmt::format("{} validation error{} detected: {}", problems_.size(),
                       problems_.size() == 1 ? "" : "s", fmt::join(problems_, "; "));
  }

 private:
  void visit(const ShapeModel& shape, const Document& value, const std::string& path) {
    if (problems_.size() >= kMaxProblems) return;
    for (const std::string& broken : brokenConstraints(shape, value)) {
      addValue(shape, value, path, broken);
    }
    if (shape.type == ShapeType::kStructure) structure(shape, value, path);
    if (shape.type == ShapeType::kList) list(shape, value, path);
    if (shape.type == ShapeType::kMap) map(shape, value, path);
  }

  // Simple elements are reported once, for the whole list.
  void list(const ShapeModel& shape, const Document& value, const std::string& path) {
    const auto* elements = value.as<Document::List>();
    if (elements == nullptr) return;
    const ShapeModel& element = *shape.element().shape;
    if (isSimple(element)) {
      if (std::any_of(elements->begin(), elements->end(), [&](const Document& item) {
            return !brokenConstraints(element, item).empty();
          })) {
        addValue(shape, value, path, "Member must satisfy constraint: " + allConstraints(element));
      }
      return;
    }
    for (size_t i = 0; i < elements->size() && problems_.size() < kMaxProblems; ++i) {
      visit(element, (*elements)[i], fmt::format("{}.{}.member", path, i + 1));
    }
  }

  void map(const ShapeModel& shape, const Document& value, const std::string& path) {
    const auto* entries = value.as<Document::Object>();
    if (entries == nullptr) return;
    const ShapeModel& keys = *shape.key().shape;
    const ShapeModel& values = *shape.value().shape;
    bool badKey = false;
    bool badValue = false;
    for (const auto& [key, entry] : *entries) {
      badKey |= !brokenConstraints(keys, Document(key)).empty();
      if (isSimple(values)) {
        badValue |= !brokenConstraints(values, entry).empty();
      } else {
        visit(values, entry, fmt::format("{}.{}.member", path, key));
      }
    }
    if (badKey) {
      addValue(shape, value, path, "Map keys must satisfy constraint: " + allConstraints(keys));
    }
    if (badValue) {
      addValue(shape, value, path, "Map value must satisfy constraint: " + allConstraints(values));
    }
  }

  void addValue(const ShapeModel& shape, const Document& value, const std::string& path,
                const std::string& constraint) {
    std::string shown = shownValue(shape, value);
    bool hidden = shown.empty() && value.as<std::string>() == nullptr;
    if (shown.size() > kMaxShown) shown.resize(kMaxShown);
    add(hidden || shape.sensitive ? "Value" : fmt::format("Value '{}'", shown), path, constraint);
  }

  void add(const std::string& value, const std::string& path, const std::string& constraint) {
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back(
        fmt::format("{} at '{}' failed to satisfy constraint: {}", value, path, constraint));
  }

  std::vector<std::string> problems_;
};

}  // namespace

std::string validationMessage(const ShapeModel& shape, const Document& document) {
  Validator validator;
  validator.structure(shape, document, {});
  return validator.message();
}

}  // namespace millrace
