#include "aws/model/generated/kinesisanalyticsv2/delete_application_cloud_watch_logging_option.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/logging_options.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationCloudWatchLoggingOptionResponse> deleteApplicationCloudWatchLoggingOption(
    Service& service, DeleteApplicationCloudWatchLoggingOptionRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, input.conditionalToken},
      "DeleteApplicationCloudWatchLoggingOption",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return deleteLoggingOption(input.cloudWatchLoggingOptionId, next);
      }));
  DeleteApplicationCloudWatchLoggingOptionResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.cloudWatchLoggingOptionDescriptions = changed.version.loggingOptions;
  response.operationId = changed.operationId;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
