// FORCE_STOPPING: the job is cancelled, without a snapshot. A job that does not answer is given up;
// the fence of the next attempt keeps it from committing anything.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  TRY(change.failAutomaticSnapshot());
  change.cancelJob();
  return {};
}

Status handle(Change& change, const JobEvent& event) {
  if (!event.isEnd() && event.kind != JobEvent::Kind::kTimeout) return {};
  TRY(change.succeed());
  return change.fire(Trigger::kJobEnded);
}

}  // namespace

const StatusBehaviour kForceStoppingBehaviour = {ApplicationStatus::kForceStopping, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
