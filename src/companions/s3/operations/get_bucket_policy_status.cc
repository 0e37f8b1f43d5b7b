#include "aws/model/generated/s3/get_bucket_policy_status.h"

#include "aws/model/generated/s3/shapes/get_bucket_policy_output.h"
#include "companions/s3/bucket_policy.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketPolicyStatusOutput> getBucketPolicyStatus(Service& service,
                                                           GetBucketPolicyStatusRequest& input,
                                                           RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, kPolicyConfiguration));
  if (!stored) {
    return noConfiguration("NoSuchBucketPolicy", "The bucket policy does not exist", input.bucket);
  }
  GetBucketPolicyOutput kept;
  readDocument(*stored, kept);
  GetBucketPolicyStatusOutput output;
  output.policyStatus.emplace().isPublic = isPublic(kept.policy.value_or(""));
  return output;
}

}  // namespace millrace::s3
