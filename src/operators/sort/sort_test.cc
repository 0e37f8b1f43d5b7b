#include "operators/sort/sort.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

TEST(TemporalSort, EmitsInOrderWhenTheWatermarkPasses) {
  TemporalSortSpec spec;
  spec.input = {Type::timestamp(3), Type::bigint()};
  spec.order = {{0, true, true}, {1, false, false}};
  auto make = [&] { return makeTemporalSort(spec); };
  OperatorHarness harness(make, spec.input);
  harness.push({{"+I", {3000, 1}}, {"+I", {1000, 1}}, {"+I", {1000, 2}}, {"+I", {9000, 0}}},
               {{4, 5}});
  EXPECT_EQ(harness.take(), "+I|1000|2\n+I|1000|1\n+I|3000|1\n~5\n");
  OperatorHarness restored(make, spec.input, {}, {}, {harness.snapshot()});
  // Behind the watermark, but not behind the last row that was emitted.
  restored.push({{"+I", {3000, 7}}, {"+I", {4000, 7}}}, {{2, 6}, {2, kMaxWatermark}});
  EXPECT_EQ(restored.take(), "+I|4000|7\n~6\n+I|9000|0\n~" + std::to_string(kMaxWatermark) + "\n");
  EXPECT_EQ(restored.metrics.lateRecordsDropped.load(), 1u);
}

TEST(TemporalSort, OrdersRowsOfOneProcessingTime) {
  TemporalSortSpec spec;
  spec.input = {Type::timestampLtz(3), Type::bigint()};
  spec.order = {{0, true, true}, {1, true, true}};
  spec.isRowtime = false;
  OperatorHarness harness([&] { return makeTemporalSort(spec); }, spec.input);
  harness.push({{"+I", {Value(), 3}}, {"+I", {Value(), 1}}});
  EXPECT_EQ(harness.take(), "");
  harness.setTime(1);
  EXPECT_EQ(harness.take(), "+I|NULL|1\n+I|NULL|3\n");
}

}  // namespace
}  // namespace millrace
