#include "control/lifecycle/change.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_restore_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/operation_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/model/parallelism.h"
#include "control/model/runtime_environment.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr size_t kErrorStringLimit = 512;  // ErrorString of the model

// At most that many bytes, without cutting a character.
std::string shortened(std::string_view text) {
  if (text.empty()) return "unknown";
  if (text.size() <= kErrorStringLimit) return std::string(text);
  size_t size = kErrorStringLimit - 3;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size)) + "...";
}

}  // namespace

std::string Change::newId() {
  return fmt::format("{:016x}{:016x}", env_.random().next(), env_.random().next());
}

Status Change::fire(Trigger trigger) {
  std::optional<std::string_view> next = statusAfter(application.status, trigger);
  CHECK(next.has_value(), application.status);
  application.status = *next;
  return behaviourOf(*next).enter(*this);
}

Status Change::handle(const JobEvent& event) {
  if (event.isEnd()) endJob();
  return behaviourOf(application.status).handle(*this, event);
}

Result<ApplicationVersion> Change::version(int64_t id) {
  std::optional<ApplicationVersion> found = TRY(store_.findVersion(application.id, id));
  if (found) return std::move(*found);
  return Error(
      ErrorKind::kCorruptData,
      fmt::format("version {} of application '{}' is not in the store", id, application.name));
}

Result<ApplicationVersion> Change::currentVersion() { return version(application.versionId); }

bool Change::snapshotsEnabled(const ApplicationVersion& version) const {
  const auto& described = version.configuration.applicationSnapshotConfigurationDescription;
  return isFlink(version.runtimeEnvironment) && (!described || described->snapshotsEnabled);
}

Result<std::string> Change::beginOperation(std::string_view operation,
                                           std::optional<int64_t> updatedFrom,
                                           std::optional<int64_t> updatedTo) {
  TRY(cancelOperation());
  OperationRecord record;
  record.id = newId();
  record.operation = operation;
  record.status = OperationStatus::kInProgress;
  record.startedMillis = nowMillis_;
  record.updatedFrom = updatedFrom;
  record.updatedTo = updatedTo;
  TRY(store_.insertOperation(application.id, record));
  job().operationId = record.id;
  return record.id;
}

Status Change::recordOperation(std::string_view operation, std::string_view status,
                               std::string_view failure) {
  OperationRecord record;
  record.id = newId();
  record.operation = operation;
  record.status = status;
  record.startedMillis = nowMillis_;
  record.endedMillis = nowMillis_;
  if (!failure.empty()) record.failure = shortened(failure);
  return store_.insertOperation(application.id, record);
}

Status Change::endOperation(std::string_view status, std::string_view failure,
                            std::string_view rollbackOperationId) {
  if (job().operationId.empty()) return {};
  std::optional<OperationRecord> record =
      TRY(store_.findOperation(application.id, job().operationId));
  job().operationId.clear();
  if (!record) return {};
  record->status = status;
  record->endedMillis = nowMillis_;
  record->failure = failure;
  record->rollbackOperationId = rollbackOperationId;
  return store_.updateOperation(application.id, *record);
}

Status Change::succeed() { return endOperation(OperationStatus::kSuccessful, {}, {}); }

Status Change::fail(std::string_view reason, std::string_view rollbackOperationId) {
  return endOperation(OperationStatus::kFailed, shortened(reason), rollbackOperationId);
}

Status Change::cancelOperation() { return endOperation(OperationStatus::kCancelled, {}, {}); }

Status Change::addVersion(ApplicationVersion& next) {
  next.id = application.versionId + 1;
  next.createdMillis = nowMillis_;
  next.hasRun = false;
  next.rolledBack = false;
  TRY(store_.insertVersion(application.id, next));
  application.versionId = next.id;
  application.conditionalToken = newId();
  application.updatedMillis = nowMillis_;
  return {};
}

void Change::takeParallelism(const ApplicationVersion& next, const ApplicationVersion* before) {
  int32_t wanted = configuredParallelism(next);
  if (before == nullptr || job().parallelism == 0 || configuredParallelism(*before) != wanted) {
    job().parallelism = wanted;
  }
}

Status Change::startJob(int64_t versionId, std::string_view snapshot) {
  JobState& state = job();
  state.phase = JobPhase::kStart;
  ++state.attempt;
  state.ended = false;
  state.versionId = versionId;
  state.startedFrom = snapshot;
  state.deadlineMillis = nowMillis_ + limits_.startMillis;
  return {};
}

Status Change::stopJob(bool withSnapshot) {
  if (!withSnapshot) {
    cancelJob();
    return {};
  }
  Snapshot snapshot;
  snapshot.name = newId();
  snapshot.status = SnapshotStatus::kCreating;
  snapshot.versionId = job().versionId;
  snapshot.runtimeEnvironment = TRY(version(job().versionId)).runtimeEnvironment;
  snapshot.createdMillis = nowMillis_;
  snapshot.automatic = true;
  TRY(store_.insertSnapshot(application.id, snapshot));
  job().automaticSnapshot = snapshot.name;
  job().phase = JobPhase::kStop;
  job().deadlineMillis = nowMillis_ + limits_.savepointMillis;
  return {};
}

void Change::cancelJob() {
  job().phase = JobPhase::kCancel;
  job().deadlineMillis = nowMillis_ + limits_.cancelMillis;
}

Status Change::completeAutomaticSnapshot(std::string_view location) {
  std::optional<Snapshot> snapshot =
      TRY(store_.findSnapshot(application.id, job().automaticSnapshot));
  job().automaticSnapshot.clear();
  if (!snapshot) return {};
  snapshot->status = SnapshotStatus::kReady;
  snapshot->location = location;
  return store_.updateSnapshot(application.id, *snapshot);
}

Status Change::failAutomaticSnapshot() {
  if (job().automaticSnapshot.empty()) return {};
  std::optional<Snapshot> snapshot =
      TRY(store_.findSnapshot(application.id, job().automaticSnapshot));
  job().automaticSnapshot.clear();
  if (!snapshot || snapshot->status != SnapshotStatus::kCreating) return {};
  snapshot->status = SnapshotStatus::kFailed;
  return store_.updateSnapshot(application.id, *snapshot);
}

Status Change::failOpenSnapshots() {
  for (Snapshot& snapshot : TRY(store_.snapshotsIn(application.id, SnapshotStatus::kCreating))) {
    snapshot.status = SnapshotStatus::kFailed;
    snapshot.deadlineMillis = 0;
    TRY(store_.updateSnapshot(application.id, snapshot));
  }
  job().automaticSnapshot.clear();
  return {};
}

Result<std::string> Change::chosenSnapshot() {
  if (job().restoreType == ApplicationRestoreType::kSkipRestoreFromSnapshot) return std::string();
  if (job().restoreType == ApplicationRestoreType::kRestoreFromCustomSnapshot) {
    return job().snapshotName;
  }
  std::optional<Snapshot> latest = TRY(store_.latestReadySnapshot(application.id));
  return latest ? latest->name : std::string();
}

Status Change::removeApplication() {
  deleted_ = true;
  return store_.deleteApplication(application.id);
}

Status Change::save() {
  if (deleted_) return {};
  return store_.updateApplication(application);
}

}  // namespace millrace::kinesisanalyticsv2
