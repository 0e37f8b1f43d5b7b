// STOPPING: the job takes a last snapshot and stops. Without a snapshot it goes on running, because
// stopping it then would lose what it knows; FORCE_STOPPING is for those who want that.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  ApplicationVersion version = TRY(change.version(change.job().versionId));
  return change.stopJob(change.snapshotsEnabled(version));
}

Status handle(Change& change, const JobEvent& event) {
  switch (event.kind) {
    case JobEvent::Kind::kStopped:
      TRY(change.completeAutomaticSnapshot(event.detail));
      TRY(change.succeed());
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFinished:
      TRY(change.succeed());
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kCancelled:
      if (change.job().phase == JobPhase::kCancel) {
        TRY(change.succeed());
      } else {
        TRY(change.fail("the job was cancelled before its snapshot was complete"));
      }
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kFailed:
      TRY(change.fail(event.detail));
      return change.fire(Trigger::kJobEnded);
    case JobEvent::Kind::kStopFailed:
      TRY(change.failAutomaticSnapshot());
      TRY(change.fail(
          "the snapshot failed, the application goes on running (StopApplication with Force stops "
          "it without one): " +
          event.detail));
      return change.fire(Trigger::kStopRefused);
    case JobEvent::Kind::kTimeout:
      TRY(change.failAutomaticSnapshot());
      TRY(change.fail("the job did not stop in time and is being cancelled"));
      return change.fire(Trigger::kStopTimedOut);
    case JobEvent::Kind::kRunning:
      return {};
  }
  UNREACHABLE();
}

}  // namespace

const StatusBehaviour kStoppingBehaviour = {ApplicationStatus::kStopping, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
