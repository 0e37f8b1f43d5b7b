#include "aws/model/generated/s3/put_bucket_encryption.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketEncryptionResponse> putBucketEncryption(Service& service,
                                                         PutBucketEncryptionRequest& input,
                                                         RequestContext&) {
  TRY(storeConfiguration(service, input, "encryption", input.serverSideEncryptionConfiguration));
  return PutBucketEncryptionResponse();
}

}  // namespace millrace::s3
