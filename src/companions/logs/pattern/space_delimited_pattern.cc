// Conditions on the words of a message: [ip, user, ..., status = 4*, bytes > 1000]
#include <fmt/format.h>

#include <cctype>

#include "companions/logs/pattern/condition.h"
#include "companions/logs/pattern/filter_pattern.h"

namespace millrace::logs {

namespace {

constexpr std::string_view kEllipsis = "...";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.remove_suffix(1);
  }
  return text;
}

// At commas that are neither quoted nor within an expression.
std::vector<std::string_view> splitFields(std::string_view text) {
  std::vector<std::string_view> fields;
  char quote = 0;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char character = text[i];
    if (quote != 0) {
      if (character == quote) quote = 0;
    } else if (character == '"' || character == '%') {
      quote = character;
    } else if (character == ',') {
      fields.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  fields.push_back(trimmed(text.substr(begin)));
  return fields;
}

// What stands in [] or "" is one word.
std::vector<std::string_view> splitWords(std::string_view message) {
  std::vector<std::string_view> words;
  size_t at = 0;
  while (at < message.size()) {
    if (std::isspace(static_cast<unsigned char>(message[at])) != 0) {
      ++at;
      continue;
    }
    char close = message[at] == '[' ? ']' : message[at] == '"' ? '"' : '\0';
    size_t end = close == '\0' ? std::string_view::npos : message.find(close, at + 1);
    if (end != std::string_view::npos) {
      words.push_back(message.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    end = at;
    while (end < message.size() && std::isspace(static_cast<unsigned char>(message[end])) == 0) {
      ++end;
    }
    words.push_back(message.substr(at, end - at));
    at = end;
  }
  return words;
}

class WordValue final : public PatternValues {
 public:
  explicit WordValue(std::string_view word) {
    value_.text = word;
    std::optional<double> number = parseNumber(word);
    if (!number) return;
    value_.kind = PatternValue::Kind::kNumber;
    value_.number = *number;
  }
  std::vector<PatternValue> at(const std::string&) const override { return {value_}; }

 private:
  PatternValue value_;
};

struct Field {
  std::string name;
  std::optional<Condition> condition;
};

class SpaceDelimitedPattern final : public FilterPattern {
 public:
  SpaceDelimitedPattern(std::vector<Field> fields, std::optional<size_t> ellipsis)
      : fields_(std::move(fields)), ellipsis_(ellipsis) {}

  bool matches(std::string_view message) const override {
    std::vector<std::string_view> words = splitWords(message);
    if (ellipsis_ ? words.size() < fields_.size() : words.size() != fields_.size()) return false;
    for (size_t i = 0; i < fields_.size(); ++i) {
      const Field& field = fields_[i];
      if (field.condition && !holds(*field.condition, WordValue(wordOf(words, i)))) return false;
    }
    return true;
  }

  std::map<std::string, std::string> extract(std::string_view message) const override {
    std::vector<std::string_view> words = splitWords(message);
    std::map<std::string, std::string> extracted;
    for (size_t i = 0; i < fields_.size() && fields_.size() <= words.size(); ++i) {
      extracted["$" + fields_[i].name] = wordOf(words, i);
    }
    return extracted;
  }

 private:
  // Fields behind the ellipsis count from the end.
  std::string_view wordOf(const std::vector<std::string_view>& words, size_t field) const {
    if (!ellipsis_ || field < *ellipsis_) return words[field];
    return words[words.size() - fields_.size() + field];
  }

  std::vector<Field> fields_;
  std::optional<size_t> ellipsis_;  // stands before that field
};

}  // namespace

Result<std::unique_ptr<FilterPattern>> parseSpaceDelimitedPattern(std::string_view text) {
  auto invalid = [](std::string message) {
    return Error(ErrorKind::kInvalidOption, std::move(message));
  };
  if (!text.ends_with(']')) return invalid("a '[' of the pattern is not closed");
  std::vector<Field> fields;
  std::optional<size_t> ellipsis;
  for (std::string_view part : splitFields(text.substr(1, text.size() - 2))) {
    if (part == kEllipsis) {
      if (ellipsis) return invalid("a pattern can have one ellipsis");
      ellipsis = fields.size();
      continue;
    }
    Field field;
    Condition condition = TRY(parseCondition(part));
    std::vector<std::string> names;
    collectSelectors(condition, names);
    for (const std::string& name : names) {
      if (name != names.front()) {
        return invalid(fmt::format("'{}' has conditions of two fields", part));
      }
    }
    field.name = names.front();
    bool any =
        condition.kind == Condition::Kind::kCompare && condition.comparison == Comparison::kExists;
    if (!any) field.condition = std::move(condition);
    fields.push_back(std::move(field));
  }
  return std::unique_ptr<FilterPattern>(
      std::make_unique<SpaceDelimitedPattern>(std::move(fields), ellipsis));
}

}  // namespace millrace::logs
