#include "access/policy/condition_value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "aws/model/timestamp.h"

namespace millrace {

namespace {

bool allDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

template <typename Number>
std::optional<Number> parseWhole(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<double> parseConditionNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return parseWhole<double>(text);
}

std::optional<int64_t> parseConditionDate(std::string_view text) {
  constexpr size_t kYear = 4;
  if (allDigits(text) && text.size() != kYear) {
    constexpr int64_t kMaxSeconds = 9'000'000'000'000;
    auto seconds = parseWhole<int64_t>(text);
    if (!seconds || *seconds > kMaxSeconds) return std::nullopt;
    return *seconds * 1000;
  }
  std::string full(text);
  if (text.size() == kYear) full += "-01-01T00:00:00Z";
  if (text.size() == std::string_view("2026-01").size()) full += "-01T00:00:00Z";
  if (text.size() == std::string_view("2026-01-31").size()) full += "T00:00:00Z";
  if (text.size() == std::string_view("2026-01-31T10:20Z").size() && text.ends_with('Z')) {
    full.insert(full.size() - 1, ":00");
  }
  auto time = parseIso8601(full);
  if (!time) return std::nullopt;
  return time->millis;
}

bool AddressBlock::contains(const AddressBlock& other) const {
  if (addressBits != other.addressBits || prefixBits > other.prefixBits) return false;
  for (int bit = 0; bit < prefixBits; ++bit) {
    uint8_t mask = static_cast<uint8_t>(0x80 >> (bit % 8));
    if ((address[bit / 8] & mask) != (other.address[bit / 8] & mask)) return false;
  }
  return true;
}

std::optional<AddressBlock> parseAddressBlock(std::string_view text) {
  AddressBlock block;
  size_t slash = text.find('/');
  std::string address(text.substr(0, slash));
  block.addressBits = address.find(':') == std::string::npos ? 32 : 128;
  int family = block.addressBits == 32 ? AF_INET : AF_INET6;
  if (inet_pton(family, address.c_str(), block.address.data()) != 1) return std::nullopt;
  block.prefixBits = block.addressBits;
  if (slash != std::string_view::npos) {
    auto bits = parseWhole<int>(text.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > block.addressBits) return std::nullopt;
    block.prefixBits = *bits;
  }
  return block;
}

}  // namespace millrace
