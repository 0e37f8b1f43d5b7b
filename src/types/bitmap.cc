#include "types/bitmap.h"

#include <algorithm>

namespace millrace {

namespace {

// The `count` (1 to 64) bits from position `begin`, in the low bits. Reads no word without a bit
// of the run.
uint64_t readBits(const uint64_t* words, size_t begin, size_t count) {
  size_t shift = begin % 64;
  uint64_t bits = words[begin / 64] >> shift;
  if (shift + count > 64) bits |= words[begin / 64 + 1] << (64 - shift);
  return count == 64 ? bits : bits & ((uint64_t{1} << count) - 1);
}

// Writes into one word only: begin % 64 + count <= 64.
void writeBits(uint64_t* words, size_t begin, size_t count, uint64_t bits) {
  uint64_t mask = count == 64 ? ~uint64_t{0} : ((uint64_t{1} << count) - 1);
  size_t shift = begin % 64;
  uint64_t& word = words[begin / 64];
  word = (word & ~(mask << shift)) | (bits & mask) << shift;
}

}  // namespace

void copyBits(const uint64_t* source, size_t sourceBegin, uint64_t* target, size_t targetBegin,
              size_t count) {
  while (count > 0) {
    size_t run = std::min<size_t>(count, 64 - targetBegin % 64);
    writeBits(target, targetBegin, run, readBits(source, sourceBegin, run));
    sourceBegin += run;
    targetBegin += run;
    count -= run;
  }
}

void fillBits(uint64_t* target, size_t begin, size_t count, bool value) {
  while (count > 0) {
    size_t run = std::min<size_t>(count, 64 - begin % 64);
    writeBits(target, begin, run, value ? ~uint64_t{0} : 0);
    begin += run;
    count -= run;
  }
}

}  // namespace millrace
