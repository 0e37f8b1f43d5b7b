#include "aws/model/generated/s3/put_bucket_metrics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketMetricsConfigurationResponse> putBucketMetricsConfiguration(
    Service& service, PutBucketMetricsConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "metrics", input.metricsConfiguration, input.id));
  return PutBucketMetricsConfigurationResponse();
}

}  // namespace millrace::s3
