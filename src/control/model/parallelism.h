// Parallelism and KPUs of a version.
#pragma once

#include <cstdint>

#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

int32_t configuredParallelism(const ApplicationVersion& version);
int32_t parallelismPerKpu(const ApplicationVersion& version);
bool autoScalingEnabled(const ApplicationVersion& version);

// The KPUs that a parallelism needs, rounded up.
int64_t kpusFor(int64_t parallelism, int64_t parallelismPerKpu);

}  // namespace millrace::kinesisanalyticsv2
