#include "control/lifecycle/transitions.h"

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using S = ApplicationStatus;
using T = Trigger;

// Ten of the eleven statuses. ROLLED_BACK is no status of an application but of a version: the one
// that a rollback has left.
constexpr Transition kTransitions[] = {
    {S::kReady, T::kStart, S::kStarting},
    {S::kReady, T::kUpdate, S::kReady},
    {S::kReady, T::kDelete, S::kDeleting},

    {S::kStarting, T::kJobRuns, S::kRunning},
    {S::kStarting, T::kJobEnded, S::kReady},
    {S::kStarting, T::kFailed, S::kReady},
    {S::kStarting, T::kForceStop, S::kForceStopping},
    {S::kStarting, T::kDelete, S::kDeleting},

    {S::kRunning, T::kStop, S::kStopping},
    {S::kRunning, T::kForceStop, S::kForceStopping},
    {S::kRunning, T::kUpdate, S::kUpdating},
    {S::kRunning, T::kScale, S::kAutoscaling},
    {S::kRunning, T::kMaintain, S::kMaintenance},
    {S::kRunning, T::kRollBack, S::kRollingBack},
    {S::kRunning, T::kJobEnded, S::kReady},
    {S::kRunning, T::kDelete, S::kDeleting},

    {S::kStopping, T::kJobEnded, S::kReady},
    {S::kStopping, T::kStopRefused, S::kRunning},
    {S::kStopping, T::kStopTimedOut, S::kForceStopping},
    {S::kStopping, T::kForceStop, S::kForceStopping},
    {S::kStopping, T::kDelete, S::kDeleting},

    {S::kForceStopping, T::kJobEnded, S::kReady},
    {S::kForceStopping, T::kDelete, S::kDeleting},

    {S::kUpdating, T::kJobRuns, S::kRunning},
    {S::kUpdating, T::kJobEnded, S::kReady},
    {S::kUpdating, T::kFailed, S::kReady},
    {S::kUpdating, T::kSystemRollBack, S::kRollingBack},
    {S::kUpdating, T::kRollBack, S::kRollingBack},
    {S::kUpdating, T::kForceStop, S::kForceStopping},
    {S::kUpdating, T::kDelete, S::kDeleting},

    {S::kAutoscaling, T::kJobRuns, S::kRunning},
    {S::kAutoscaling, T::kJobEnded, S::kReady},
    {S::kAutoscaling, T::kFailed, S::kReady},
    {S::kAutoscaling, T::kSystemRollBack, S::kRollingBack},
    {S::kAutoscaling, T::kRollBack, S::kRollingBack},
    {S::kAutoscaling, T::kForceStop, S::kForceStopping},
    {S::kAutoscaling, T::kDelete, S::kDeleting},

    {S::kMaintenance, T::kJobRuns, S::kRunning},
    {S::kMaintenance, T::kJobEnded, S::kReady},
    {S::kMaintenance, T::kFailed, S::kReady},
    {S::kMaintenance, T::kDelete, S::kDeleting},

    {S::kRollingBack, T::kJobRuns, S::kRunning},
    {S::kRollingBack, T::kJobEnded, S::kReady},
    {S::kRollingBack, T::kFailed, S::kReady},
    {S::kRollingBack, T::kDelete, S::kDeleting},
};

const StatusBehaviour* const kBehaviours[] = {
    &kReadyBehaviour,         &kStartingBehaviour, &kRunningBehaviour,     &kStoppingBehaviour,
    &kForceStoppingBehaviour, &kUpdatingBehaviour, &kAutoscalingBehaviour, &kMaintenanceBehaviour,
    &kRollingBackBehaviour,   &kDeletingBehaviour,
};

}  // namespace

std::string_view triggerName(Trigger trigger) {
  static constexpr std::string_view kNames[] = {
      "start",        "stop",           "force stop", "update",         "scale",
      "maintain",     "roll back",      "delete",     "job runs",       "job ended",
      "stop refused", "stop timed out", "failed",     "system rollback"};
  return kNames[static_cast<size_t>(trigger)];
}

std::span<const Transition> transitions() { return kTransitions; }

std::optional<std::string_view> statusAfter(std::string_view status, Trigger trigger) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == status && transition.trigger == trigger) return transition.to;
  }
  return std::nullopt;
}

const StatusBehaviour& behaviourOf(std::string_view status) {
  for (const StatusBehaviour* behaviour : kBehaviours) {
    if (behaviour->status == status) return *behaviour;
  }
  UNREACHABLE(status);
}

}  // namespace millrace::kinesisanalyticsv2
