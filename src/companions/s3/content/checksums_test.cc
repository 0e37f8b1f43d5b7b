#include "companions/s3/content/checksums.h"

#include <gtest/gtest.h>

#include <random>

#include "aws/model/base64.h"
#include "companions/s3/content/crc_combine.h"
#include "companions/s3/content/hex.h"

namespace millrace::s3 {
namespace {

constexpr ChecksumAlgorithm kCrcs[] = {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c,
                                       ChecksumAlgorithm::kCrc64Nvme};

// The published check values of the algorithms for "123456789".
TEST(Checksums, HaveTheirCheckValues) {
  EXPECT_EQ(toHex(checksumOf(ChecksumAlgorithm::kCrc32, "123456789")), "cbf43926");
  EXPECT_EQ(toHex(checksumOf(ChecksumAlgorithm::kCrc32c, "123456789")), "e3069283");
  EXPECT_EQ(toHex(checksumOf(ChecksumAlgorithm::kCrc64Nvme, "123456789")), "ae8b14860a799888");
}

TEST(CrcCombiner, IsTheCrcOfTheWhole) {
  std::mt19937 random(3);
  for (ChecksumAlgorithm algorithm : kCrcs) {
    for (int round = 0; round < 50; ++round) {
      std::string whole;
      CrcCombiner combiner(algorithm);
      for (size_t numParts = random() % 6; numParts > 0; --numParts) {
        std::string part;
        for (size_t size = random() % 300; size > 0; --size) part += static_cast<char>(random());
        combiner.append(checksumOf(algorithm, part), part.size());
        whole += part;
      }
      EXPECT_EQ(toHex(combiner.value()), toHex(checksumOf(algorithm, whole)));
    }
  }
}

std::string codeOf(const HttpHeaders& headers) {
  auto outcome = givenChecksum(headers);
  return outcome.ok() ? "" : outcome.error().message();
}

TEST(GivenChecksum, IsInAHeaderOrATrailer) {
  auto header = givenChecksum({{"X-Amz-Checksum-CRC32", "y/Q5Jg=="}}).value();
  ASSERT_TRUE(header);
  EXPECT_EQ(header->algorithm, ChecksumAlgorithm::kCrc32);
  EXPECT_EQ(header->value, "y/Q5Jg==");
  auto trailer = givenChecksum({{"x-amz-trailer", "x-amz-checksum-sha256"}}).value();
  ASSERT_TRUE(trailer);
  EXPECT_EQ(trailer->algorithm, ChecksumAlgorithm::kSha256);
  EXPECT_EQ(trailer->value, "");
  EXPECT_FALSE(givenChecksum({{"x-amz-checksum-mode", "ENABLED"}}).value());
}

TEST(GivenChecksum, IsOneThatWeKnow) {
  EXPECT_EQ(codeOf({{"x-amz-checksum-crc32", "y/Q5Jg=="}, {"x-amz-checksum-crc32c", "4waSgw=="}}),
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  EXPECT_EQ(codeOf({{"x-amz-checksum-crc32", "y/Q5"}}),
            "Value for x-amz-checksum-crc32 header is invalid.");
  EXPECT_EQ(codeOf({{"x-amz-checksum-crc7", "y/Q5"}}),
            "The algorithm type you specified in x-amz-checksum- header is invalid.");
  EXPECT_NE(codeOf({{"x-amz-sdk-checksum-algorithm", "SHA256"}}), "");
}

TEST(ChecksumOfParts, IsCompositeOrOfTheWhole) {
  std::vector<PartRecord> parts(2);
  auto set = [&](ChecksumAlgorithm algorithm) {
    parts[0].checksum = base64Encode(checksumOf(algorithm, "12345"));
    parts[1].checksum = base64Encode(checksumOf(algorithm, "6789"));
    parts[0].size = 5;
    parts[1].size = 4;
  };
  set(ChecksumAlgorithm::kCrc64Nvme);
  StoredChecksum whole = checksumOfParts(ChecksumAlgorithm::kCrc64Nvme, false, parts);
  EXPECT_EQ(whole.value, base64Encode(checksumOf(ChecksumAlgorithm::kCrc64Nvme, "123456789")));
  EXPECT_EQ(whole.typeName(), "FULL_OBJECT");
  set(ChecksumAlgorithm::kSha256);
  StoredChecksum composite = checksumOfParts(ChecksumAlgorithm::kSha256, true, parts);
  std::string both = checksumOf(ChecksumAlgorithm::kSha256, "12345") +
                     checksumOf(ChecksumAlgorithm::kSha256, "6789");
  EXPECT_EQ(composite.value, base64Encode(checksumOf(ChecksumAlgorithm::kSha256, both)) + "-2");
  EXPECT_EQ(composite.typeName(), "COMPOSITE");
}

TEST(EtagOfParts, IsTheMd5OfMd5s) {
  std::vector<PartRecord> parts(1);
  parts[0].etag = "d41d8cd98f00b204e9800998ecf8427e";
  EXPECT_EQ(etagOfParts(parts), "59adb24ef3cdbe0297f05b395827453f-1");
}

}  // namespace
}  // namespace millrace::s3
