#include "companions/s3/multipart.h"

#include "aws/model/base64.h"
#include "companions/s3/content/hex.h"

namespace millrace::s3 {

Outcome<void> checkPartNumber(int32_t number) {
  if (number >= 1 && number <= kMaxPartNumber) return {};
  return invalidArgument("Part number must be an integer between 1 and 10000, inclusive",
                         "partNumber", std::to_string(number));
}

PartRecord partOf(const UploadRecord& upload, int32_t number, const Received& received,
                  Timestamp now) {
  PartRecord part;
  part.number = number;
  part.file = received.fileId();
  part.size = received.size;
  part.etag = toHex(received.md5);
  part.modified = now;
  part.checksum = base64Encode(received.checksums.at(upload.effectiveAlgorithm()));
  return part;
}

}  // namespace millrace::s3
