// Size classes of the free lists in state: multiples of 8 up to 128 bytes, then eight for each
// power of two up to a page of 256 KiB, so that rows of all lengths waste a twentieth.
#pragma once

#include <bit>
#include <cstdint>

namespace millrace {

inline constexpr uint32_t kLargestClass = 256 * 1024;

struct SizeClass {
  uint32_t index;
  uint32_t bytes;  // what a run of the class occupies
};

inline constexpr uint32_t kNumSizeClasses = 104;

// Requires: 0 < size <= kLargestClass. Indices are below kNumSizeClasses.
inline SizeClass sizeClassOf(uint32_t size) {
  constexpr uint32_t kLinearLimit = 128;
  constexpr uint32_t kLinearClasses = 16;
  constexpr uint32_t kLinearLog = 7;
  if (size <= kLinearLimit) {
    uint32_t index = (size + 7) / 8 - 1;
    return {index, (index + 1) * 8};
  }
  uint32_t log = static_cast<uint32_t>(std::bit_width(size - 1)) - 1;
  uint32_t step = log - 3;
  uint32_t eighth = (size - 1 - (uint32_t{1} << log)) >> step;
  uint32_t index = kLinearClasses + (log - kLinearLog) * 8 + eighth;
  return {index, (uint32_t{1} << log) + ((eighth + 1) << step)};
}

}  // namespace millrace
