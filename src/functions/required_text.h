// What every match of a regular expression contains: finding that text first rules most texts out.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

// A text that occurs in every match, and how far in front of it a match can begin at most.
struct RequiredText {
  static constexpr size_t kUnbounded = static_cast<size_t>(-1);
  std::string text{};  // empty when none is known
  size_t mostBytesBefore = kUnbounded;
};
// The pattern is in PCRE2's syntax.
RequiredText requiredText(std::string_view pattern);

}  // namespace millrace
