// RestartStrategy: whether a job that failed starts again, and how long it waits before. The
// strategies, their options and their defaults are Flink's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace millrace {

class Random;

enum class RestartKind : uint8_t { kNone, kFixedDelay, kFailureRate, kExponentialDelay };

struct RestartOptions {
  RestartKind kind = RestartKind::kNone;

  int64_t fixedAttempts = 1;
  int64_t fixedDelayMillis = 1000;

  int64_t maxFailuresPerInterval = 1;
  int64_t failureIntervalMillis = 60'000;
  int64_t failureRateDelayMillis = 1000;

  int64_t initialBackoffMillis = 1000;
  int64_t maxBackoffMillis = 60'000;
  double backoffMultiplier = 1.5;
  int64_t resetBackoffThresholdMillis = 3'600'000;
  double jitterFactor = 0.1;
  int64_t attemptsBeforeReset = INT32_MAX;
};

// Not thread-safe.
class RestartStrategy {
 public:
  virtual ~RestartStrategy() = default;
  // A failure at `nowMillis`: the time at which to start again, or nothing when the job has to end.
  virtual std::optional<int64_t> failed(int64_t nowMillis) = 0;
  // For messages: "fixed-delay (3 attempts)".
  virtual std::string describe() const = 0;
};

// random (for the jitter) must outlive the strategy.
std::unique_ptr<RestartStrategy> makeRestartStrategy(const RestartOptions& options, Random& random);

}  // namespace millrace
