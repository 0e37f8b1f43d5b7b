#include "aws/model/generated/s3/put_bucket_ownership_controls.h"

#include "companions/s3/acl.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketOwnershipControlsResponse> putBucketOwnershipControls(
    Service& service, PutBucketOwnershipControlsRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, kOwnershipConfiguration, input.ownershipControls));
  return PutBucketOwnershipControlsResponse();
}

}  // namespace millrace::s3
