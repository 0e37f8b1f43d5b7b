#include "companions/kinesis/sequence_number.h"

#include <array>

namespace millrace::kinesis {

namespace {

using Wide = unsigned __int128;

// 192 bits as three words, the highest first.
using Words = std::array<uint64_t, 3>;

constexpr uint64_t kTenTo19 = 10'000'000'000'000'000'000u;
constexpr uint64_t kLow36 = (uint64_t{1} << 36) - 1;
constexpr uint64_t kVersion = 2;

// Divides by 10^19 in place and returns the remainder.
uint64_t divideByTenTo19(Words& words) {
  uint64_t remainder = 0;
  for (uint64_t& word : words) {
    Wide value = Wide{remainder} << 64 | word;
    word = static_cast<uint64_t>(value / kTenTo19);
    remainder = static_cast<uint64_t>(value % kTenTo19);
  }
  return remainder;
}

// words = words * factor + addend; false when it overflows.
bool multiplyAdd(Words& words, uint64_t factor, uint64_t addend) {
  uint64_t carry = addend;
  for (size_t i = words.size(); i-- > 0;) {
    Wide value = Wide{words[i]} * factor + carry;
    words[i] = static_cast<uint64_t>(value);
    carry = static_cast<uint64_t>(value >> 64);
  }
  return carry == 0;
}

std::string decimal(Words words) {
  // 186 bits have at most 57 digits.
  std::array<uint64_t, 3> groups;
  for (size_t i = groups.size(); i-- > 0;) groups[i] = divideByTenTo19(words);
  char digits[57];
  char* end = digits + sizeof digits;
  char* at = end;
  for (size_t i = groups.size(); i-- > 0;) {
    // Two digits at a time: every record has one of these texts, twice on its way.
    uint64_t group = groups[i];
    for (int pair = 0; pair < 9; ++pair) {
      auto low = static_cast<uint32_t>(group % 100);
      group /= 100;
      *--at = static_cast<char>('0' + low % 10);
      *--at = static_cast<char>('0' + low / 10);
    }
    *--at = static_cast<char>('0' + group);
  }
  while (at < end - 1 && *at == '0') ++at;
  return std::string(at, end);
}

std::optional<Words> parseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 57) return std::nullopt;
  Words words{};
  for (char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    if (!multiplyAdd(words, 10, static_cast<uint64_t>(digit - '0'))) return std::nullopt;
  }
  return words;
}

}  // namespace

std::string SequenceNumber::text() const {
  uint64_t created = static_cast<uint64_t>(shardCreatedSeconds) & kLow36;
  uint64_t arrival = static_cast<uint64_t>(arrivalSeconds) & kLow36;
  Words words;
  words[0] = kVersion << 56 | created << 20 | uint64_t{shardIndex & 0xf} << 16 | position >> 48;
  words[1] = position << 16 | arrival >> 28;
  words[2] = arrival << 36 | uint64_t{shardIndex} << 4 | kVersion;
  return decimal(words);
}

std::optional<SequenceNumber> SequenceNumber::parse(std::string_view text) {
  std::optional<Words> words = parseDecimal(text);
  if (!words) return std::nullopt;
  auto [high, middle, low] = *words;
  SequenceNumber number;
  number.shardCreatedSeconds = static_cast<int64_t>(high >> 20 & kLow36);
  number.shardIndex = static_cast<uint32_t>(low >> 4);
  number.position = high << 48 | middle >> 16;
  number.arrivalSeconds = static_cast<int64_t>((middle << 28 | low >> 36) & kLow36);
  bool wellFormed = high >> 56 == kVersion && (low & 0xf) == kVersion &&
                    (high >> 16 & 0xf) == (number.shardIndex & 0xf) && (middle >> 8 & 0xff) == 0 &&
                    number.position <= kEndPosition;
  if (!wellFormed) return std::nullopt;
  return number;
}

}  // namespace millrace::kinesis
