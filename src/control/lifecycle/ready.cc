// READY: there is no job. Where the last one did not answer, it is still being cancelled behind the
// scenes; a new attempt fences it.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  change.job().phase = JobPhase::kNone;
  change.job().deadlineMillis = 0;
  TRY(change.failOpenSnapshots());
  // Whoever leads here ends the operation in progress; none may stay open for ever.
  return change.cancelOperation();
}

Status handle(Change&, const JobEvent&) { return {}; }

}  // namespace

const StatusBehaviour kReadyBehaviour = {ApplicationStatus::kReady, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
