#include "aws/model/generated/s3/delete_bucket_analytics_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketAnalyticsConfigurationResponse> deleteBucketAnalyticsConfiguration(
    Service& service, DeleteBucketAnalyticsConfigurationRequest& input, RequestContext&) {
  bool existed = TRY(dropConfiguration(service, input, "analytics", input.id));
  if (!existed) return noSuchConfiguration(input.bucket);
  return DeleteBucketAnalyticsConfigurationResponse();
}

}  // namespace millrace::s3
