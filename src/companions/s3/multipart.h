// What the operations of a multipart upload share.
#pragma once

#include <cstdint>
#include <string>

#include "companions/s3/api_errors.h"
#include "companions/s3/content/intake.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"
#include "companions/s3/store/uploads.h"

namespace millrace::s3 {

inline constexpr int32_t kMaxPartNumber = 10'000;

Outcome<void> checkPartNumber(int32_t number);

// An upload that is in progress; else NoSuchUpload.
template <typename Input>
Outcome<UploadRecord> requireUpload(Transaction& transaction, const BucketRecord& bucket,
                                    const Input& input) {
  auto upload = TRY(findUpload(transaction, bucket.id, input.key, input.uploadId));
  if (!upload || upload->object) return uploadNotFound(input.uploadId);
  return *std::move(upload);
}

// The upload before a part is read.
template <typename Input>
Outcome<UploadRecord> openUpload(Service& service, const Input& input) {
  TRY(checkPartNumber(input.partNumber));
  return service.store().read([&](Transaction& transaction) -> Outcome<UploadRecord> {
    auto bucket = TRY(bucketOf(transaction, input));
    return requireUpload(transaction, bucket, input);
  });
}

PartRecord partOf(const UploadRecord& upload, int32_t number, const Received& received,
                  Timestamp now);

// Stores a part, unless the upload was completed or aborted in the meantime.
template <typename Input>
Outcome<PartRecord> commitPart(Service& service, const Input& input, const UploadRecord& upload,
                               Received& received, Timestamp now) {
  PartRecord part = partOf(upload, input.partNumber, received, now);
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    TRY(requireUpload(transaction, bucket, input));
    TRY(putUploadPart(transaction, upload.id, part));
    return {};
  }));
  received.keep();
  return part;
}

}  // namespace millrace::s3
