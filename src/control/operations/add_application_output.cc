#include "aws/model/generated/kinesisanalyticsv2/add_application_output.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationOutputResponse> addApplicationOutput(Service& service,
                                                           AddApplicationOutputRequest& input,
                                                           RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "AddApplicationOutput",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return addOutput(input.output, next);
      }));
  AddApplicationOutputResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.outputDescriptions =
      changed.version.configuration.sqlApplicationConfigurationDescription->outputDescriptions;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
