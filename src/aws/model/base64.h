// Base64 (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

std::string base64Encode(std::string_view bytes);
// Nothing when the text is no base64; padding may be missing.
std::optional<std::string> base64Decode(std::string_view text);

}  // namespace millrace
