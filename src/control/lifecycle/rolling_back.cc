// ROLLING_BACK: the job is cancelled, and the version before goes on from the last snapshot. The
// version that was left becomes ROLLED_BACK once that runs.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status start(Change& change) {
  ApplicationVersion before = TRY(change.version(change.job().versionId));
  change.takeParallelism(TRY(change.currentVersion()), &before);
  std::optional<Snapshot> latest = TRY(change.store().latestReadySnapshot(change.application.id));
  return change.startJob(change.application.versionId, latest ? latest->name : std::string());
}

Status enter(Change& change) {
  TRY(change.failAutomaticSnapshot());
  if (change.job().ended) return start(change);
  change.cancelJob();
  return {};
}

Status markRolledBack(Change& change) {
  ApplicationVersion current = TRY(change.currentVersion());
  if (!current.rolledBackFrom) return {};
  ApplicationVersion left = TRY(change.version(*current.rolledBackFrom));
  left.rolledBack = true;
  return change.store().updateVersion(change.application.id, left);
}

Status giveUp(Change& change, std::string_view reason) {
  TRY(change.fail(reason));
  return change.fire(Trigger::kFailed);
}

Status handle(Change& change, const JobEvent& event) {
  if (change.job().phase == JobPhase::kCancel) {
    // One that does not answer is fenced by the new attempt.
    if (event.isEnd() || event.kind == JobEvent::Kind::kTimeout) return start(change);
    return {};
  }
  switch (event.kind) {
    case JobEvent::Kind::kRunning:
      TRY(markRolledBack(change));
      return change.fire(Trigger::kJobRuns);
    case JobEvent::Kind::kFinished:
      TRY(markRolledBack(change));
      TRY(change.succeed());
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFailed:
      return giveUp(change, event.detail);
    case JobEvent::Kind::kCancelled:
    case JobEvent::Kind::kStopped:
      return giveUp(change, "the job was cancelled before it ran");
    case JobEvent::Kind::kTimeout:
      return giveUp(change, "the version before did not start in time");
    case JobEvent::Kind::kStopFailed:
      return {};
  }
  UNREACHABLE();
}

}  // namespace

const StatusBehaviour kRollingBackBehaviour = {ApplicationStatus::kRollingBack, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
