#include "operators/deduplicate/deduplicate.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

const std::vector<Type> kInput = {Type::string(), Type::timestamp(3), Type::string()};
const std::string kWide(60, 'w');

DeduplicateSpec specOf(bool isRowtime, bool keepLast) {
  DeduplicateSpec spec;
  spec.input = kInput;
  spec.keys = {0};
  spec.timeColumn = 1;
  spec.isRowtime = isRowtime;
  spec.keepLast = keepLast;
  return spec;
}

OperatorHarness harnessOf(const DeduplicateSpec& spec, std::vector<std::string> restored = {}) {
  return OperatorHarness([&] { return makeDeduplicate(spec); }, kInput, {}, {},
                         std::move(restored));
}

TEST(Deduplicate, LastByEventTime) {
  OperatorHarness harness = harnessOf(specOf(true, true));
  harness.push({{"+I", {"a", 2000, kWide}},
                {"+I", {"a", 1000, "older"}},
                {"+I", {"a", 2000, "same"}},
                {"+I", {"b", 0, "b"}}},
               {{2, 1}});
  EXPECT_EQ(harness.take(),
            "+I|a|2000|" + kWide + "\n~1\n-U|a|2000|" + kWide + "\n+U|a|2000|same\n+I|b|0|b\n");
  OperatorHarness restored = harnessOf(specOf(true, true), {harness.snapshot()});
  restored.push({{"+I", {"a", 1000, "older"}}, {"+I", {"a", 3000, "new"}}});
  EXPECT_EQ(restored.take(), "-U|a|2000|same\n+U|a|3000|new\n");
}

TEST(Deduplicate, FirstByEventTimeWithCorrections) {
  DeduplicateSpec spec = specOf(true, false);
  spec.appendOnlyFirst = false;
  OperatorHarness harness = harnessOf(spec);
  harness.push({{"+I", {"a", 2000, "x"}}, {"+I", {"a", 2000, "y"}}, {"+I", {"a", 1000, "z"}}});
  EXPECT_EQ(harness.take(), "+I|a|2000|x\n-U|a|2000|x\n+U|a|1000|z\n");
}

TEST(Deduplicate, FirstByEventTimeWaitsForTheWatermark) {
  OperatorHarness harness = harnessOf(specOf(true, false));
  harness.push({{"+I", {"a", 5000, kWide}},
                {"+I", {"a", 3000, kWide + "!"}},
                {"+I", {"b", 4000, "b"}},
                {"+I", {"a", 3000, "tie"}}},
               {{4, 3}});
  EXPECT_EQ(harness.take(), "+I|a|3000|" + kWide + "!\n~3\n");
  OperatorHarness restored = harnessOf(specOf(true, false), {harness.snapshot()});
  restored.push({{"+I", {"a", 4000, "no more"}}, {"+I", {"b", 2000, "late"}}}, {{2, 9}});
  EXPECT_EQ(restored.take(), "+I|b|4000|b\n~9\n");
  EXPECT_EQ(restored.metrics.lateRecordsDropped.load(), 1u);
}

TEST(Deduplicate, ByProcessingTime) {
  OperatorHarness first = harnessOf(specOf(false, false));
  first.push({{"+I", {"a", 1, "x"}}, {"+I", {"a", 2, "y"}}, {"+I", {"b", 3, "z"}}}, {{1, 7}});
  EXPECT_EQ(first.take(), "+I|a|1|x\n~7\n+I|b|3|z\n");
  OperatorHarness last = harnessOf(specOf(false, true));
  last.push({{"+I", {"a", 1, "x"}}, {"+I", {"a", 1, "x"}}, {"+I", {"a", 0, "y"}}});
  EXPECT_EQ(last.take(), "+I|a|1|x\n-U|a|1|x\n+U|a|1|x\n-U|a|1|x\n+U|a|0|y\n");
}

}  // namespace
}  // namespace millrace
