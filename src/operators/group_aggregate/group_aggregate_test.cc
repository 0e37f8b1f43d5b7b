#include "operators/group_aggregate/group_aggregate.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <sstream>

#include "operators/testing/operator_harness.h"
#include "operators/testing/test_aggregates.h"

namespace millrace {
namespace {

const AggregateFunction kTally = testAggregate("TALLY");
const AggregateFunction kTotal = testAggregate("TOTAL");
const AggregateFunction kLast = testAggregate("LAST");
const AggregateFunction kLeast = testAggregate("LEAST");
const AggregateFunction kLatest = testAggregate("LATEST");

const std::vector<Type> kInput = {Type::string(), Type::bigint()};

GroupAggregateSpec countAndSum(bool retracts) {
  GroupAggregateSpec spec;
  spec.input = kInput;
  spec.keys = {0};
  spec.aggregates = {testCall(kTally, {}, {}), testCall(kTotal, {Type::bigint()}, {1})};
  spec.inputRetracts = retracts;
  return spec;
}

OperatorHarness harnessOf(const GroupAggregateSpec& spec, ExecutionOptions options = {}) {
  return OperatorHarness([&] { return makeGroupAggregate(spec); }, spec.input, options);
}

ExecutionOptions miniBatch(int64_t size) {
  ExecutionOptions options;
  options.miniBatch = true;
  options.miniBatchSize = size;
  options.miniBatchLatencyMillis = 1000;
  return options;
}

TEST(GroupAggregate, EmitsEachChangeInOrder) {
  OperatorHarness harness = harnessOf(countAndSum(false));
  harness.push({{"+I", {"a", 1}}, {"+I", {"b", 2}}, {"+I", {"a", 3}}}, {{1, 10}, {3, 20}});
  EXPECT_EQ(harness.take(), "+I|a|1|1\n~10\n+I|b|1|2\n-U|a|1|1\n+U|a|2|4\n~20\n");
  harness.push({{"+I", {Value(), Value()}}});
  EXPECT_EQ(harness.take(), "+I|NULL|1|NULL\n");
}

TEST(GroupAggregate, LeavesEqualResultsOutAndMayOmitUpdateBefore) {
  GroupAggregateSpec spec = countAndSum(false);
  spec.aggregates.erase(spec.aggregates.begin());
  spec.emitUpdateBefore = false;
  OperatorHarness harness = harnessOf(spec);
  harness.push({{"+I", {"a", 1}}, {"+I", {"a", 0}}, {"+I", {"a", 5}}});
  EXPECT_EQ(harness.take(), "+I|a|1\n+U|a|6\n");
}

TEST(GroupAggregate, DeletesAndRestartsGroupsWithinABatch) {
  OperatorHarness harness = harnessOf(countAndSum(true));
  harness.push({{"-D", {"a", 9}},
                {"+I", {"a", 1}},
                {"-U", {"a", 1}},
                {"+U", {"a", 2}},
                {"-D", {"a", 2}},
                {"-D", {"a", 2}}});
  EXPECT_EQ(harness.take(), "+I|a|1|1\n-D|a|1|1\n+I|a|1|2\n-D|a|1|2\n");
  harness.push({{"+I", {"a", 4}}});
  EXPECT_EQ(harness.take(), "+I|a|1|4\n");
}

TEST(GroupAggregate, WithoutKeysAndWithoutAggregates) {
  GroupAggregateSpec global = countAndSum(true);
  global.keys.clear();
  OperatorHarness harness = harnessOf(global);
  harness.push({{"+I", {"a", 1}}, {"+I", {"b", 2}}, {"-D", {"a", 1}}, {"-D", {"b", 2}}});
  EXPECT_EQ(harness.take(), "+I|1|1\n-U|1|1\n+U|2|3\n-U|2|3\n+U|1|2\n-D|1|2\n");

  GroupAggregateSpec distinct = countAndSum(false);
  distinct.aggregates.clear();
  OperatorHarness keys = harnessOf(distinct);
  keys.push({{"+I", {"a", 1}}, {"+I", {"a", 2}}, {"+I", {"b", 1}}});
  EXPECT_EQ(keys.take(), "+I|a\n+I|b\n");
}

TEST(GroupAggregate, DistinctSharesValuesPerFilter) {
  GroupAggregateSpec spec;
  spec.input = {Type::string(), Type::bigint(), Type::boolean()};
  spec.keys = {0};
  AggregateCall sum = testCall(kTotal, {Type::bigint()}, {1});
  sum.distinct = true;
  AggregateCall filtered = sum;
  filtered.filter = 2;
  spec.aggregates = {sum, filtered};
  for (bool retracts : {false, true}) {
    spec.inputRetracts = retracts;
    OperatorHarness harness = harnessOf(spec);
    harness.push({{"+I", {"a", 5, false}}, {"+I", {"a", 5, true}}, {"+I", {"a", 5, true}}});
    EXPECT_EQ(harness.take(), "+I|a|5|NULL\n-U|a|5|NULL\n+U|a|5|5\n");
    if (!retracts) continue;
    harness.push({{"-D", {"a", 5, true}}, {"-D", {"a", 5, true}}, {"-D", {"a", 5, false}}});
    EXPECT_EQ(harness.take(), "-U|a|5|5\n+U|a|5|NULL\n-D|a|5|NULL\n");
  }
}

TEST(GroupAggregate, ViewsTakeValuesBack) {
  GroupAggregateSpec spec = countAndSum(true);
  spec.aggregates = {testCall(kLeast, {Type::bigint()}, {1}),
                     testCall(kLatest, {Type::bigint()}, {1})};
  for (bool bundled : {false, true}) {
    OperatorHarness harness = harnessOf(spec, bundled ? miniBatch(4) : ExecutionOptions());
    harness.push({{"+I", {"a", 3}}, {"+I", {"a", 7}}, {"+I", {"a", 3}}, {"+I", {"a", 5}}});
    EXPECT_EQ(harness.take(), bundled ? "+I|a|3|5\n"
                                      : "+I|a|3|3\n-U|a|3|3\n+U|a|3|7\n-U|a|3|7\n+U|a|3|3\n"
                                        "-U|a|3|3\n+U|a|3|5\n");
    std::string state = harness.snapshot();
    OperatorHarness restored([&] { return makeGroupAggregate(spec); }, kInput,
                             bundled ? miniBatch(4) : ExecutionOptions(), {}, {state});
    restored.push({{"-D", {"a", 3}}, {"-D", {"a", 5}}, {"-D", {"a", 3}}, {"+I", {"b", 1}}});
    EXPECT_EQ(restored.take(), bundled ? "-U|a|3|5\n+U|a|7|7\n+I|b|1|1\n"
                                       : "-U|a|3|5\n+U|a|3|3\n-U|a|3|3\n+U|a|7|7\n+I|b|1|1\n");
  }
}

TEST(GroupAggregate, MiniBatchEmitsOneChangePerGroup) {
  OperatorHarness harness = harnessOf(countAndSum(true), miniBatch(4));
  harness.push({{"-D", {"a", 9}}, {"+I", {"a", 1}}, {"+I", {"b", 2}}}, {{2, 10}});
  EXPECT_EQ(harness.take(), "");
  harness.push({{"+I", {"a", 3}}});
  EXPECT_EQ(harness.take(), "+I|a|2|4\n+I|b|1|2\n~10\n");
  harness.push({{"-D", {"b", 2}}, {"-U", {"a", 3}}, {"+U", {"a", 3}}});
  harness.setTime(1000);
  EXPECT_EQ(harness.take(), "-D|b|1|2\n");
  harness.push({{"+I", {"b", 5}}, {"-D", {"b", 5}}, {"+I", {"a", 1}}});
  harness.end();
  EXPECT_EQ(harness.take(), "-U|a|2|4\n+U|a|3|5\n");
}

TEST(GroupAggregate, TwoPhasesGiveTheSame) {
  GroupAggregateSpec spec;
  spec.input = {Type::string(), Type::bigint(), Type::string()};
  spec.keys = {0};
  spec.aggregates = {testCall(kTally, {}, {}), testCall(kTotal, {Type::bigint()}, {1}),
                     testCall(kLast, {Type::string()}, {2})};
  ASSERT_TRUE(supportsTwoPhase(spec));
  struct Forward final : Output {
    explicit Forward(OperatorHarness& next) : target(next) {}
    Status emit(Batch batch) override { return target.tryPush(std::move(batch)); }
    OperatorHarness& target;
  };
  OperatorHarness global([&] { return makeGlobalGroupAggregate(spec); }, {}, miniBatch(1));
  OperatorHarness local([&] { return makeLocalGroupAggregate(spec); }, spec.input, miniBatch(100));
  Forward forward(global);
  std::string text = "a text that is too long for a view";
  Batch batch = makeBatch(
      spec.input, {{"+I", {"a", 1, text}}, {"+I", {"b", 2, "short"}}, {"+I", {"a", 3, text + "!"}}},
      {{1, 10}});
  ASSERT_TRUE(local.op().processBatch(0, batch, forward).ok());
  EXPECT_EQ(global.take(), "");
  ASSERT_TRUE(local.op().flush(forward).ok());
  EXPECT_EQ(global.take(), "+I|a|2|4|" + text + "!\n+I|b|1|2|short\n~10\n");
  ASSERT_TRUE(local.op().processBatch(0, batch, forward).ok());
  ASSERT_TRUE(local.op().flush(forward).ok());
  EXPECT_EQ(global.take(), "-U|a|2|4|" + text + "!\n+U|a|4|8|" + text +
                               "!\n-U|b|1|2|short\n+U|b|2|4|short\n~10\n");
}

// The last value per key that a changelog leaves.
void fold(const std::string& changelog, std::map<std::string, std::string>& rows) {
  std::istringstream lines(changelog);
  for (std::string line; std::getline(lines, line);) {
    size_t keyEnd = line.find('|', 3);
    std::string key = line.substr(3, keyEnd - 3);
    if (line[0] == '+') {
      rows[key] = line.substr(keyEnd);
    } else {
      EXPECT_EQ(rows[key], line.substr(keyEnd));
      rows.erase(key);
    }
  }
}

TEST(GroupAggregate, BundlesFoldToTheExactResult) {
  std::mt19937 random(5);
  GroupAggregateSpec spec = countAndSum(true);
  AggregateCall distinct = spec.aggregates[1];
  distinct.distinct = true;
  spec.aggregates.push_back(distinct);
  spec.aggregates.push_back(testCall(kLeast, {Type::bigint()}, {1}));
  OperatorHarness exact = harnessOf(spec);
  OperatorHarness bundled = harnessOf(spec, miniBatch(37));
  std::vector<std::pair<std::string, int64_t>> rows;
  std::map<std::string, std::string> exactRows, bundledRows;
  for (int step = 0; step < 60; ++step) {
    std::vector<TestRow> changes;
    for (int i = 0; i < 12; ++i) {
      if (!rows.empty() && random() % 2 == 0) {
        size_t gone = random() % rows.size();
        changes.push_back({"-D", {rows[gone].first, rows[gone].second}});
        rows.erase(rows.begin() + gone);
      } else {
        rows.push_back({std::to_string(random() % 5), random() % 4});
        changes.push_back({"+I", {rows.back().first, rows.back().second}});
      }
    }
    exact.push(changes);
    bundled.push(changes);
    fold(exact.take(), exactRows);
    fold(bundled.take(), bundledRows);
  }
  bundled.end();
  fold(bundled.take(), bundledRows);
  std::map<std::string, std::string> expected;
  for (int key = 0; key < 5; ++key) {
    int64_t count = 0, sum = 0, distinctSum = 0;
    std::set<int64_t> values;
    for (const auto& [name, value] : rows) {
      if (name != std::to_string(key)) continue;
      ++count;
      sum += value;
      if (values.insert(value).second) distinctSum += value;
    }
    if (count == 0) continue;
    expected[std::to_string(key)] = "|" + std::to_string(count) + "|" + std::to_string(sum) + "|" +
                                    std::to_string(distinctSum) + "|" +
                                    std::to_string(*values.begin());
  }
  EXPECT_EQ(exactRows, expected);
  EXPECT_EQ(bundledRows, expected);
}

TEST(GroupAggregate, RestoresAtAnotherParallelism) {
  GroupAggregateSpec spec = countAndSum(true);
  OperatorHarness harness = harnessOf(spec);
  for (int i = 0; i < 50; ++i) harness.push({{"+I", {std::to_string(i), i}}});
  std::string state = harness.snapshot();
  int found = 0;
  for (uint32_t index = 0; index < 3; ++index) {
    OperatorHarness part([&] { return makeGroupAggregate(spec); }, kInput, {},
                         {.index = index, .parallelism = 3}, {state});
    for (int i = 0; i < 50; ++i) part.push({{"-D", {std::to_string(i), i}}});
    std::string text = part.take();
    found += static_cast<int>(std::count(text.begin(), text.end(), 'D'));
  }
  EXPECT_EQ(found, 50);
}

}  // namespace
}  // namespace millrace
