#include "aws/model/generated/s3/delete_bucket_lifecycle.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketLifecycleResponse> deleteBucketLifecycle(Service& service,
                                                             DeleteBucketLifecycleRequest& input,
                                                             RequestContext&) {
  TRY(dropConfiguration(service, input, "lifecycle"));
  return DeleteBucketLifecycleResponse();
}

}  // namespace millrace::s3
