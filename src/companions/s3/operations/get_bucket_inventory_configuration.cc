#include "aws/model/generated/s3/get_bucket_inventory_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketInventoryConfigurationOutput> getBucketInventoryConfiguration(
    Service& service, GetBucketInventoryConfigurationRequest& input, RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "inventory", input.id));
  if (!stored) return noSuchConfiguration(input.bucket);
  GetBucketInventoryConfigurationOutput output;
  readDocument(*stored, output.inventoryConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
