#include "aws/model/generated/s3/list_bucket_inventory_configurations.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<ListBucketInventoryConfigurationsOutput> listBucketInventoryConfigurations(
    Service& service, ListBucketInventoryConfigurationsRequest& input, RequestContext& context) {
  auto page = TRY(listStored<InventoryConfiguration>(service, input, "inventory"));
  context.xmlRootName = "ListInventoryConfigurationsResult";
  ListBucketInventoryConfigurationsOutput output;
  output.isTruncated = page.next.has_value();
  output.continuationToken = input.continuationToken;
  output.nextContinuationToken = page.next;
  if (!page.entries.empty()) output.inventoryConfigurationList = std::move(page.entries);
  return output;
}

}  // namespace millrace::s3
