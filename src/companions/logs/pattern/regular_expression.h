// A regular expression of a filter pattern: what stands between two % signs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::logs {

// Thread-safe. Finds a match anywhere in a text; one that takes too long to find is none.
class RegularExpression {
 public:
  // kInvalidOption when it is no expression, or uses what filter patterns do not have.
  static Result<RegularExpression> compile(std::string_view expression);

  bool matches(std::string_view text) const;

 private:
  struct Code;
  explicit RegularExpression(std::shared_ptr<const Code> code) : code_(std::move(code)) {}

  std::shared_ptr<const Code> code_;  // shared by the copies of a pattern
};

}  // namespace millrace::logs
