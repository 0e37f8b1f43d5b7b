// The CRC of a whole from the CRCs of its parts, without reading them again.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/signature/checksum.h"

namespace millrace::s3 {

// Requires one of the CRC algorithms. Values are raw and big-endian, as in checksum.h.
class CrcCombiner {
 public:
  explicit CrcCombiner(ChecksumAlgorithm algorithm);

  // Appends a part of `size` bytes that has this CRC.
  void append(std::string_view crc, uint64_t size);
  // Of all that was appended.
  std::string value() const;

 private:
  // Row i: what the i-th bit of a CRC contributes after some number of zero bytes was appended.
  using Matrix = std::array<uint64_t, 64>;
  uint64_t times(const Matrix& matrix, uint64_t vector) const;
  Matrix squared(const Matrix& matrix) const;
  Matrix zeros(uint64_t bytes) const;

  unsigned width_;
  uint64_t polynomial_;  // reflected
  uint64_t crc_ = 0;
  // Parts mostly have the same size.
  uint64_t lastSize_ = 0;
  Matrix lastZeros_{};
};

}  // namespace millrace::s3
