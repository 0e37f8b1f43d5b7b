#include "operators/window_aggregate/window_aggregate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "operators/testing/operator_harness.h"
#include "operators/testing/test_aggregates.h"

namespace millrace {
namespace {

const AggregateFunction kTally = testAggregate("TALLY");
const AggregateFunction kTotal = testAggregate("TOTAL");
const AggregateFunction kLast = testAggregate("LAST");
const AggregateFunction kLeast = testAggregate("LEAST");

// time, key, value, text
const std::vector<Type> kInput = {Type::timestamp(3), Type::string(), Type::bigint(),
                                  Type::string()};

WindowAggregateSpec specOf(WindowKind kind, int64_t size, int64_t slide = 0) {
  WindowAggregateSpec spec;
  spec.window.kind = kind;
  spec.window.sizeMillis = size;
  spec.window.slideMillis = slide;
  spec.input = kInput;
  spec.keys = {1};
  spec.aggregates = {testCall(kTally, {}, {}), testCall(kTotal, {Type::bigint()}, {2})};
  spec.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  spec.timeColumn = 0;
  spec.timeType = Type::timestamp(3);
  return spec;
}

TestRow row(int64_t millis, Value key, int64_t value, const char* kind = "+I",
            const char* text = "t") {
  return {kind, {millis * 1000, std::move(key), value, text}};
}

OperatorHarness harnessOf(const WindowAggregateSpec& spec, SubtaskInfo subtask = {},
                          std::vector<std::string> restored = {}) {
  return OperatorHarness([&] { return makeWindowAggregate(spec); }, spec.input, {}, subtask,
                         std::move(restored));
}

// The lines between marks in alphabetical order: the order of keys is not defined.
std::string sorted(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  std::vector<std::string> lines;
  auto flush = [&] {
    std::sort(lines.begin(), lines.end());
    for (const std::string& line : lines) out += line + "\n";
    lines.clear();
  };
  for (std::string line; std::getline(in, line);) {
    if (line[0] == '~') {
      flush();
      out += line + "\n";
    } else {
      lines.push_back(line);
    }
  }
  flush();
  return out;
}

TEST(WindowAggregate, TumbleFiresAtTheMarkAndDropsLateRows) {
  OperatorHarness harness = harnessOf(specOf(WindowKind::kTumble, 10));
  harness.push({row(1, "a", 1), row(-3, "b", 2), row(11, "a", 4), row(9, "a", 8)},
               {{2, 8}, {4, 9}});
  EXPECT_EQ(sorted(harness.take()), "+I|b|1|2|-10000|0\n~8\n+I|a|2|9|0|10000\n~9\n");
  harness.push({row(5, "a", 1), row(19, Value(), 3)}, {{2, kMaxWatermark}});
  EXPECT_EQ(sorted(harness.take()), "+I|NULL|1|3|10000|20000\n+I|a|1|4|10000|20000\n~" +
                                        std::to_string(kMaxWatermark) + "\n");
  EXPECT_EQ(harness.metrics.lateRecordsDropped.load(), 1u);
}

TEST(WindowAggregate, HopSharesSlicesAndKeepsRowsForOpenWindows) {
  OperatorHarness harness = harnessOf(specOf(WindowKind::kHop, 10, 5));
  harness.push({row(1, "a", 1), row(7, "b", 2)}, {{2, 4}});
  EXPECT_EQ(harness.take(), "+I|a|1|1|-5000|5000\n~4\n");
  // The first slice's first window has fired, its second one takes the row.
  harness.push({row(2, "c", 4)}, {{1, 9}, {1, 14}, {1, 30}});
  EXPECT_EQ(sorted(harness.take()),
            "+I|a|1|1|0|10000\n+I|b|1|2|0|10000\n+I|c|1|4|0|10000\n~9\n"
            "+I|b|1|2|5000|15000\n~14\n~30\n");
  harness.push({row(20, "late", 1), row(26, "d", 1)}, {{2, 100}});
  EXPECT_EQ(sorted(harness.take()), "+I|d|1|1|25000|35000\n~100\n");
  EXPECT_EQ(harness.metrics.lateRecordsDropped.load(), 1u);
}

TEST(WindowAggregate, CumulateGrows) {
  WindowAggregateSpec spec = specOf(WindowKind::kCumulate, 15, 5);
  OperatorHarness harness = harnessOf(spec);
  harness.push({row(1, "a", 1), row(12, "a", 2)}, {{2, 4}, {2, 9}});
  EXPECT_EQ(harness.take(), "+I|a|1|1|0|5000\n~4\n+I|a|1|1|0|10000\n~9\n");
  harness.push({row(6, "a", 4), row(16, "a", 8)}, {{2, 20}});
  EXPECT_EQ(harness.take(), "+I|a|3|7|0|15000\n+I|a|1|8|15000|20000\n~20\n");
}

TEST(WindowAggregate, WithoutKeysAndWithDistinctAndFilter) {
  WindowAggregateSpec spec = specOf(WindowKind::kHop, 10, 5);
  spec.input.push_back(Type::boolean());
  spec.keys.clear();
  AggregateCall distinct = testCall(kTotal, {Type::bigint()}, {2});
  distinct.distinct = true;
  AggregateCall filtered = distinct;
  filtered.filter = 4;
  spec.aggregates = {testCall(kTally, {}, {}), distinct, filtered};
  auto with = [&](int64_t time, int64_t value, bool pass) {
    TestRow out = row(time, "a", value);
    out.values.push_back(pass);
    return out;
  };
  OperatorHarness harness = harnessOf(spec);
  harness.push({with(1, 5, false), with(2, 5, true), with(6, 5, true), with(7, 6, false)},
               {{4, 100}});
  EXPECT_EQ(harness.take(), "+I|2|5|5|-5000|5000\n+I|4|11|5|0|10000\n+I|2|11|5|5000|15000\n~100\n");
}

TEST(WindowAggregate, KeepsStringsOfDroppedSlicesUntilTheyAreRead) {
  WindowAggregateSpec spec = specOf(WindowKind::kHop, 10, 5);
  spec.aggregates = {testCall(kLast, {Type::string()}, {3})};
  OperatorHarness harness = harnessOf(spec);
  const char* key = "a key that is longer than a view";
  const char* text = "a text that is longer than a view";
  harness.push({row(1, key, 1, "+I", text), row(6, key, 1, "+I", "short")}, {{2, 100}});
  std::string prefix = std::string("+I|") + key + "|";
  EXPECT_EQ(harness.take(), prefix + text + "|-5000|5000\n" + prefix + "short|0|10000\n" + prefix +
                                "short|5000|15000\n~100\n");
}

TEST(WindowAggregate, TakesRowsBack) {
  WindowAggregateSpec spec = specOf(WindowKind::kTumble, 10);
  spec.inputRetracts = true;
  spec.aggregates.push_back(testCall(kLeast, {Type::bigint()}, {2}));
  OperatorHarness harness = harnessOf(spec);
  harness.push({row(1, "a", 1), row(2, "a", 2), row(1, "a", 1, "-U"), row(3, "a", 4, "+U"),
                row(1, "b", 9), row(1, "b", 9, "-D")},
               {{6, 9}});
  // LEAST of the test functions sums the values that are left.
  EXPECT_EQ(harness.take(), "+I|a|2|6|6|0|10000\n~9\n");
}

TEST(WindowAggregate, SessionsMergeAndTakeLateRowsWhileOpen) {
  OperatorHarness harness = harnessOf(specOf(WindowKind::kSession, 5));
  harness.push({row(1, "a", 1), row(9, "a", 2), row(4, "b", 4), row(5, "a", 8)}, {{4, 8}});
  EXPECT_EQ(harness.take(), "+I|b|1|4|4000|9000\n~8\n");
  harness.push({row(2, "a", 16), row(2, "b", 32), row(20, "a", 64)}, {{3, 13}, {3, 50}});
  EXPECT_EQ(harness.take(), "+I|a|4|27|1000|14000\n~13\n+I|a|1|64|20000|25000\n~50\n");
  EXPECT_EQ(harness.metrics.lateRecordsDropped.load(), 1u);
}

TEST(WindowAggregate, SessionsWithDistinctValues) {
  WindowAggregateSpec spec = specOf(WindowKind::kSession, 5);
  AggregateCall distinct = testCall(kTotal, {Type::bigint()}, {2});
  distinct.distinct = true;
  spec.aggregates = {distinct};
  OperatorHarness harness = harnessOf(spec);
  harness.push({row(1, "a", 5), row(10, "a", 5), row(11, "a", 6), row(6, "a", 6)}, {{4, 100}});
  EXPECT_EQ(harness.take(), "+I|a|11|1000|16000\n~100\n");
}

TEST(WindowAggregate, ProcessingTimeFiresByTheClockOnly) {
  WindowAggregateSpec spec = specOf(WindowKind::kTumble, 10);
  spec.window.isProctime = true;
  OperatorHarness harness = harnessOf(spec);
  harness.setTime(12);
  harness.push({row(0, "a", 1)}, {{1, 1000}});
  EXPECT_EQ(harness.take(), "~1000\n");
  harness.setTime(18);
  EXPECT_EQ(harness.take(), "");
  harness.setTime(19);
  EXPECT_EQ(harness.take(), "+I|a|1|1|10000|20000\n");
  harness.push({row(0, "a", 1)});
  harness.end();
  EXPECT_EQ(harness.take(), "");
}

TEST(WindowAggregate, AttachedWindows) {
  WindowAggregateSpec spec;
  spec.window.kind = WindowKind::kSession;
  spec.input = {Type::timestamp(3), Type::timestamp(3), Type::bigint()};
  spec.aggregates = {testCall(kTotal, {Type::bigint()}, {2})};
  spec.properties = {WindowProperty::kEnd, WindowProperty::kTime, WindowProperty::kStart};
  spec.windowStartColumn = 0;
  spec.windowEndColumn = 1;
  spec.timeType = Type::timestamp(3);
  OperatorHarness harness = harnessOf(spec);
  harness.push({{"+I", {0, 10000, 1}}, {"+I", {2000, 10000, 2}}, {"+I", {0, 10000, 4}}}, {{3, 9}});
  EXPECT_EQ(sorted(harness.take()), "+I|2|10000|9000|2000\n+I|5|10000|9000|0\n~9\n");
}

TEST(WindowAggregate, RestoresAtAnotherParallelism) {
  for (WindowKind kind : {WindowKind::kTumble, WindowKind::kHop, WindowKind::kSession}) {
    WindowAggregateSpec spec = specOf(kind, 10, 5);
    AggregateCall distinct = testCall(kTotal, {Type::bigint()}, {2});
    distinct.distinct = true;
    spec.aggregates.push_back(distinct);
    OperatorHarness harness = harnessOf(spec);
    std::vector<TestRow> rows;
    for (int i = 0; i < 60; ++i) rows.push_back(row(1 + i % 7, std::to_string(i % 20), i % 3));
    harness.push(rows, {{60, 4}});
    harness.take();
    std::string snapshot = harness.snapshot();
    std::string restored;
    for (uint32_t i = 0; i < 3; ++i) {
      OperatorHarness part = harnessOf(spec, {i, 3, 128}, {snapshot});
      part.push({row(-20, "late", 1)}, {{1, 100}});
      restored += part.take();
    }
    harness.push({row(-20, "late", 1)}, {{1, 100}});
    auto rowsOf = [](const std::string& text) {
      std::string out = sorted(text);
      std::vector<std::string> lines;
      std::istringstream in(out);
      for (std::string line; std::getline(in, line);) {
        if (line[0] != '~') lines.push_back(line);
      }
      std::sort(lines.begin(), lines.end());
      return lines;
    };
    std::vector<std::string> expected = rowsOf(harness.take());
    EXPECT_GE(expected.size(), 20u);
    EXPECT_EQ(rowsOf(restored), expected);
  }
}

TEST(WindowAggregate, NullTimeIsAnError) {
  OperatorHarness harness = harnessOf(specOf(WindowKind::kTumble, 10));
  Status status = harness.tryPush(makeBatch(kInput, {{"+I", {Value(), "a", 1, "t"}}}));
  EXPECT_EQ(status.error().kind(), ErrorKind::kNullConstraint);
}

}  // namespace
}  // namespace millrace
