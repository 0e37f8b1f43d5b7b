#include "aws/model/generated/s3/delete_bucket_inventory_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketInventoryConfigurationResponse> deleteBucketInventoryConfiguration(
    Service& service, DeleteBucketInventoryConfigurationRequest& input, RequestContext&) {
  bool existed = TRY(dropConfiguration(service, input, "inventory", input.id));
  if (!existed) return noSuchConfiguration(input.bucket);
  return DeleteBucketInventoryConfigurationResponse();
}

}  // namespace millrace::s3
