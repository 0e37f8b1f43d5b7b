#include "aws/model/generated/kinesisanalyticsv2/delete_application_input_processing_configuration.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationInputProcessingConfigurationResponse>
deleteApplicationInputProcessingConfiguration(
    Service& service, DeleteApplicationInputProcessingConfigurationRequest& input,
    RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "DeleteApplicationInputProcessingConfiguration",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return setInputProcessing(input.inputId, nullptr, next);
      }));
  DeleteApplicationInputProcessingConfigurationResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
