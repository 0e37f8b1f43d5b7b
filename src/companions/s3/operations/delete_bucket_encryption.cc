#include "aws/model/generated/s3/delete_bucket_encryption.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketEncryptionResponse> deleteBucketEncryption(Service& service,
                                                               DeleteBucketEncryptionRequest& input,
                                                               RequestContext&) {
  TRY(dropConfiguration(service, input, "encryption"));
  return DeleteBucketEncryptionResponse();
}

}  // namespace millrace::s3
