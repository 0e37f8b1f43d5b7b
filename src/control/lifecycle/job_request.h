// From an application in the store to what the engine is told to run.
#pragma once

#include <string>

#include "control/engine/engine.h"
#include "control/store/store.h"

namespace millrace::kinesisanalyticsv2 {

// resume: the attempt has run already. kRestore when the snapshot to start from is gone; an attempt
// that has run may do without it, because the engine has what the attempt was started with.
Result<JobRequest> makeJobRequest(StoreReader& store, const Application& application,
                                  const std::string& arnPrefix, bool resume);

}  // namespace millrace::kinesisanalyticsv2
