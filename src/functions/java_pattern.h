// Java's regular expressions in the syntax of PCRE2.
//
// The result needs PCRE2_UTF and no other option: without the flag (?u) Java ignores the case of
// ASCII letters only, which PCRE2 cannot, so "(?i)ab" becomes "[aA][bB]". Unions and intersections
// of classes become alternatives and look-aheads.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// kInvalidArgument for what Java refuses and PCRE2 does not (the reason only, without the pattern),
// kUnsupported for what has no counterpart. Other malformed patterns are left to PCRE2.
Result<std::string> javaPatternToPcre(std::string_view pattern);

}  // namespace millrace
