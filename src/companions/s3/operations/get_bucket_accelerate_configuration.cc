#include "aws/model/generated/s3/get_bucket_accelerate_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketAccelerateConfigurationOutput> getBucketAccelerateConfiguration(
    Service& service, GetBucketAccelerateConfigurationRequest& input, RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "accelerate"));
  context.xmlRootName = "AccelerateConfiguration";
  GetBucketAccelerateConfigurationOutput output;
  if (stored) readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
