#include "aws/model/generated/s3/list_bucket_analytics_configurations.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<ListBucketAnalyticsConfigurationsOutput> listBucketAnalyticsConfigurations(
    Service& service, ListBucketAnalyticsConfigurationsRequest& input, RequestContext& context) {
  auto page = TRY(listStored<AnalyticsConfiguration>(service, input, "analytics"));
  context.xmlRootName = "ListBucketAnalyticsConfigurationResult";
  ListBucketAnalyticsConfigurationsOutput output;
  output.isTruncated = page.next.has_value();
  output.continuationToken = input.continuationToken;
  output.nextContinuationToken = page.next;
  if (!page.entries.empty()) output.analyticsConfigurationList = std::move(page.entries);
  return output;
}

}  // namespace millrace::s3
