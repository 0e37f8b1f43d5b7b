// The life cycle of an application as one table: from which status what leads where. What happens
// on entering a status, and what its job's events mean, is in the file of that status.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "control/lifecycle/job_event.h"

namespace millrace::kinesisanalyticsv2 {

enum class Trigger : uint8_t {
  // Asked for by a client or by the service itself.
  kStart,
  kStop,
  kForceStop,
  kUpdate,
  kScale,
  kMaintain,
  kRollBack,
  kDelete,
  // Caused by the job.
  kJobRuns,
  kJobEnded,
  kStopRefused,     // no savepoint; the job runs on
  kStopTimedOut,    // no answer to a stop
  kFailed,          // what the status was for has failed, and there is nothing to go back to
  kSystemRollBack,  // it has failed, and the service goes back by itself
};

std::string_view triggerName(Trigger trigger);

struct Transition {
  std::string_view from;
  Trigger trigger;
  std::string_view to;
};

std::span<const Transition> transitions();

// Where the trigger leads from that status; nothing when it is not allowed there.
std::optional<std::string_view> statusAfter(std::string_view status, Trigger trigger);

class Change;

// One file per status defines one of these.
struct StatusBehaviour {
  std::string_view status;
  Status (*enter)(Change& change);
  Status (*handle)(Change& change, const JobEvent& event);
};

extern const StatusBehaviour kReadyBehaviour;
extern const StatusBehaviour kStartingBehaviour;
extern const StatusBehaviour kRunningBehaviour;
extern const StatusBehaviour kStoppingBehaviour;
extern const StatusBehaviour kForceStoppingBehaviour;
extern const StatusBehaviour kUpdatingBehaviour;
extern const StatusBehaviour kAutoscalingBehaviour;
extern const StatusBehaviour kMaintenanceBehaviour;
extern const StatusBehaviour kRollingBackBehaviour;
extern const StatusBehaviour kDeletingBehaviour;

const StatusBehaviour& behaviourOf(std::string_view status);

}  // namespace millrace::kinesisanalyticsv2
