#include "aws/model/generated/s3/put_bucket_accelerate_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketAccelerateConfigurationResponse> putBucketAccelerateConfiguration(
    Service& service, PutBucketAccelerateConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "accelerate", input.accelerateConfiguration));
  return PutBucketAccelerateConfigurationResponse();
}

}  // namespace millrace::s3
