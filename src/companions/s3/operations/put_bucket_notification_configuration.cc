#include "aws/model/generated/s3/put_bucket_notification_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketNotificationConfigurationResponse> putBucketNotificationConfiguration(
    Service& service, PutBucketNotificationConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "notification", input.notificationConfiguration));
  return PutBucketNotificationConfigurationResponse();
}

}  // namespace millrace::s3
