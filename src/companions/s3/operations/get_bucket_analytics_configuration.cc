#include "aws/model/generated/s3/get_bucket_analytics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketAnalyticsConfigurationOutput> getBucketAnalyticsConfiguration(
    Service& service, GetBucketAnalyticsConfigurationRequest& input, RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "analytics", input.id));
  if (!stored) return noSuchConfiguration(input.bucket);
  GetBucketAnalyticsConfigurationOutput output;
  readDocument(*stored, output.analyticsConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
