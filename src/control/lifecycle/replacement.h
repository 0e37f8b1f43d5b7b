// Replacement: the running job is stopped with a snapshot, and another one goes on from it. What
// UPDATING, AUTOSCALING and MAINTENANCE have in common.
#pragma once

#include "control/lifecycle/change.h"

namespace millrace::kinesisanalyticsv2 {

Status beginReplacement(Change& change);
Status handleReplacement(Change& change, const JobEvent& event);

// Goes back to `target`: a new version that is a copy of it. Requires: an operation is in progress.
Status beginRollback(Change& change, int64_t target);

// The version before the current one that has run and was not left by a rollback; 0 = none.
Result<int64_t> previousRunningVersion(Change& change);

}  // namespace millrace::kinesisanalyticsv2
