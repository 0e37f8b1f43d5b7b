#include "operators/watermark_assigner/split_watermarks.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class ScriptedReader final : public SplitReader {
 public:
  uint64_t currentSplit() const override { return current; }
  std::vector<uint64_t> splits() const override { return assigned; }
  bool knowsSplits() const override { return known; }
  int64_t idleTimeoutMillis() const override { return idleTimeout; }

  uint64_t current = 0;
  std::vector<uint64_t> assigned;
  bool known = true;
  int64_t idleTimeout = -1;
};

class SplitWatermarksTest : public testing::Test {
 protected:
  // A batch of the split whose last row lifts its watermark to that; the combined one.
  int64_t batch(uint64_t split, int64_t watermark, int64_t now = 0) {
    reader_.current = split;
    watermarks_.begin(now);
    return watermarks_.advance(watermark);
  }

  ScriptedReader reader_;
  SplitWatermarks watermarks_{reader_};
};

TEST_F(SplitWatermarksTest, TheLeastOfAllSplitsCounts) {
  reader_.assigned = {1, 2};
  EXPECT_EQ(batch(1, 100), 0);  // the other has begun and has none yet
  EXPECT_EQ(batch(2, 50), 50);
  EXPECT_EQ(batch(2, 300), 100);
  EXPECT_EQ(batch(1, 200), 200);
}

TEST_F(SplitWatermarksTest, AnOlderRowDoesNotLowerIt) {
  reader_.assigned = {1};
  EXPECT_EQ(batch(1, 100), 100);
  EXPECT_EQ(batch(1, 40), 100);
  EXPECT_EQ(watermarks_.watermark(), 100);
}

TEST_F(SplitWatermarksTest, AnIdleSplitHoldsNothingBackUntilItGoesOn) {
  reader_.assigned = {1, 2};
  EXPECT_EQ(batch(1, 100, 1000), 0);
  watermarks_.refresh(1999, 1000);
  EXPECT_EQ(watermarks_.watermark(), 0);
  EXPECT_EQ(batch(1, 150, 1999), 0);
  watermarks_.refresh(2000, 1000);  // 2 was seen first at 1000
  EXPECT_EQ(watermarks_.watermark(), 150);
  EXPECT_FALSE(watermarks_.areIdle());
  EXPECT_EQ(batch(1, 400, 2001), 400);
  // Its rows are late for what has passed, and hold back what has not.
  EXPECT_EQ(batch(2, 170, 2002), 170);
}

TEST_F(SplitWatermarksTest, AllIdleIsIdleAndTheWatermarkStays) {
  reader_.assigned = {1, 2};
  batch(1, 100, 0);
  batch(2, 200, 0);
  watermarks_.refresh(500, 500);
  EXPECT_TRUE(watermarks_.areIdle());
  EXPECT_EQ(watermarks_.watermark(), 100);
  batch(2, 250, 600);
  EXPECT_FALSE(watermarks_.areIdle());
}

TEST_F(SplitWatermarksTest, ASplitThatHasEndedHoldsNothingBack) {
  reader_.assigned = {1, 2};
  batch(1, 100);
  batch(2, 700);
  reader_.assigned = {2};
  watermarks_.refresh(0, 0);
  EXPECT_EQ(watermarks_.watermark(), 700);
}

TEST_F(SplitWatermarksTest, ANewSplitHoldsBack) {
  reader_.assigned = {1};
  EXPECT_EQ(batch(1, 100), 100);
  reader_.assigned = {1, 2};
  EXPECT_EQ(batch(1, 200), 0);
  EXPECT_EQ(batch(2, 120), 120);
}

TEST_F(SplitWatermarksTest, WithoutSplitsItIsIdleOnceThatIsKnown) {
  reader_.known = false;
  watermarks_.refresh(0, 0);
  EXPECT_FALSE(watermarks_.areIdle());
  reader_.known = true;
  EXPECT_TRUE(watermarks_.areIdle());
}

TEST_F(SplitWatermarksTest, TheReadersTimeoutGoesBeforeTheConfiguredOne) {
  EXPECT_EQ(watermarks_.idleTimeoutMillis(700), 700);
  reader_.idleTimeout = 0;
  EXPECT_EQ(watermarks_.idleTimeoutMillis(700), 0);
}

}  // namespace
}  // namespace millrace
