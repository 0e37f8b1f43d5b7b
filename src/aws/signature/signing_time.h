// The time stamps of signatures: 20260131T102030Z.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

std::string signingTime(int64_t micros);
std::optional<int64_t> parseSigningTime(std::string_view text);  // microseconds

}  // namespace millrace
