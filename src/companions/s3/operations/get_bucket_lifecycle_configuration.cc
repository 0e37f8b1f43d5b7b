#include "aws/model/generated/s3/get_bucket_lifecycle_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketLifecycleConfigurationOutput> getBucketLifecycleConfiguration(
    Service& service, GetBucketLifecycleConfigurationRequest& input, RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "lifecycle"));
  if (!stored) {
    return noConfiguration("NoSuchLifecycleConfiguration",
                           "The lifecycle configuration does not exist", input.bucket);
  }
  context.xmlRootName = "LifecycleConfiguration";
  GetBucketLifecycleConfigurationOutput output;
  readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
