#include "companions/s3/content/crc_combine.h"

#include "base/check.h"

namespace millrace::s3 {

// A CRC is linear over GF(2): the CRC of A followed by B is the CRC of A, carried through as many
// zero bytes as B has, plus the CRC of B. The carrying is a matrix, and powers of it are cheap.
CrcCombiner::CrcCombiner(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      width_ = 32;
      polynomial_ = 0xEDB88320u;
      return;
    case ChecksumAlgorithm::kCrc32c:
      width_ = 32;
      polynomial_ = 0x82F63B78u;
      return;
    case ChecksumAlgorithm::kCrc64Nvme:
      width_ = 64;
      polynomial_ = 0x9A6C9329AC4BC9B5ull;
      return;
    default:
      break;
  }
  UNREACHABLE();
}

uint64_t CrcCombiner::times(const Matrix& matrix, uint64_t vector) const {
  uint64_t sum = 0;
  for (unsigned bit = 0; vector != 0; ++bit, vector >>= 1) {
    if ((vector & 1) != 0) sum ^= matrix[bit];
  }
  return sum;
}

CrcCombiner::Matrix CrcCombiner::squared(const Matrix& matrix) const {
  Matrix square{};
  for (unsigned bit = 0; bit < width_; ++bit) square[bit] = times(matrix, matrix[bit]);
  return square;
}

CrcCombiner::Matrix CrcCombiner::zeros(uint64_t bytes) const {
  Matrix power{};  // one zero bit, then 2, 4, 8, ...
  power[0] = polynomial_;
  for (unsigned bit = 1; bit < width_; ++bit) power[bit] = uint64_t{1} << (bit - 1);
  for (int i = 0; i < 3; ++i) power = squared(power);
  Matrix result{};
  for (unsigned bit = 0; bit < width_; ++bit) result[bit] = uint64_t{1} << bit;
  for (; bytes != 0; bytes >>= 1, power = squared(power)) {
    if ((bytes & 1) == 0) continue;
    for (unsigned bit = 0; bit < width_; ++bit) result[bit] = times(power, result[bit]);
  }
  return result;
}

void CrcCombiner::append(std::string_view crc, uint64_t size) {
  uint64_t part = 0;
  for (char c : crc) part = part << 8 | static_cast<unsigned char>(c);
  if (size == 0) return;
  if (size != lastSize_) {
    lastZeros_ = zeros(size);
    lastSize_ = size;
  }
  crc_ = times(lastZeros_, crc_) ^ part;
}

std::string CrcCombiner::value() const {
  std::string text(width_ / 8, '\0');
  for (size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = static_cast<char>(crc_ >> (8 * i));
  }
  return text;
}

}  // namespace millrace::s3
