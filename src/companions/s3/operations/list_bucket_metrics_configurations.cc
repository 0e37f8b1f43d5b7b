#include "aws/model/generated/s3/list_bucket_metrics_configurations.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<ListBucketMetricsConfigurationsOutput> listBucketMetricsConfigurations(
    Service& service, ListBucketMetricsConfigurationsRequest& input, RequestContext& context) {
  auto page = TRY(listStored<MetricsConfiguration>(service, input, "metrics"));
  context.xmlRootName = "ListMetricsConfigurationsResult";
  ListBucketMetricsConfigurationsOutput output;
  output.isTruncated = page.next.has_value();
  output.continuationToken = input.continuationToken;
  output.nextContinuationToken = page.next;
  if (!page.entries.empty()) output.metricsConfigurationList = std::move(page.entries);
  return output;
}

}  // namespace millrace::s3
