// Bytes as hexadecimal digits, in lower case.
#pragma once

#include <string>
#include <string_view>

namespace millrace::s3 {

std::string toHex(std::string_view bytes);
std::string fromHex(std::string_view digits);  // what is no digit counts as 0

}  // namespace millrace::s3
