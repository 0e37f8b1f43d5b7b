// From an application in the store to what the engine is told to run.
#pragma once

#include <string>

#include "control/engine/engine.h"
#include "control/store/store.h"

namespace millrace::kinesisanalyticsv2 {

// kRestore when the snapshot to start from is gone.
Result<JobRequest> makeJobRequest(StoreReader& store, const Application& application,
                                  const std::string& arnPrefix);

}  // namespace millrace::kinesisanalyticsv2
