#include "aws/model/generated/s3/delete_bucket_metrics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketMetricsConfigurationResponse> deleteBucketMetricsConfiguration(
    Service& service, DeleteBucketMetricsConfigurationRequest& input, RequestContext&) {
  bool existed = TRY(dropConfiguration(service, input, "metrics", input.id));
  if (!existed) return noSuchConfiguration(input.bucket);
  return DeleteBucketMetricsConfigurationResponse();
}

}  // namespace millrace::s3
