#include "control/scaling/scaling_policy.h"

#include <algorithm>

namespace millrace::kinesisanalyticsv2 {

int32_t ScalingPolicy::add(double cpuPercent, int32_t current, ScalingBounds bounds) {
  numHigh_ = cpuPercent >= kHighPercent ? numHigh_ + 1 : 0;
  numLow_ = cpuPercent < kLowPercent ? numLow_ + 1 : 0;
  int32_t next = current;
  if (numHigh_ >= kHighPoints) {
    next = static_cast<int32_t>(std::min<int64_t>(int64_t{current} * 2, bounds.highest));
    next = std::max(next, current);  // the bounds may have become tighter meanwhile
  } else if (numLow_ >= kLowPoints) {
    next = std::max((current + 1) / 2, bounds.lowest);
    next = std::min(next, current);
  }
  if (next != current) reset();
  return next;
}

}  // namespace millrace::kinesisanalyticsv2
