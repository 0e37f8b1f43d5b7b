// Scanning JSON text: the pieces that both the token cursor and the layout fast path are made of.
// All readers may look at up to Buffer::kPadding bytes behind `end` but accept nothing there.
#pragma once

#include <emmintrin.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// The first quote, backslash or newline at or after `p`, or `end`.
inline const char* findStringSpecial(const char* p, const char* end) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i newline = _mm_set1_epi8('\n');
  for (; p < end; p += 32) {
    __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16));
    __m128i hitA = _mm_or_si128(_mm_cmpeq_epi8(a, quote), _mm_cmpeq_epi8(a, backslash));
    __m128i hitB = _mm_or_si128(_mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(b, backslash));
    hitA = _mm_or_si128(hitA, _mm_cmpeq_epi8(a, newline));
    hitB = _mm_or_si128(hitB, _mm_cmpeq_epi8(b, newline));
    uint32_t mask = static_cast<uint32_t>(_mm_movemask_epi8(hitA)) |
                    static_cast<uint32_t>(_mm_movemask_epi8(hitB)) << 16;
    if (mask != 0) {
      p += __builtin_ctz(mask);
      return p < end ? p : end;
    }
  }
  return end;
}

// What stands inside a pair of quotes.
struct JsonString {
  std::string_view raw;  // between the quotes
  bool escaped = false;  // raw holds backslashes
};

// Reads a string whose opening quote has been read. Returns the position after the closing quote,
// or nullptr when it does not end in this line or holds a wrong escape.
const char* scanString(const char* p, const char* end, JsonString& out);

// Reads a number by JSON's grammar. Returns its end, or nullptr. `isReal` is set when it has a
// fraction or an exponent.
const char* scanNumber(const char* p, const char* end, bool& isReal);

// Appends the text with its escapes resolved. Requires: the escapes are valid (scanString checks).
// A surrogate without its partner becomes '?', as Java's encoder writes it.
void appendUnescaped(std::string_view raw, std::string& out);

// Reads 1 to 18 digits without a leading zero, after an optional minus. Returns the position after
// them; nullptr when the text is something else (which may still be a valid number).
inline const char* readShortInteger(const char* p, int64_t& out) {
  bool negative = *p == '-';
  p += negative ? 1 : 0;
  uint64_t word;
  __builtin_memcpy(&word, p, 8);
  // Each byte of `high` is non-zero where the character is not a digit.
  uint64_t high =
      ((word & 0xF0F0F0F0F0F0F0F0ULL) ^ 0x3030303030303030ULL) |
      (((word + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) ^ 0x3030303030303030ULL);
  int digits = high == 0 ? 8 : __builtin_ctzll(high) / 8;
  if (digits == 0 || (*p == '0' && digits > 1)) return nullptr;
  word <<= 64 - 8 * digits;
  word = (word & 0x0F0F0F0F0F0F0F0FULL) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFULL) * 6553601 >> 16;
  uint64_t value = (word & 0x0000FFFF0000FFFFULL) * 42949672960001ULL >> 32;
  p += digits;
  if (digits == 8) {
    const char* limit = p + 10;
    while (static_cast<unsigned char>(*p - '0') < 10) {
      if (p == limit) return nullptr;
      value = value * 10 + static_cast<uint64_t>(*p++ - '0');
    }
  }
  out = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  return p;
}

}  // namespace millrace
