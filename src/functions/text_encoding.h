// Texts in other character sets: US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE and UTF-16LE.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// Append the bytes of a UTF-8 text, and the UTF-8 text of bytes. What the set lacks becomes '?',
// malformed bytes become U+FFFD. kInvalidArgument for an unknown set.
Status encodeText(std::string_view text, std::string_view charset, std::string& out);
Status decodeText(std::string_view bytes, std::string_view charset, std::string& out);

}  // namespace millrace
