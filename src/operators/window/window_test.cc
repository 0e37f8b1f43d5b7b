#include <gtest/gtest.h>

#include "operators/window/window_clock.h"
#include "operators/window/window_slices.h"

namespace millrace {
namespace {

TEST(WindowSpec, PrintsAsFlink) {
  WindowSpec spec{.kind = WindowKind::kHop, .sizeMillis = 90'000, .slideMillis = 60'000};
  EXPECT_EQ(spec.toString(), "HOP(size=[90 s], slide=[1 min])");
  spec = {.kind = WindowKind::kTumble, .sizeMillis = 172'800'000, .offsetMillis = 3'600'000};
  EXPECT_EQ(spec.toString(), "TUMBLE(size=[2 d], offset=[1 h])");
}

TEST(WindowSlices, Hop) {
  WindowSlices slices({.kind = WindowKind::kHop, .sizeMillis = 15, .slideMillis = 10});
  EXPECT_EQ(slices.sliceMillis(), 5);
  EXPECT_EQ(slices.sliceEndOf(-1), 0);
  EXPECT_EQ(slices.sliceEndOf(0), 5);
  EXPECT_EQ(slices.firstWindowEnd(5), 5);  // [-10, 5)
  EXPECT_EQ(slices.lastWindowEnd(5), 15);  // [0, 15)
  EXPECT_EQ(slices.firstWindowEnd(10), 15);
  EXPECT_EQ(slices.lastWindowEnd(10), 15);
  WindowSlices gaps({.kind = WindowKind::kHop, .sizeMillis = 5, .slideMillis = 10});
  EXPECT_EQ(gaps.lastWindowEnd(5), 5);
  EXPECT_LT(gaps.lastWindowEnd(10), 10);
}

TEST(WindowSlices, CumulateWithOffset) {
  WindowSlices slices(
      {.kind = WindowKind::kCumulate, .sizeMillis = 30, .slideMillis = 10, .offsetMillis = 3});
  EXPECT_EQ(slices.sliceEndOf(2), 3);
  EXPECT_EQ(slices.windowStart(3), -27);
  EXPECT_EQ(slices.lastWindowEnd(13), 33);
  EXPECT_EQ(slices.firstSliceEnd(33), 13);
}

TEST(WindowClock, TimersAroundDaylightSaving) {
  auto zone = TimeZone::find("America/Los_Angeles");
  WindowClock clock(zone.value(), true);
  // 2021-03-14 02:30 never comes; 2021-11-07 01:00 comes twice.
  EXPECT_EQ(clock.timerInstant(1615689000000 + 0), 1615716000000);
  EXPECT_EQ(clock.timerInstant(1636246800000), 1636275600000);
  EXPECT_EQ(clock.toInstant(1636246800000), 1636272000000);
  WindowClock none(zone.value(), false);
  EXPECT_EQ(none.timerInstant(5), 5);
}

}  // namespace
}  // namespace millrace
