#include "aws/model/generated/kinesisanalyticsv2/add_application_cloud_watch_logging_option.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/logging_options.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationCloudWatchLoggingOptionResponse> addApplicationCloudWatchLoggingOption(
    Service& service, AddApplicationCloudWatchLoggingOptionRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, input.conditionalToken},
      "AddApplicationCloudWatchLoggingOption",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return addLoggingOption(input.cloudWatchLoggingOption, next);
      }));
  AddApplicationCloudWatchLoggingOptionResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.cloudWatchLoggingOptionDescriptions = changed.version.loggingOptions;
  response.operationId = changed.operationId;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
