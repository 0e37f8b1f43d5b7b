#include "aws/model/generated/s3/get_bucket_cors.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketCorsOutput> getBucketCors(Service& service, GetBucketCorsRequest& input,
                                           RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "cors"));
  if (!stored) {
    return noConfiguration("NoSuchCORSConfiguration", "The CORS configuration does not exist",
                           input.bucket);
  }
  context.xmlRootName = "CORSConfiguration";
  GetBucketCorsOutput output;
  readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
