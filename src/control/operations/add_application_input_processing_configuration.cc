#include "aws/model/generated/kinesisanalyticsv2/add_application_input_processing_configuration.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_configuration.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationInputProcessingConfigurationResponse>
addApplicationInputProcessingConfiguration(Service& service,
                                           AddApplicationInputProcessingConfigurationRequest& input,
                                           RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "AddApplicationInputProcessingConfiguration",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return setInputProcessing(input.inputId, &input.inputProcessingConfiguration, next);
      }));
  AddApplicationInputProcessingConfigurationResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.inputId = input.inputId;
  response.inputProcessingConfigurationDescription =
      describeProcessing(input.inputProcessingConfiguration);
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
