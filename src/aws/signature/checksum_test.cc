#include "aws/signature/checksum.h"

#include <gtest/gtest.h>

#include "aws/model/base64.h"

namespace millrace {

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[c & 15];
  }
  return text;
}

}  // namespace

// The check values of the catalogue of CRC algorithms, and FIPS 180.
TEST(Checksum, KnownValues) {
  constexpr std::string_view kText = "123456789";
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kCrc32, kText)), "cbf43926");
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kCrc32c, kText)), "e3069283");
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kCrc64Nvme, kText)), "ae8b14860a799888");
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kSha1, "abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kSha256, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(checksumOf(ChecksumAlgorithm::kMd5, "abc")), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(Checksum, PiecesDoNotMatter) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 31);
  for (auto algorithm : {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c,
                         ChecksumAlgorithm::kCrc64Nvme, ChecksumAlgorithm::kSha256}) {
    auto checksum = makeChecksum(algorithm);
    for (size_t at = 0, size = 1; at < bytes.size(); at += size, size = size % 37 + 1) {
      checksum->update(std::string_view(bytes).substr(at, size));
    }
    EXPECT_EQ(checksum->finish(), checksumOf(algorithm, bytes)) << checksumName(algorithm);
  }
}

TEST(Checksum, Names) {
  EXPECT_EQ(checksumAlgorithmOf("crc64nvme"), ChecksumAlgorithm::kCrc64Nvme);
  EXPECT_FALSE(checksumAlgorithmOf("CRC16"));
  EXPECT_EQ(checksumHeader(ChecksumAlgorithm::kCrc32c), "x-amz-checksum-crc32c");
}

}  // namespace millrace
