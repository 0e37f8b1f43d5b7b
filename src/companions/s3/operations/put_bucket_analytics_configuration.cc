#include "aws/model/generated/s3/put_bucket_analytics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketAnalyticsConfigurationResponse> putBucketAnalyticsConfiguration(
    Service& service, PutBucketAnalyticsConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "analytics", input.analyticsConfiguration, input.id));
  return PutBucketAnalyticsConfigurationResponse();
}

}  // namespace millrace::s3
