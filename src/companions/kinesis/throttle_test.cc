#include "companions/kinesis/throttle.h"

#include <gtest/gtest.h>

namespace millrace::kinesis {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST(Throttle, GrantsTheBudgetOfASecondAtOnceAndThenItsRate) {
  Throttle throttle(1000);
  int64_t now = kSecond;
  int granted = 0;
  for (int i = 0; i < 1500; ++i) {
    if (!throttle.allows(1, now)) continue;
    throttle.use(1);
    ++granted;
  }
  EXPECT_EQ(granted, 1000);
  now += kSecond / 2;
  EXPECT_TRUE(throttle.allows(500, now));
  EXPECT_FALSE(throttle.allows(501, now));
  now += 100 * kSecond;
  EXPECT_TRUE(throttle.allows(1000, now));
  throttle.use(1000);
  EXPECT_FALSE(throttle.allows(1, now)) << "an idle hour is not saved up";
}

TEST(Throttle, AFullBudgetMayBeOverdrawn) {
  Throttle throttle(100);
  int64_t now = kSecond;
  ASSERT_TRUE(throttle.allows(500, now));
  throttle.use(500);
  EXPECT_FALSE(throttle.isPositive(now + 4 * kSecond));
  EXPECT_TRUE(throttle.isPositive(now + 4 * kSecond + kSecond / 2));
}

TEST(Throttle, WithoutLimitAllowsEverything) {
  Throttle throttle(0);
  throttle.use(1e12);
  EXPECT_TRUE(throttle.allows(1e12, kSecond));
  EXPECT_TRUE(throttle.isPositive(kSecond));
}

}  // namespace
}  // namespace millrace::kinesis
