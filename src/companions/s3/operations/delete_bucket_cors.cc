#include "aws/model/generated/s3/delete_bucket_cors.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketCorsResponse> deleteBucketCors(Service& service, DeleteBucketCorsRequest& input,
                                                   RequestContext&) {
  TRY(dropConfiguration(service, input, "cors"));
  return DeleteBucketCorsResponse();
}

}  // namespace millrace::s3
