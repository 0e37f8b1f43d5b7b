#include "runtime/restart_strategy.h"

#include <gtest/gtest.h>

#include "env/sim/sim_env.h"

namespace millrace {

namespace {

class RestartStrategyTest : public ::testing::Test {
 protected:
  std::unique_ptr<RestartStrategy> make(const RestartOptions& options) {
    return makeRestartStrategy(options, env_.random());
  }
  SimEnv env_{1};
};

TEST_F(RestartStrategyTest, None) { EXPECT_FALSE(make({})->failed(0)); }

TEST_F(RestartStrategyTest, FixedDelayCountsAttempts) {
  RestartOptions options{.kind = RestartKind::kFixedDelay, .fixedAttempts = 2};
  options.fixedDelayMillis = 50;
  auto strategy = make(options);
  EXPECT_EQ(strategy->failed(100), 150);
  EXPECT_EQ(strategy->failed(1'000'000), 1'000'050);
  EXPECT_FALSE(strategy->failed(2'000'000));
}

TEST_F(RestartStrategyTest, FailureRateCountsWithinTheInterval) {
  RestartOptions options{.kind = RestartKind::kFailureRate};
  options.maxFailuresPerInterval = 2;
  options.failureIntervalMillis = 1000;
  options.failureRateDelayMillis = 5;
  auto strategy = make(options);
  EXPECT_EQ(strategy->failed(0), 5);
  EXPECT_EQ(strategy->failed(10), 15);
  // The third within more than the interval, then the third within less.
  EXPECT_EQ(strategy->failed(1001), 1006);
  EXPECT_FALSE(strategy->failed(1002));
}

TEST_F(RestartStrategyTest, ExponentialDelayGrowsAndIsReset) {
  RestartOptions options{.kind = RestartKind::kExponentialDelay};
  options.jitterFactor = 0;
  auto strategy = make(options);
  int64_t now = 0;
  for (int64_t delay : {1000, 1500, 2250, 3375}) {
    EXPECT_EQ(strategy->failed(now), now + delay);
    // Further failures before the start change nothing.
    EXPECT_EQ(strategy->failed(now + delay - 1), now + delay);
    now += delay;
  }
  for (int i = 0; i < 20; ++i) now = *strategy->failed(now);
  EXPECT_EQ(strategy->failed(now), now + 60'000);
  now += 60'000 + options.resetBackoffThresholdMillis;
  EXPECT_EQ(strategy->failed(now), now + 1000);
}

TEST_F(RestartStrategyTest, ExponentialDelayJittersAndGivesUp) {
  RestartOptions options{.kind = RestartKind::kExponentialDelay};
  options.initialBackoffMillis = 10'000;
  options.maxBackoffMillis = 20'000;
  options.jitterFactor = 0.5;
  options.attemptsBeforeReset = 2;
  bool differs = false;
  int64_t first = *make(options)->failed(0);
  for (int i = 0; i < 20; ++i) {
    auto strategy = make(options);
    int64_t delay = *strategy->failed(0);
    EXPECT_GE(delay, 10'000);
    EXPECT_LE(delay, 15'000);
    differs = differs || delay != first;
    int64_t second = *strategy->failed(30'000);
    EXPECT_LE(second, 50'000);
    EXPECT_FALSE(strategy->failed(60'000));
  }
  EXPECT_TRUE(differs);
}

}  // namespace

}  // namespace millrace
