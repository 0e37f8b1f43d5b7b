#include "aws/model/generated/s3/abort_multipart_upload.h"

#include "companions/s3/multipart.h"

namespace millrace::s3 {

Outcome<AbortMultipartUploadOutput> abortMultipartUpload(Service& service,
                                                         AbortMultipartUploadRequest& input,
                                                         RequestContext&) {
  // A condition that directory buckets alone have.
  if (input.ifMatchInitiatedTime) return notImplemented("x-amz-if-match-initiated-time");
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    UploadRecord upload = TRY(requireUpload(transaction, bucket, input));
    TRY(eraseUpload(transaction, upload.id));
    return {};
  }));
  return AbortMultipartUploadOutput();
}

}  // namespace millrace::s3
