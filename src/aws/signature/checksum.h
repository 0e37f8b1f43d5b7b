// The checksums that S3's clients send, ask for and verify.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

enum class ChecksumAlgorithm : uint8_t { kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256, kMd5 };

// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"; case does not matter.
std::optional<ChecksumAlgorithm> checksumAlgorithmOf(std::string_view name);
std::string_view checksumName(ChecksumAlgorithm algorithm);
// "x-amz-checksum-crc32"
std::string checksumHeader(ChecksumAlgorithm algorithm);

// One thread at a time.
class Checksum {
 public:
  virtual ~Checksum() = default;
  virtual void update(std::string_view bytes) = 0;
  // The raw digest, big-endian; base64 of it is what headers carry. Ends the computation.
  virtual std::string finish() = 0;
};
std::unique_ptr<Checksum> makeChecksum(ChecksumAlgorithm algorithm);

std::string checksumOf(ChecksumAlgorithm algorithm, std::string_view bytes);  // raw

}  // namespace millrace
