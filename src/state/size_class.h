// Size classes of the free lists in state: multiples of 8 up to 128 bytes, then two for each power
// of two up to a page of 256 KiB.
#pragma once

#include <bit>
#include <cstdint>

namespace millrace {

inline constexpr uint32_t kLargestClass = 256 * 1024;

struct SizeClass {
  uint32_t index;
  uint32_t bytes;  // what a run of the class occupies
};

// Requires: 0 < size <= kLargestClass. Indices are below 40.
inline SizeClass sizeClassOf(uint32_t size) {
  constexpr uint32_t kLinearLimit = 128;
  constexpr uint32_t kLinearClasses = 16;
  constexpr uint32_t kLinearLog = 7;
  if (size <= kLinearLimit) {
    uint32_t index = (size + 7) / 8 - 1;
    return {index, (index + 1) * 8};
  }
  uint32_t log = static_cast<uint32_t>(std::bit_width(size - 1)) - 1;
  uint32_t half = (uint32_t{3} << log) / 2;
  uint32_t index = kLinearClasses + (log - kLinearLog) * 2;
  if (size <= half) return {index, half};
  return {index + 1, uint32_t{2} << log};
}

}  // namespace millrace
