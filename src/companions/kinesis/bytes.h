// Fixed-width little-endian numbers in byte strings: of segment files and tokens.
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace millrace::kinesis {

static_assert(std::endian::native == std::endian::little);

template <typename Number>
void appendNumber(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// Requires: bytes.size() >= offset + sizeof(Number).
template <typename Number>
Number numberAt(std::string_view bytes, size_t offset) {
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

}  // namespace millrace::kinesis
