#include "aws/model/generated/s3/delete_bucket_policy.h"

#include "companions/s3/bucket_policy.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketPolicyResponse> deleteBucketPolicy(Service& service,
                                                       DeleteBucketPolicyRequest& input,
                                                       RequestContext&) {
  TRY(dropConfiguration(service, input, kPolicyConfiguration));
  return DeleteBucketPolicyResponse();
}

}  // namespace millrace::s3
