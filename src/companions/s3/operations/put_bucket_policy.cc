#include "aws/model/generated/s3/put_bucket_policy.h"

#include "aws/model/generated/s3/shapes/get_bucket_policy_output.h"
#include "companions/s3/bucket_policy.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketPolicyResponse> putBucketPolicy(Service& service, PutBucketPolicyRequest& input,
                                                 RequestContext& context) {
  TRY(checkPolicy(input.policy));
  GetBucketPolicyOutput kept;
  kept.policy = input.policy;
  TRY(storeConfiguration(service, input, kPolicyConfiguration, kept));
  context.responseStatus = 204;
  return PutBucketPolicyResponse();
}

}  // namespace millrace::s3
