#include "aws/model/generated/s3/put_bucket_inventory_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketInventoryConfigurationResponse> putBucketInventoryConfiguration(
    Service& service, PutBucketInventoryConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "inventory", input.inventoryConfiguration, input.id));
  return PutBucketInventoryConfigurationResponse();
}

}  // namespace millrace::s3
