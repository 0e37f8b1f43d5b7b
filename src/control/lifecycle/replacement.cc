#include "control/lifecycle/replacement.h"

#include <fmt/format.h>

#include <utility>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kVersionsPerPage = 50;

Status startNext(Change& change) {
  if (change.application.status == ApplicationStatus::kAutoscaling) {
    std::swap(change.job().parallelism, change.job().otherParallelism);
  }
  ApplicationVersion before = TRY(change.version(change.job().versionId));
  change.takeParallelism(TRY(change.currentVersion()), &before);
  std::string snapshot = TRY(change.chosenSnapshot());
  return change.startJob(change.application.versionId, snapshot);
}

bool rollsBackByItself(const ApplicationVersion& version) {
  const auto& described = version.configuration.applicationSystemRollbackConfigurationDescription;
  return described && described->rollbackEnabled;
}

// The version or parallelism to go back to after a failure; 0 = none.
Result<int64_t> rollbackTarget(Change& change) {
  if (change.application.status == ApplicationStatus::kMaintenance) return 0;
  if (!rollsBackByItself(TRY(change.currentVersion()))) return 0;
  if (change.application.status == ApplicationStatus::kAutoscaling) {
    return change.application.versionId;
  }
  return previousRunningVersion(change);
}

Status giveUp(Change& change, std::string_view reason) {
  TRY(change.failAutomaticSnapshot());
  int64_t target = TRY(rollbackTarget(change));
  if (target == 0) {
    TRY(change.fail(reason));
    return change.fire(Trigger::kFailed);
  }
  std::string failed = std::exchange(change.job().operationId, std::string());
  std::string rollback = TRY(change.beginOperation(
      "RollbackApplication", change.application.versionId, change.application.versionId + 1));
  change.job().operationId = failed;
  TRY(change.fail(reason, rollback));
  change.job().operationId = rollback;
  TRY(beginRollback(change, target));
  return change.fire(Trigger::kSystemRollBack);
}

Status handleStop(Change& change, const JobEvent& event) {
  switch (event.kind) {
    case JobEvent::Kind::kStopped:
      TRY(change.completeAutomaticSnapshot(event.detail));
      return startNext(change);
    case JobEvent::Kind::kCancelled:
      if (change.job().phase == JobPhase::kCancel) return startNext(change);
      return giveUp(change, "the job was cancelled before its snapshot was complete");
    case JobEvent::Kind::kFinished:
      // Its input has ended meanwhile: nothing is left to be replaced.
      TRY(change.succeed());
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFailed:
      return giveUp(change, event.detail);
    case JobEvent::Kind::kStopFailed:
      return giveUp(change, "the snapshot failed: " + event.detail);
    case JobEvent::Kind::kTimeout:
      return giveUp(change, "the job did not stop in time");
    case JobEvent::Kind::kRunning:
      return {};
  }
  UNREACHABLE();
}

Status handleStart(Change& change, const JobEvent& event) {
  switch (event.kind) {
    case JobEvent::Kind::kRunning:
      return change.fire(Trigger::kJobRuns);
    case JobEvent::Kind::kFinished:
      TRY(change.succeed());
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFailed:
      return giveUp(change, event.detail);
    case JobEvent::Kind::kCancelled:
    case JobEvent::Kind::kStopped:
      return giveUp(change, "the job was cancelled before it ran");
    case JobEvent::Kind::kTimeout:
      return giveUp(change,
                    fmt::format("Flink job did not start within a total timeout of {} "
                                "minutes for application: {}",
                                change.limits().startMillis / 60'000, change.application.name));
    case JobEvent::Kind::kStopFailed:
      return {};
  }
  UNREACHABLE();
}

}  // namespace

Status beginReplacement(Change& change) {
  ApplicationVersion running = TRY(change.version(change.job().versionId));
  return change.stopJob(change.snapshotsEnabled(running));
}

Status handleReplacement(Change& change, const JobEvent& event) {
  if (change.job().phase == JobPhase::kStart) return handleStart(change, event);
  return handleStop(change, event);
}

Status beginRollback(Change& change, int64_t target) {
  if (change.application.status == ApplicationStatus::kAutoscaling &&
      change.job().phase == JobPhase::kStart) {
    std::swap(change.job().parallelism, change.job().otherParallelism);
  }
  ApplicationVersion next = TRY(change.version(target));
  next.updatedFrom = change.application.versionId;
  next.rolledBackFrom = change.application.versionId;
  next.rolledBackTo = target;
  change.job().restoreType.clear();
  change.job().snapshotName.clear();
  return change.addVersion(next);
}

Result<int64_t> previousRunningVersion(Change& change) {
  int64_t before = change.application.versionId;
  for (;;) {
    std::vector<ApplicationVersion> versions =
        TRY(change.store().listVersions(change.application.id, before, kVersionsPerPage));
    for (const ApplicationVersion& version : versions) {
      if (version.hasRun && !version.rolledBack) return version.id;
      before = version.id;
    }
    if (versions.empty()) return 0;
  }
}

}  // namespace millrace::kinesisanalyticsv2
