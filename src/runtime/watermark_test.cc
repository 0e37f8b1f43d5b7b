#include "runtime/watermark.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(WatermarkMerger, TakesTheMinimumOverActiveInputs) {
  WatermarkMerger merger(2);
  EXPECT_EQ(merger.update(0, 10), std::nullopt);
  EXPECT_EQ(merger.update(1, 5), 5);
  EXPECT_EQ(merger.update(1, 20), 10);
  EXPECT_EQ(merger.setIdle(0, true), 20);
  EXPECT_FALSE(merger.allIdle());
  EXPECT_EQ(merger.setIdle(0, false), std::nullopt);
  // The input that came back holds the others until it has caught up.
  EXPECT_EQ(merger.update(1, 30), std::nullopt);
  EXPECT_EQ(merger.update(0, 25), 25);
  EXPECT_EQ(merger.setIdle(1, true), std::nullopt);
  EXPECT_EQ(merger.setIdle(0, true), std::nullopt);
  EXPECT_TRUE(merger.allIdle());
}

TEST(WatermarkMerger, FinishedInputsCountForThemselvesOnly) {
  WatermarkMerger merger(2);
  EXPECT_EQ(merger.update(0, kMaxWatermark), std::nullopt);
  EXPECT_EQ(merger.setFinished(0), std::nullopt);
  EXPECT_EQ(merger.update(1, 7), 7);
  EXPECT_EQ(merger.setFinished(1), kMaxWatermark);

  WatermarkMerger without(2);
  EXPECT_EQ(without.update(0, 3), std::nullopt);
  EXPECT_EQ(without.setFinished(1), 3);
  EXPECT_EQ(without.setFinished(0), std::nullopt);
  EXPECT_EQ(without.current(), 3);
}

TEST(WatermarkMerger, ChannelsThatLagAreIgnoredUntilTheyCatchUp) {
  WatermarkMerger merger(2, LaggingInputs::kIgnore);
  EXPECT_EQ(merger.update(0, 10), std::nullopt);
  EXPECT_EQ(merger.setIdle(1, true), 10);
  EXPECT_EQ(merger.setIdle(1, false), std::nullopt);
  EXPECT_EQ(merger.update(1, 4), std::nullopt);
  EXPECT_EQ(merger.update(0, 12), 12);
  EXPECT_EQ(merger.update(1, 13), std::nullopt);
  EXPECT_EQ(merger.update(0, 20), 13);
  EXPECT_EQ(merger.setIdle(0, true), std::nullopt);
  // The last one to become idle flushes the furthest watermark.
  EXPECT_EQ(merger.setIdle(1, true), 20);
  EXPECT_TRUE(merger.allIdle());
}

}  // namespace
}  // namespace millrace
