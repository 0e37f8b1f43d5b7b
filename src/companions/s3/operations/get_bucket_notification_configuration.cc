#include "aws/model/generated/s3/get_bucket_notification_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<NotificationConfiguration> getBucketNotificationConfiguration(
    Service& service, GetBucketNotificationConfigurationRequest& input, RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "notification"));
  context.xmlRootName = "NotificationConfiguration";
  NotificationConfiguration output;
  if (stored) readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
