// ScalingPolicy: the guide's rule of when an application is scaled. One data point a minute; 15 in
// a row of at least 75 % scale up, 360 in a row below 10 % scale down. The step is a doubling or a
// halving.
#pragma once

#include <cstdint>

namespace millrace::kinesisanalyticsv2 {

struct ScalingBounds {
  int32_t lowest = 1;   // Parallelism
  int32_t highest = 1;  // what KPUs and the operators' maximum parallelism allow
};

class ScalingPolicy {
 public:
  static constexpr double kHighPercent = 75;
  static constexpr int kHighPoints = 15;
  static constexpr double kLowPercent = 10;
  static constexpr int kLowPoints = 360;

  // A data point of the last minute. Returns the parallelism to go to; `current` = stay.
  int32_t add(double cpuPercent, int32_t current, ScalingBounds bounds);
  // The job was replaced or was away: what was seen before does not count.
  void reset() { numHigh_ = numLow_ = 0; }

 private:
  int numHigh_ = 0;
  int numLow_ = 0;
};

}  // namespace millrace::kinesisanalyticsv2
