// Searching bytes: for short texts faster than the C library, which prepares tables per call.
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace {

inline constexpr size_t kNotFound = std::string_view::npos;

// Byte position of the first occurrence from byte `from` on, or kNotFound.
size_t findText(std::string_view text, std::string_view wanted, size_t from = 0);

// Byte position of the n-th occurrence of a byte (counting from 1), or kNotFound.
size_t findNthByte(std::string_view text, char wanted, size_t nth);

}  // namespace millrace
