#include "aws/model/generated/kinesisanalyticsv2/delete_application_output.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationOutputResponse> deleteApplicationOutput(
    Service& service, DeleteApplicationOutputRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "DeleteApplicationOutput",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return deleteOutput(input.outputId, next);
      }));
  DeleteApplicationOutputResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
