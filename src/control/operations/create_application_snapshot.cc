#include "aws/model/generated/kinesisanalyticsv2/create_application_snapshot.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/model/runtime_environment.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkSnapshot(Service& service, const CreateApplicationSnapshotRequest& input,
                            const Application& application, const ApplicationVersion& version,
                            StoreWriter& writer) {
  if (!isFlink(version.runtimeEnvironment)) {
    return unsupportedOperationException("Snapshots are for Flink applications only.");
  }
  const auto& described = version.configuration.applicationSnapshotConfigurationDescription;
  if (described && !described->snapshotsEnabled) {
    return invalidApplicationConfigurationException(
        fmt::format("Snapshots are disabled for application {}.", application.name));
  }
  if (application.status != ApplicationStatus::kRunning) {
    return invalidRequestException(
        fmt::format("A snapshot can be taken of a running application; application {} is in status "
                    "{}.",
                    application.name, application.status));
  }
  if (TRY(writer.findSnapshot(application.id, input.snapshotName))) {
    return resourceInUseException(fmt::format("Application {} has a snapshot {} already.",
                                              application.name, input.snapshotName));
  }
  if (TRY(writer.countSnapshots(application.id)) >= service.quotas().snapshots) {
    return limitExceededException(
        fmt::format("Application {} has reached the limit of {} snapshots.", application.name,
                    service.quotas().snapshots));
  }
  return {};
}

}  // namespace

Outcome<CreateApplicationSnapshotResponse> createApplicationSnapshot(
    Service& service, CreateApplicationSnapshotRequest& input, RequestContext& context) {
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    ApplicationVersion version = TRY(service.currentVersion(writer, application));
    TRY(checkSnapshot(service, input, application, version, writer));
    Snapshot snapshot;
    snapshot.name = input.snapshotName;
    snapshot.status = SnapshotStatus::kCreating;
    snapshot.versionId = application.versionId;
    snapshot.runtimeEnvironment = version.runtimeEnvironment;
    snapshot.createdMillis = context.now().millis;
    snapshot.deadlineMillis = snapshot.createdMillis + service.lifecycle().limits().savepointMillis;
    TRY(writer.insertSnapshot(application.id, snapshot));
    return application.id;
  }));
  service.lifecycle().wake(id);
  return CreateApplicationSnapshotResponse();
}

}  // namespace millrace::kinesisanalyticsv2
