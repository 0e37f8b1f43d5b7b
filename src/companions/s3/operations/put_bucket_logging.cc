#include "aws/model/generated/s3/put_bucket_logging.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketLoggingResponse> putBucketLogging(Service& service, PutBucketLoggingRequest& input,
                                                   RequestContext&) {
  TRY(storeConfiguration(service, input, "logging", input.bucketLoggingStatus));
  return PutBucketLoggingResponse();
}

}  // namespace millrace::s3
