#include "aws/model/generated/s3/delete_bucket_tagging.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketTaggingResponse> deleteBucketTagging(Service& service,
                                                         DeleteBucketTaggingRequest& input,
                                                         RequestContext&) {
  TRY(dropConfiguration(service, input, kTaggingConfiguration));
  return DeleteBucketTaggingResponse();
}

}  // namespace millrace::s3
