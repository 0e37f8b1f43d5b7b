#include "runtime/restart_strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "env/env.h"

namespace millrace {

namespace {

class NoRestart final : public RestartStrategy {
 public:
  std::optional<int64_t> failed(int64_t) override { return std::nullopt; }
  std::string describe() const override { return "none"; }
};

class FixedDelay final : public RestartStrategy {
 public:
  explicit FixedDelay(const RestartOptions& options) : options_(options) {}

  std::optional<int64_t> failed(int64_t nowMillis) override {
    if (++attempt_ > options_.fixedAttempts) return std::nullopt;
    return nowMillis + options_.fixedDelayMillis;
  }
  std::string describe() const override {
    return fmt::format("fixed-delay ({} attempts)", options_.fixedAttempts);
  }

 private:
  RestartOptions options_;
  int64_t attempt_ = 0;
};

class FailureRate final : public RestartStrategy {
 public:
  explicit FailureRate(const RestartOptions& options) : options_(options) {}

  std::optional<int64_t> failed(int64_t nowMillis) override {
    if (isFull()) failures_.pop_front();
    failures_.push_back(nowMillis);
    // Only the failure after the tolerated ones looks at the interval.
    if (isFull() && nowMillis - failures_.front() <= options_.failureIntervalMillis) {
      return std::nullopt;
    }
    return nowMillis + options_.failureRateDelayMillis;
  }
  std::string describe() const override {
    return fmt::format("failure-rate ({} failures in {} ms)", options_.maxFailuresPerInterval,
                       options_.failureIntervalMillis);
  }

 private:
  bool isFull() const {
    return static_cast<int64_t>(failures_.size()) > options_.maxFailuresPerInterval;
  }

  RestartOptions options_;
  std::deque<int64_t> failures_;
};

class ExponentialDelay final : public RestartStrategy {
 public:
  ExponentialDelay(const RestartOptions& options, Random& random)
      : options_(options), random_(random) {}

  std::optional<int64_t> failed(int64_t nowMillis) override {
    // Failures until the next start belong to the one that is known. In the millisecond of the
    // start, which Flink counts too, a task here may have started and failed again.
    if (restartMillis_ && nowMillis < *restartMillis_) return restartMillis_;
    if (restartMillis_ && nowMillis - *restartMillis_ >= options_.resetBackoffThresholdMillis) {
      attempt_ = 0;
    }
    restartMillis_ = nowMillis + backoffMillis();
    if (++attempt_ > options_.attemptsBeforeReset) return std::nullopt;
    return restartMillis_;
  }
  std::string describe() const override {
    return fmt::format("exponential-delay ({} attempts)", options_.attemptsBeforeReset);
  }

 private:
  int64_t backoffMillis() {
    double initial = static_cast<double>(options_.initialBackoffMillis);
    double highest = static_cast<double>(options_.maxBackoffMillis);
    double backoff = initial * std::pow(options_.backoffMultiplier, static_cast<double>(attempt_));
    backoff = std::min(backoff, highest);
    // From -1 to 1.
    double drawn = static_cast<double>(random_.next() >> 11) * 0x1p-52 - 1;
    return std::llround(std::clamp(backoff + backoff * options_.jitterFactor * drawn,
                                   std::min(initial, highest), highest));
  }

  RestartOptions options_;
  Random& random_;
  int64_t attempt_ = 0;
  std::optional<int64_t> restartMillis_;
};

}  // namespace

std::unique_ptr<RestartStrategy> makeRestartStrategy(const RestartOptions& options,
                                                     Random& random) {
  switch (options.kind) {
    case RestartKind::kNone:
      return std::make_unique<NoRestart>();
    case RestartKind::kFixedDelay:
      return std::make_unique<FixedDelay>(options);
    case RestartKind::kFailureRate:
      return std::make_unique<FailureRate>(options);
    case RestartKind::kExponentialDelay:
      return std::make_unique<ExponentialDelay>(options, random);
  }
  UNREACHABLE();
}

}  // namespace millrace
