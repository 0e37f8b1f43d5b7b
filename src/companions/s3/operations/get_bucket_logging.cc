#include "aws/model/generated/s3/get_bucket_logging.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketLoggingOutput> getBucketLogging(Service& service, GetBucketLoggingRequest& input,
                                                 RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "logging"));
  context.xmlRootName = "BucketLoggingStatus";
  GetBucketLoggingOutput output;
  if (stored) readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
