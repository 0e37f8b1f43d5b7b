#include "aws/model/generated/s3/put_bucket_lifecycle_configuration.h"

#include "aws/model/generated/s3/shapes/get_bucket_lifecycle_configuration_output.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketLifecycleConfigurationOutput> putBucketLifecycleConfiguration(
    Service& service, PutBucketLifecycleConfigurationRequest& input, RequestContext&) {
  if (!input.lifecycleConfiguration) return malformedXml();
  GetBucketLifecycleConfigurationOutput kept;
  kept.rules = input.lifecycleConfiguration->rules;
  kept.transitionDefaultMinimumObjectSize =
      input.transitionDefaultMinimumObjectSize.value_or("all_storage_classes_128K");
  TRY(storeConfiguration(service, input, "lifecycle", kept));
  PutBucketLifecycleConfigurationOutput output;
  output.transitionDefaultMinimumObjectSize = kept.transitionDefaultMinimumObjectSize;
  return output;
}

}  // namespace millrace::s3
