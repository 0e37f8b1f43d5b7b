#include "aws/model/generated/s3/get_bucket_metrics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketMetricsConfigurationOutput> getBucketMetricsConfiguration(
    Service& service, GetBucketMetricsConfigurationRequest& input, RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "metrics", input.id));
  if (!stored) return noSuchConfiguration(input.bucket);
  GetBucketMetricsConfigurationOutput output;
  readDocument(*stored, output.metricsConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
