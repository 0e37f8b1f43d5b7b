#include "aws/model/generated/s3/put_bucket_cors.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketCorsResponse> putBucketCors(Service& service, PutBucketCorsRequest& input,
                                             RequestContext&) {
  TRY(storeConfiguration(service, input, "cors", input.corsConfiguration));
  return PutBucketCorsResponse();
}

}  // namespace millrace::s3
