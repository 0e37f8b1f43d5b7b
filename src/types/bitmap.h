// Bit runs in arrays of 64-bit words, as validity bitmaps use them: bit i is bit i % 64 of word
// i / 64.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

inline bool bitAt(const uint64_t* words, size_t i) { return (words[i / 64] >> (i % 64) & 1) != 0; }
inline void setBit(uint64_t* words, size_t i) { words[i / 64] |= uint64_t{1} << (i % 64); }
inline void clearBit(uint64_t* words, size_t i) { words[i / 64] &= ~(uint64_t{1} << (i % 64)); }
inline size_t bitmapWords(size_t bits) { return (bits + 63) / 64; }

// Copies `count` bits; the other bits of the target stay. The runs must not overlap.
void copyBits(const uint64_t* source, size_t sourceBegin, uint64_t* target, size_t targetBegin,
              size_t count);
// Sets `count` bits to `value`.
void fillBits(uint64_t* target, size_t begin, size_t count, bool value);

}  // namespace millrace
