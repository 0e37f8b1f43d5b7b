// Autoscaler: looks at every running application once a minute and scales those that its policy
// names. Driven by the thread of the life cycle.
#pragma once

#include <cstdint>
#include <map>

#include "control/engine/engine.h"
#include "control/lifecycle/lifecycle.h"
#include "control/scaling/scaling_policy.h"
#include "control/store/store.h"
#include "env/env.h"

namespace millrace::kinesisanalyticsv2 {

// One thread at a time.
class Autoscaler {
 public:
  static constexpr int64_t kPeriodMillis = 60'000;

  Autoscaler(Env& env, Store& store, Engine& engine, Lifecycle& lifecycle, Quotas quotas)
      : env_(env), store_(store), engine_(engine), lifecycle_(lifecycle), quotas_(quotas) {}

  // Does its work when a minute has passed since the last time. Returns when it is due next
  // (milliseconds of the wall clock).
  int64_t step();

 private:
  struct Watched {
    int64_t attempt = 0;
    ScalingPolicy policy;
    bool seen = false;
  };

  Status look();
  Status lookAt(StoreReader& reader, const Application& application,
                std::map<int64_t, int32_t>& decisions);
  Status scale(int64_t application, int64_t attempt, int32_t parallelism);

  Env& env_;
  Store& store_;
  Engine& engine_;
  Lifecycle& lifecycle_;
  Quotas quotas_;
  std::map<int64_t, Watched> watched_;
  int64_t nextMillis_ = 0;
};

}  // namespace millrace::kinesisanalyticsv2
