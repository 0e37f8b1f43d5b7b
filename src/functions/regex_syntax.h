// The text of regular expressions: from Java's syntax to PCRE2's, and what a match must contain.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// kUnsupported for what PCRE2 reads differently: class unions and intersections.
Result<std::string> javaPatternToPcre(std::string_view pattern);

// A text that occurs in every match, and how far in front of it a match can begin at most.
struct RequiredText {
  static constexpr size_t kUnbounded = static_cast<size_t>(-1);
  std::string text;  // empty when none is known
  size_t mostBytesBefore = kUnbounded;
};
RequiredText requiredText(std::string_view pattern);

}  // namespace millrace
