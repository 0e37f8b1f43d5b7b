// DELETING: the job is cancelled, then nothing of the application is left.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  TRY(change.cancelOperation());
  change.cancelJob();
  return {};
}

Status handle(Change& change, const JobEvent& event) {
  if (!event.isEnd() && event.kind != JobEvent::Kind::kTimeout) return {};
  return change.removeApplication();
}

}  // namespace

const StatusBehaviour kDeletingBehaviour = {ApplicationStatus::kDeleting, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
