// The hash of grouping keys and the key groups made from it.
//
// The hash is frozen: a snapshot names it ("millrace-key-1") and a restored job must find every key
// in the same group. docs/internals/key-hash.md specifies it; key_hash_test.cc has fixed numbers.
// It is defined on values, not layouts, so that widening a key's type keeps its groups.
//
//   mix(x)         x ^= x >> 33; x *= 0xff51afd7ed558ccd; x ^= x >> 33; x *= 0xc4ceb9fe1a85ec53;
//                  x ^= x >> 33
//   word(x)        mix(x ^ 0x9e3779b97f4a7c15)
//   combine(a, b)  high ^ low 64 bits of (a ^ 0xa0761d6478bd642f) * (b ^ 0xe7037ed1a0b428db)
//
//   NULL           0x7a1d3c5b9e8f2041
//   BOOLEAN, integers, DATE, TIME, intervals
//                  word(value as int64)
//   FLOAT, DOUBLE  word(bits of the DOUBLE), -0.0 as 0.0, every NaN as 0x7ff8000000000000
//   DECIMAL        trailing zeros of the fraction removed:
//                  combine(word(low 64 bits of the unscaled value),
//                          word((high 64 bits << 8) ^ scale))
//   TIMESTAMP      word(milliseconds * 1,000,000 + nanoseconds of the millisecond, modulo 2^64)
//   strings        XXH3 with 64 bits of the bytes
//   ARRAY, ROW     combine from the left, starting with word(number of elements or fields)
//   MAP, MULTISET  word(number of entries + the sum of combine(key, value) over the entries)
//   several keys   combine from the left: combine(combine(first, second), third)
//
// hash32 is the upper half of the 64-bit hash.
#pragma once

#include <cstdint>
#include <span>

#include "types/column.h"
#include "types/rows.h"

namespace millrace {

// hashes[k] is the 64-bit hash of rows[k] over all columns. Requires: at least one column.
void hashKeys(std::span<const ColumnPtr> columns, Rows rows, uint64_t* hashes);

inline uint32_t hash32Of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

// Groups are contiguous in hash order. Requires: 1 <= maxParallelism <= 32768.
inline uint32_t keyGroupOf(uint32_t hash32, uint32_t maxParallelism) {
  return static_cast<uint32_t>((uint64_t{hash32} * maxParallelism) >> 32);
}

// The subtask that owns a group; Flink's ranges. Requires: parallelism <= maxParallelism.
inline uint32_t subtaskOf(uint32_t keyGroup, uint32_t parallelism, uint32_t maxParallelism) {
  return keyGroup * parallelism / maxParallelism;
}

// The groups first..last that a subtask owns.
struct KeyGroupRange {
  uint32_t first = 0;
  uint32_t last = 0;
  bool contains(uint32_t group) const { return group >= first && group <= last; }
  uint32_t size() const { return last - first + 1; }
};
KeyGroupRange keyGroupRangeOf(uint32_t subtask, uint32_t parallelism, uint32_t maxParallelism);

// Flink's default for a parallelism: 1.5 times, rounded up to a power of two, 128 to 32768.
uint32_t defaultMaxParallelism(uint32_t parallelism);

}  // namespace millrace
