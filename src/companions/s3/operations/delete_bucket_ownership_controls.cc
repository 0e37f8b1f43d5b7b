#include "aws/model/generated/s3/delete_bucket_ownership_controls.h"

#include "companions/s3/acl.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketOwnershipControlsResponse> deleteBucketOwnershipControls(
    Service& service, DeleteBucketOwnershipControlsRequest& input, RequestContext&) {
  TRY(dropConfiguration(service, input, kOwnershipConfiguration));
  return DeleteBucketOwnershipControlsResponse();
}

}  // namespace millrace::s3
