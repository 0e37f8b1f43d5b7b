#include "aws/model/generated/kinesisanalyticsv2/add_application_reference_data_source.h"

#include "control/lifecycle/configuration_change.h"
#include "control/model/sql_sub_resources.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationReferenceDataSourceResponse> addApplicationReferenceDataSource(
    Service& service, AddApplicationReferenceDataSourceRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, std::nullopt},
      "AddApplicationReferenceDataSource",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        return addReference(input.referenceDataSource, next);
      }));
  AddApplicationReferenceDataSourceResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.referenceDataSourceDescriptions =
      changed.version.configuration.sqlApplicationConfigurationDescription
          ->referenceDataSourceDescriptions;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
