#include "aws/model/generated/s3/get_bucket_ownership_controls.h"

#include "companions/s3/acl.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketOwnershipControlsOutput> getBucketOwnershipControls(
    Service& service, GetBucketOwnershipControlsRequest& input, RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, kOwnershipConfiguration));
  if (!stored) {
    return noConfiguration("OwnershipControlsNotFoundError",
                           "The bucket ownership controls were not found", input.bucket);
  }
  GetBucketOwnershipControlsOutput output;
  readDocument(*stored, output.ownershipControls.emplace());
  return output;
}

}  // namespace millrace::s3
