// How long an application may stay in a transient status, and how much of anything there may be.
#pragma once

#include <cstdint>

namespace millrace::kinesisanalyticsv2 {

struct LifecycleLimits {
  // A job that does not run by then has failed to start; the guide's soft limit.
  int64_t startMillis = 5 * 60'000;
  // A savepoint, alone or with a stop; Flink's default for a checkpoint.
  int64_t savepointMillis = 10 * 60'000;
  // Whatever does not answer to a cancellation by then is left to the fence of the next attempt.
  int64_t cancelMillis = 60'000;
};

// The quotas of the guide; `--quota name=value` changes one.
struct Quotas {
  int64_t applications = 50;
  int64_t kpus = 64;         // of one application
  int64_t snapshots = 1000;  // of one application
  int64_t tags = 50;         // of one application
};

}  // namespace millrace::kinesisanalyticsv2
