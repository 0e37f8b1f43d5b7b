// STARTING: from StartApplication until the job runs. A failure of any kind leads back to READY;
// the operation says why.
#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Status enter(Change& change) {
  change.takeParallelism(TRY(change.currentVersion()), nullptr);
  std::string snapshot = TRY(change.chosenSnapshot());
  return change.startJob(change.application.versionId, snapshot);
}

Status giveUp(Change& change, std::string_view reason) {
  TRY(change.fail(reason));
  return change.fire(Trigger::kFailed);
}

Status handle(Change& change, const JobEvent& event) {
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

const StatusBehaviour kStartingBehaviour = {ApplicationStatus::kStarting, enter, handle};

}  // namespace millrace::kinesisanalyticsv2
