// The values of conditions that are more than texts: numbers, moments, blocks of IP addresses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

std::optional<double> parseConditionNumber(std::string_view text);

// Milliseconds since 1970: ISO 8601 in any of its precisions ("2026", "2026-01-31",
// "2026-01-31T10:20:30Z"), or seconds since 1970.
std::optional<int64_t> parseConditionDate(std::string_view text);

// "203.0.113.0/24", "2001:db8::/32"; without a length the address alone.
struct AddressBlock {
  std::array<uint8_t, 16> address{};
  int addressBits = 32;  // or 128
  int prefixBits = 32;

  bool contains(const AddressBlock& other) const;
};
std::optional<AddressBlock> parseAddressBlock(std::string_view text);

}  // namespace millrace
