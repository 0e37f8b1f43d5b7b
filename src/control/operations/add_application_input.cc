#include "aws/model/generated/kinesisanalyticsv2/add_application_input.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationInputResponse> addApplicationInput(Service& service,
                                                         AddApplicationInputRequest& input,
                                                         RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "AddApplicationInput",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return addInput(input.input, next);
      }));
  AddApplicationInputResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.inputDescriptions =
      changed.version.configuration.sqlApplicationConfigurationDescription->inputDescriptions;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
