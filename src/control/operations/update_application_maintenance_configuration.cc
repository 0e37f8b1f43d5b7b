#include "aws/model/generated/kinesisanalyticsv2/update_application_maintenance_configuration.h"

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/model/maintenance_window.h"
#include "control/model/runtime_environment.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<UpdateApplicationMaintenanceConfigurationResponse>
updateApplicationMaintenanceConfiguration(Service& service,
                                          UpdateApplicationMaintenanceConfigurationRequest& input,
                                          RequestContext&) {
  return writing<UpdateApplicationMaintenanceConfigurationResponse>(
      service.store(),
      [&](StoreWriter& writer) -> Outcome<UpdateApplicationMaintenanceConfigurationResponse> {
        Application application = TRY(service.find(writer, input.applicationName));
        ApplicationVersion version = TRY(service.currentVersion(writer, application));
        if (!isFlink(version.runtimeEnvironment)) {
          return unsupportedOperationException(
              "Maintenance windows are for Flink applications only.");
        }
        if (application.status != ApplicationStatus::kReady &&
            application.status != ApplicationStatus::kRunning) {
          return inUse(application, "updated");
        }
        application.maintenanceWindowStart = input.applicationMaintenanceConfigurationUpdate
                                                 .applicationMaintenanceWindowStartTimeUpdate;
        TRY(writer.updateApplication(application));
        UpdateApplicationMaintenanceConfigurationResponse response;
        response.applicationARN = service.arnPrefix() + application.name;
        response.applicationMaintenanceConfigurationDescription =
            describeMaintenance(application.maintenanceWindowStart);
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
