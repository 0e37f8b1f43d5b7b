// Additional checksums in headers, trailers and structs, and how those of parts become the
// object's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/signature/checksum.h"
#include "companions/s3/store/records.h"
#include "http/message.h"

namespace millrace::s3 {

struct GivenChecksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kCrc64Nvme;
  std::string value;  // Base64; "" = comes in a trailer
};

// The one checksum that the headers of an upload have or announce.
Outcome<std::optional<GivenChecksum>> givenChecksum(const HttpHeaders& headers);

// By its name in an input ("CRC32").
Outcome<ChecksumAlgorithm> algorithmNamed(std::string_view name);

// BadDigest, "The CRC32 you specified did not match the calculated checksum."
ApiError checksumMismatch(ChecksumAlgorithm algorithm);
// `calculated` is raw.
Outcome<void> checkChecksum(const GivenChecksum& given, std::string_view calculated);

// Whether that algorithm's checksums of parts are combined into a composite one when nothing else
// is asked for.
bool compositeByDefault(ChecksumAlgorithm algorithm);

// The checksum of an upload from those of its parts.
StoredChecksum checksumOfParts(ChecksumAlgorithm algorithm, bool composite,
                               const std::vector<PartRecord>& parts);
// The entity tag: MD5 of the parts' MD5, and their number.
std::string etagOfParts(const std::vector<PartRecord>& parts);

// The member for the algorithm, of an output or of an input.
template <typename T>
std::optional<std::string>* checksumMember(T& value, ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return &value.checksumCRC32;
    case ChecksumAlgorithm::kCrc32c:
      return &value.checksumCRC32C;
    case ChecksumAlgorithm::kCrc64Nvme:
      return &value.checksumCRC64NVME;
    case ChecksumAlgorithm::kSha1:
      return &value.checksumSHA1;
    case ChecksumAlgorithm::kSha256:
      return &value.checksumSHA256;
    case ChecksumAlgorithm::kMd5:
      break;
  }
  return nullptr;
}

// Sets the members of an output, with its type.
template <typename Output>
void setChecksum(Output& output, const std::optional<StoredChecksum>& checksum) {
  if (!checksum) return;
  *checksumMember(output, checksum->algorithm) = checksum->value;
  output.checksumType = std::string(checksum->typeName());
}

}  // namespace millrace::s3
