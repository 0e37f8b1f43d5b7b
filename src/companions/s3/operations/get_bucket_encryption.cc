#include "aws/model/generated/s3/get_bucket_encryption.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketEncryptionOutput> getBucketEncryption(Service& service,
                                                       GetBucketEncryptionRequest& input,
                                                       RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "encryption"));
  GetBucketEncryptionOutput output;
  auto& configuration = output.serverSideEncryptionConfiguration.emplace();
  if (stored) {
    readDocument(*stored, configuration);
    return output;
  }
  // What every bucket has.
  auto& rule = configuration.rules.emplace_back();
  rule.applyServerSideEncryptionByDefault.emplace().sseAlgorithm = "AES256";
  rule.bucketKeyEnabled = false;
  return output;
}

}  // namespace millrace::s3
