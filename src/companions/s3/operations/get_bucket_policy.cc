#include "aws/model/generated/s3/get_bucket_policy.h"

#include "companions/s3/bucket_policy.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketPolicyOutput> getBucketPolicy(Service& service, GetBucketPolicyRequest& input,
                                               RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, kPolicyConfiguration));
  if (!stored) {
    return noConfiguration("NoSuchBucketPolicy", "The bucket policy does not exist", input.bucket);
  }
  GetBucketPolicyOutput output;
  readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
