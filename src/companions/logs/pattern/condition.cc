#include "companions/logs/pattern/condition.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>

namespace millrace::logs {

namespace {

constexpr int kMaxDepth = 32;

Error invalid(std::string message) { return Error(ErrorKind::kInvalidOption, std::move(message)); }

class ConditionParser {
 public:
  explicit ConditionParser(std::string_view text) : text_(text) {}

  Result<Condition> parse() {
    Condition condition = TRY(alternatives(0));
    skipSpace();
    if (at_ < text_.size()) return unexpected();
    return condition;
  }

 private:
  void skipSpace() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(std::string_view token) {
    skipSpace();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  bool takeWord(std::string_view word) {
    skipSpace();
    size_t end = at_ + word.size();
    if (end > text_.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if (std::toupper(static_cast<unsigned char>(text_[at_ + i])) != word[i]) return false;
    }
    if (end < text_.size() && std::isalnum(static_cast<unsigned char>(text_[end])) != 0) {
      return false;
    }
    at_ = end;
    return true;
  }

  Error unexpected() const {
    if (at_ >= text_.size()) return invalid("the pattern ends too early");
    return invalid(fmt::format("unexpected '{}' in the pattern", text_.substr(at_, 20)));
  }

  Result<Condition> alternatives(int depth) { return joined(Condition::Kind::kOr, "||", depth); }

  Result<Condition> joined(Condition::Kind kind, std::string_view token, int depth) {
    if (depth > kMaxDepth) return invalid("the pattern is nested too deeply");
    Condition whole;
    whole.kind = kind;
    do {
      bool inner = kind == Condition::Kind::kAnd;
      whole.parts.push_back(inner ? TRY(single(depth))
                                  : TRY(joined(Condition::Kind::kAnd, "&&", depth)));
    } while (take(token));
    if (whole.parts.size() > 1) return whole;
    Condition only = std::move(whole.parts.front());
    return only;
  }

  Result<Condition> single(int depth) {
    if (take("(")) {
      Condition inner = TRY(alternatives(depth + 1));
      if (!take(")")) return unexpected();
      return inner;
    }
    Condition condition;
    condition.selector = TRY(selector());
    TRY(comparison(condition));
    return condition;
  }

  // Up to a comparison, a space or a bracket; ['...'] may hold anything.
  Result<std::string> selector() {
    skipSpace();
    size_t begin = at_;
    while (at_ < text_.size()) {
      char character = text_[at_];
      if (character == '[') {
        size_t close = text_.find(']', at_);
        if (close == std::string_view::npos) return invalid("a '[' of a selector is not closed");
        at_ = close + 1;
        continue;
      }
      bool ends = std::isspace(static_cast<unsigned char>(character)) != 0 ||
                  std::string_view("=!<>()&|").find(character) != std::string_view::npos;
      if (ends) break;
      ++at_;
    }
    if (at_ == begin) return unexpected();
    return std::string(text_.substr(begin, at_ - begin));
  }

  Status comparison(Condition& condition) {
    if (takeWord("IS")) {
      if (takeWord("TRUE")) return set(condition, Comparison::kIsTrue);
      if (takeWord("FALSE")) return set(condition, Comparison::kIsFalse);
      if (takeWord("NULL")) return set(condition, Comparison::kIsNull);
      return unexpected();
    }
    if (takeWord("NOT")) {
      if (!takeWord("EXISTS")) return unexpected();
      return set(condition, Comparison::kNotExists);
    }
    if (takeWord("EXISTS")) return {};
    struct Operator {
      std::string_view text;
      Comparison comparison;
    };
    for (const Operator& known : {Operator{"!=", Comparison::kNotEqual},
                                  {"<=", Comparison::kLessOrEqual},
                                  {">=", Comparison::kGreaterOrEqual},
                                  {"=", Comparison::kEqual},
                                  {"<", Comparison::kLess},
                                  {">", Comparison::kGreater}}) {
      if (!take(known.text)) continue;
      condition.comparison = known.comparison;
      return literal(condition);
    }
    return {};
  }

  static Status set(Condition& condition, Comparison comparison) {
    condition.comparison = comparison;
    return {};
  }

  Status literal(Condition& condition) {
    skipSpace();
    bool ordered =
        condition.comparison != Comparison::kEqual && condition.comparison != Comparison::kNotEqual;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '%')) {
      char delimiter = text_[at_];
      std::string inner = TRY(delimited(delimiter));
      if (ordered) return invalid(fmt::format("'{}' is compared by size and is no number", inner));
      if (delimiter == '%') condition.expression = TRY(RegularExpression::compile(inner));
      condition.text = std::move(inner);
      return {};
    }
    size_t begin = at_;
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) == 0 &&
           std::string_view("()&|").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    if (at_ == begin) return unexpected();
    condition.text = text_.substr(begin, at_ - begin);
    condition.number = parseNumber(condition.text);
    if (ordered && !condition.number) {
      return invalid(fmt::format("'{}' is compared by size and is no number", condition.text));
    }
    return {};
  }

  Result<std::string> delimited(char delimiter) {
    std::string inner;
    for (++at_; at_ < text_.size(); ++at_) {
      char character = text_[at_];
      if (character == delimiter) {
        ++at_;
        return inner;
      }
      bool escape = delimiter == '"' && character == '\\' && at_ + 1 < text_.size() &&
                    (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
      if (escape) ++at_;
      inner += text_[at_];
    }
    return invalid(fmt::format("a {} of the pattern is not closed", delimiter));
  }

  std::string_view text_;
  size_t at_ = 0;
};

bool isEqual(const Condition& condition, const PatternValue& value) {
  if (condition.expression) {
    return value.kind != PatternValue::Kind::kOther && condition.expression->matches(value.text);
  }
  if (condition.text == "*") return true;
  if (value.kind == PatternValue::Kind::kOther) return false;
  if (condition.number && value.kind == PatternValue::Kind::kNumber) {
    return *condition.number == value.number;
  }
  return matchesWildcard(condition.text, value.text);
}

bool isOrdered(const Condition& condition, const PatternValue& value) {
  std::optional<double> number;
  if (value.kind == PatternValue::Kind::kNumber) number = value.number;
  if (!number || !condition.number) return false;
  switch (condition.comparison) {
    case Comparison::kLess:
      return *number < *condition.number;
    case Comparison::kGreater:
      return *number > *condition.number;
    case Comparison::kLessOrEqual:
      return *number <= *condition.number;
    default:
      return *number >= *condition.number;
  }
}

bool compares(const Condition& condition, const PatternValue& value) {
  switch (condition.comparison) {
    case Comparison::kEqual:
      return isEqual(condition, value);
    case Comparison::kNotEqual:
      return !isEqual(condition, value);
    case Comparison::kIsTrue:
      return value.kind == PatternValue::Kind::kTrue;
    case Comparison::kIsFalse:
      return value.kind == PatternValue::Kind::kFalse;
    case Comparison::kIsNull:
      return value.kind == PatternValue::Kind::kNull;
    case Comparison::kNotExists:
      return false;
    case Comparison::kExists:
      return true;
    default:
      return isOrdered(condition, value);
  }
}

}  // namespace

Result<Condition> parseCondition(std::string_view text) { return ConditionParser(text).parse(); }

bool holds(const Condition& condition, const PatternValues& values) {
  if (condition.kind == Condition::Kind::kCompare) {
    std::vector<PatternValue> found = values.at(condition.selector);
    if (found.empty()) return condition.comparison == Comparison::kNotExists;
    for (const PatternValue& value : found) {
      if (compares(condition, value)) return true;
    }
    return false;
  }
  bool all = condition.kind == Condition::Kind::kAnd;
  for (const Condition& part : condition.parts) {
    if (holds(part, values) != all) return !all;
  }
  return all;
}

void collectSelectors(const Condition& condition, std::vector<std::string>& selectors) {
  if (condition.kind == Condition::Kind::kCompare) selectors.push_back(condition.selector);
  for (const Condition& part : condition.parts) collectSelectors(part, selectors);
}

bool matchesWildcard(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<double> parseNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return {};
  bool digits = std::isdigit(static_cast<unsigned char>(text.back())) != 0 || text.back() == '.';
  return digits ? std::optional(number) : std::nullopt;  // "inf" and "nan" are words
}

}  // namespace millrace::logs
