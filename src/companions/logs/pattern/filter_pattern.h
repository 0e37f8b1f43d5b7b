// FilterPattern: which log events somebody wants to see, in the language of CloudWatch Logs.
//
//   ERROR "time out" -retry          all of these terms, and not that one
//   ?ERROR ?WARN                     one of these; beside other terms, terms with ? do not count
//   %conn.*refused%                  a regular expression
//   { $.level = "ERROR" }            conditions on a JSON message
//   [time, level=ERROR, ...]         conditions on the words of a message
//
// Terms are case-sensitive and may be a part of a word.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::logs {

// Immutable; thread-safe.
class FilterPattern {
 public:
  // kInvalidOption says what is wrong.
  static Result<std::unique_ptr<FilterPattern>> parse(std::string_view text);
  virtual ~FilterPattern() = default;

  virtual bool matches(std::string_view message) const = 0;
  // What the pattern names in a message that matches: "$.level" -> "ERROR", "$level" -> "ERROR".
  virtual std::map<std::string, std::string> extract(std::string_view) const { return {}; }
};

// The three forms; the brackets are still around the last two.
Result<std::unique_ptr<FilterPattern>> parseTermPattern(std::string_view text);
Result<std::unique_ptr<FilterPattern>> parseJsonPattern(std::string_view text);
Result<std::unique_ptr<FilterPattern>> parseSpaceDelimitedPattern(std::string_view text);

}  // namespace millrace::logs
