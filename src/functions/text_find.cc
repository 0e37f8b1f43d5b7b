#include "functions/text_find.h"

#include <emmintrin.h>

#include <bit>
#include <cstdint>
#include <cstring>

namespace millrace {

namespace {

constexpr size_t kBlock = 16;

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

uint32_t equalBytes(const char* at, __m128i value) {
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(at), value)));
}

// Looks at the 16 positions from `at` on: first and last byte together, then all of them.
const char* findInBlock(const char* at, std::string_view wanted, __m128i first, __m128i last) {
  uint32_t candidates = equalBytes(at, first) & equalBytes(at + wanted.size() - 1, last);
  for (; candidates != 0; candidates &= candidates - 1) {
    const char* found = at + std::countr_zero(candidates);
    if (std::memcmp(found + 1, wanted.data() + 1, wanted.size() - 2) == 0) return found;
  }
  return nullptr;
}

}  // namespace

size_t findText(std::string_view text, std::string_view wanted, size_t from) {
  if (from > text.size()) return kNotFound;
  if (wanted.empty()) return from;
  if (wanted.size() > text.size() - from) return kNotFound;
  const char* begin = text.data();
  if (wanted.size() == 1) {
    const void* found = std::memchr(begin + from, wanted[0], text.size() - from);
    if (found == nullptr) return kNotFound;
    return static_cast<size_t>(static_cast<const char*>(found) - begin);
  }
  __m128i first = _mm_set1_epi8(wanted.front()), last = _mm_set1_epi8(wanted.back());
  const char* at = begin + from;
  const char* end = begin + text.size() - wanted.size() + 1;  // behind the last position
  for (; end - at >= static_cast<ptrdiff_t>(kBlock); at += kBlock) {
    const char* found = findInBlock(at, wanted, first, last);
    if (found != nullptr) return static_cast<size_t>(found - begin);
  }
  if (at < end && end - (begin + from) >= static_cast<ptrdiff_t>(kBlock)) {
    // The last block overlaps the one before.
    const char* found = findInBlock(end - kBlock, wanted, first, last);
    return found == nullptr ? kNotFound : static_cast<size_t>(found - begin);
  }
  for (; at < end; ++at) {
    if (std::memcmp(at, wanted.data(), wanted.size()) == 0) return static_cast<size_t>(at - begin);
  }
  return kNotFound;
}

size_t findNthByte(std::string_view text, char wanted, size_t nth) {
  __m128i value = _mm_set1_epi8(wanted);
  size_t at = 0;
  for (; at + kBlock <= text.size(); at += kBlock) {
    uint32_t hits = equalBytes(text.data() + at, value);
    auto count = static_cast<size_t>(std::popcount(hits));
    if (count < nth) {
      nth -= count;
      continue;
    }
    for (; nth > 1; --nth) hits &= hits - 1;
    return at + static_cast<size_t>(std::countr_zero(hits));
  }
  for (; at < text.size(); ++at) {
    if (text[at] == wanted && --nth == 0) return at;
  }
  return kNotFound;
}

}  // namespace millrace
