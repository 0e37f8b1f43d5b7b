#include "aws/model/generated/kinesisanalyticsv2/delete_application_snapshot.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/model/shown_time.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkDeletion(const DeleteApplicationSnapshotRequest& input,
                            const Application& application, const Snapshot& snapshot) {
  if (!isShownTime(snapshot.createdMillis, input.snapshotCreationTimestamp)) {
    return invalidArgumentException(
        fmt::format("SnapshotCreationTimestamp is not that of snapshot {}.", snapshot.name));
  }
  bool restoring =
      application.job.phase == JobPhase::kStart && application.job.startedFrom == snapshot.name;
  if (snapshot.status == SnapshotStatus::kCreating || restoring) {
    return resourceInUseException(fmt::format("Snapshot {} is in use.", snapshot.name));
  }
  return {};
}

}  // namespace

Outcome<DeleteApplicationSnapshotResponse> deleteApplicationSnapshot(
    Service& service, DeleteApplicationSnapshotRequest& input, RequestContext& context) {
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    std::optional<Snapshot> snapshot = TRY(writer.findSnapshot(application.id, input.snapshotName));
    if (!snapshot) {
      return resourceNotFoundException(
          fmt::format("Application {} has no snapshot {}.", application.name, input.snapshotName));
    }
    TRY(checkDeletion(input, application, *snapshot));
    snapshot->status = SnapshotStatus::kDeleting;
    snapshot->deadlineMillis = context.now().millis + service.lifecycle().limits().cancelMillis;
    TRY(writer.updateSnapshot(application.id, *snapshot));
    return application.id;
  }));
  service.lifecycle().wake(id);
  return DeleteApplicationSnapshotResponse();
}

}  // namespace millrace::kinesisanalyticsv2
