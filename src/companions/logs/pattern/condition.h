// Conditions of JSON and space-delimited filter patterns: comparisons joined by && and ||.
//
//   $.level = "ERROR" && ($.code >= 500 || $.text = %time.?out%)
//   status = 4* && status != 404
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "companions/logs/pattern/regular_expression.h"

namespace millrace::logs {

enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessOrEqual,
  kGreaterOrEqual,
  kIsTrue,
  kIsFalse,
  kIsNull,
  kNotExists,
  kExists,  // a name alone
};

// The value at a selector, as far as conditions look at it.
struct PatternValue {
  enum class Kind : uint8_t { kText, kNumber, kTrue, kFalse, kNull, kOther };
  Kind kind = Kind::kText;
  std::string text;
  double number = 0;
};

struct Condition {
  enum class Kind : uint8_t { kCompare, kAnd, kOr };
  Kind kind = Kind::kCompare;
  std::vector<Condition> parts;  // of kAnd and kOr

  std::string selector;
  Comparison comparison = Comparison::kExists;
  std::string text;  // of the literal; * stands for anything
  std::optional<double> number;
  std::optional<RegularExpression> expression;
};

// Where the values of a selector come from.
class PatternValues {
 public:
  virtual ~PatternValues() = default;
  // All of them: an index of * names several. Empty = it does not exist.
  virtual std::vector<PatternValue> at(const std::string& selector) const = 0;
};

// kInvalidOption says what is wrong.
Result<Condition> parseCondition(std::string_view text);
bool holds(const Condition& condition, const PatternValues& values);
// The selectors of all comparisons.
void collectSelectors(const Condition& condition, std::vector<std::string>& selectors);

// Does a text fit a pattern in which * stands for anything?
bool matchesWildcard(std::string_view pattern, std::string_view text);
std::optional<double> parseNumber(std::string_view text);

}  // namespace millrace::logs
