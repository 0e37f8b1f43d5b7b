#include "aws/model/generated/kinesisanalyticsv2/delete_application_reference_data_source.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationReferenceDataSourceResponse> deleteApplicationReferenceDataSource(
    Service& service, DeleteApplicationReferenceDataSourceRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "DeleteApplicationReferenceDataSource",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return deleteReference(input.referenceId, next);
      }));
  DeleteApplicationReferenceDataSourceResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
