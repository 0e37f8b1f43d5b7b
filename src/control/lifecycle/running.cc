// RUNNING: the job runs, restarting from its checkpoints by itself, until somebody stops it, its
// input ends, or its restart strategy gives up.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/operation_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  JobState& job = change.job();
  job.phase = JobPhase::kRun;
  job.deadlineMillis = 0;
  job.restoreType.clear();
  job.snapshotName.clear();
  ApplicationVersion version = TRY(change.version(job.versionId));
  if (!version.hasRun) {
    version.hasRun = true;
    TRY(change.store().updateVersion(change.application.id, version));
  }
  return change.succeed();
}

Status handle(Change& change, const JobEvent& event) {
  switch (event.kind) {
    case JobEvent::Kind::kFailed:
      // There is no status FAILED; the record says what happened while nobody had asked for
      // anything.
      TRY(change.recordOperation("JobFailure", OperationStatus::kFailed, event.detail));
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFinished:
    case JobEvent::Kind::kStopped:
    case JobEvent::Kind::kCancelled:
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kRunning:  // again, after a restart of the service
    case JobEvent::Kind::kStopFailed:
    case JobEvent::Kind::kTimeout:
      return {};
  }
  UNREACHABLE();
}

}  // namespace

const StatusBehaviour kRunningBehaviour = {ApplicationStatus::kRunning, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
