// What operators emit when entries of their states outlive their time to live. The expected changes
// follow from Flink's: its states are renewed when they are created and written, and never return
// what has expired.
#include <gtest/gtest.h>

#include "operators/deduplicate/deduplicate.h"
#include "operators/group_aggregate/group_aggregate.h"
#include "operators/join/join.h"
#include "operators/rank/rank.h"
#include "operators/testing/operator_harness.h"
#include "operators/testing/test_aggregates.h"

namespace millrace {
namespace {

constexpr int64_t kTtl = 100;

ExecutionOptions withTtl(int64_t millis = kTtl) {
  ExecutionOptions options;
  options.stateTtlMillis = millis;
  return options;
}

// Rows pushed at a time; what they cause.
std::string at(OperatorHarness& harness, int64_t millis, const std::vector<TestRow>& rows,
               std::vector<WatermarkMark> marks = {}) {
  harness.setTime(millis);
  harness.push(rows, std::move(marks));
  return harness.take();
}

const AggregateFunction kTotal = testAggregate("TOTAL");
const AggregateFunction kLeast = testAggregate("LEAST");
const AggregateFunction kLatest = testAggregate("LATEST");
const std::vector<Type> kGroupInput = {Type::string(), Type::bigint()};

GroupAggregateSpec groups(AggregateCall call, bool retracts) {
  GroupAggregateSpec spec;
  spec.input = kGroupInput;
  spec.keys = {0};
  spec.aggregates = {std::move(call)};
  spec.inputRetracts = retracts;
  return spec;
}

OperatorHarness groupHarness(const GroupAggregateSpec& spec, ExecutionOptions options,
                             std::vector<std::string> restored = {}, int64_t startMillis = 0) {
  return OperatorHarness([&] { return makeGroupAggregate(spec); }, kGroupInput, options, {},
                         std::move(restored), startMillis);
}

TEST(StateTtl, AnIdleGroupBeginsAnew) {
  GroupAggregateSpec spec = groups(testCall(kTotal, {Type::bigint()}, {1}), false);
  OperatorHarness harness = groupHarness(spec, withTtl());
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 1}}, {"+I", {"b", 1}}}), "+I|a|1\n+I|b|1\n");
  EXPECT_EQ(at(harness, 50, {{"+I", {"a", 2}}}), "-U|a|1\n+U|a|3\n");
  // Results are emitted again even when they stay equal.
  EXPECT_EQ(at(harness, 149, {{"+I", {"a", 0}}}), "-U|a|3\n+U|a|3\n");
  EXPECT_EQ(at(harness, 149, {{"+I", {"b", 5}}}), "+I|b|5\n");
  EXPECT_EQ(at(harness, 249, {{"+I", {"a", 7}}, {"+I", {"a", 1}}}), "+I|a|7\n-U|a|7\n+U|a|8\n");
}

TEST(StateTtl, RetractionsOfAnExpiredGroupAreIgnored) {
  GroupAggregateSpec spec = groups(testCall(kTotal, {Type::bigint()}, {1}), true);
  OperatorHarness harness = groupHarness(spec, withTtl());
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 4}}, {"+I", {"a", 5}}}), "+I|a|4\n-U|a|4\n+U|a|9\n");
  EXPECT_EQ(at(harness, 100, {{"-D", {"a", 4}}}), "");
  EXPECT_EQ(at(harness, 100, {{"-U", {"a", 5}}, {"+U", {"a", 6}}}), "+I|a|6\n");
}

TEST(StateTtl, AHintPrevailsOverTheConfiguration) {
  GroupAggregateSpec spec = groups(testCall(kTotal, {Type::bigint()}, {1}), false);
  spec.stateTtlMillis = 0;
  OperatorHarness forEver = groupHarness(spec, withTtl());
  at(forEver, 0, {{"+I", {"a", 1}}});
  // Without a time to live equal results are left out.
  EXPECT_EQ(at(forEver, 1'000'000, {{"+I", {"a", 0}}, {"+I", {"a", 1}}}), "-U|a|1\n+U|a|2\n");
  spec.stateTtlMillis = 10;
  OperatorHarness brief = groupHarness(spec, withTtl());
  at(brief, 0, {{"+I", {"a", 1}}});
  EXPECT_EQ(at(brief, 10, {{"+I", {"a", 1}}}), "+I|a|1\n");
}

TEST(StateTtl, GroupsOfABundleStayUntilItIsEmitted) {
  ExecutionOptions options = withTtl(10);
  options.miniBatch = true;
  options.miniBatchLatencyMillis = 1000;
  options.miniBatchSize = 100;
  GroupAggregateSpec spec = groups(testCall(kTotal, {Type::bigint()}, {1}), true);
  OperatorHarness harness = groupHarness(spec, options);
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 1}}}), "");
  EXPECT_EQ(at(harness, 500, {{"+I", {"a", 2}}, {"+I", {"b", 1}}}), "");
  harness.setTime(1000);
  EXPECT_EQ(harness.take(), "+I|a|3\n+I|b|1\n");
  // The bundle that follows begins later than they live.
  EXPECT_EQ(at(harness, 1001, {{"+I", {"a", 4}}, {"-D", {"b", 1}}}), "");
  harness.setTime(2001);
  EXPECT_EQ(harness.take(), "+I|a|4\n");
}

TEST(StateTtl, ADistinctValueCountsAgainThatLongAfterItWasNew) {
  AggregateCall call = testCall(kTotal, {Type::bigint()}, {1});
  call.distinct = true;
  OperatorHarness harness = groupHarness(groups(call, false), withTtl());
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 1}}}), "+I|a|1\n");
  EXPECT_EQ(at(harness, 60, {{"+I", {"a", 1}}, {"+I", {"a", 2}}}),
            "-U|a|1\n+U|a|1\n-U|a|1\n+U|a|3\n");
  // The group is not idle, but 1 was new a hundred milliseconds ago.
  EXPECT_EQ(at(harness, 100, {{"+I", {"a", 1}}, {"+I", {"a", 2}}}),
            "-U|a|3\n+U|a|4\n-U|a|4\n+U|a|4\n");
}

TEST(StateTtl, ValuesOfAGroupLiveAsLongAsTheGroup) {
  OperatorHarness least =
      groupHarness(groups(testCall(kLeast, {Type::bigint()}, {1}), true), withTtl());
  EXPECT_EQ(at(least, 0, {{"+I", {"a", 1}}}), "+I|a|1\n");
  EXPECT_EQ(at(least, 60, {{"+I", {"a", 5}}}), "-U|a|1\n+U|a|1\n");
  EXPECT_EQ(at(least, 120, {{"+I", {"a", 7}}}), "-U|a|1\n+U|a|1\n");
  EXPECT_EQ(at(least, 130, {{"-D", {"a", 1}}}), "-U|a|1\n+U|a|5\n");
  EXPECT_EQ(at(least, 230, {{"+I", {"a", 9}}}), "+I|a|9\n");

  OperatorHarness latest =
      groupHarness(groups(testCall(kLatest, {Type::bigint()}, {1}), true), withTtl());
  EXPECT_EQ(at(latest, 0, {{"+I", {"a", 1}}}), "+I|a|1\n");
  EXPECT_EQ(at(latest, 60, {{"+I", {"a", 5}}}), "-U|a|1\n+U|a|5\n");
  EXPECT_EQ(at(latest, 120, {{"-D", {"a", 5}}}), "-U|a|5\n+U|a|1\n");
  EXPECT_EQ(at(latest, 230, {{"+I", {"a", 9}}}), "+I|a|9\n");
}

TEST(StateTtl, RestoredGroupsGoOnWithTheirTimes) {
  GroupAggregateSpec spec = groups(testCall(kTotal, {Type::bigint()}, {1}), false);
  OperatorHarness harness = groupHarness(spec, withTtl());
  at(harness, 1000, {{"+I", {"a", 1}}});
  at(harness, 1060, {{"+I", {"b", 1}}});
  std::string snapshot = harness.snapshot();
  OperatorHarness same = groupHarness(spec, withTtl(), {snapshot}, 1100);
  EXPECT_EQ(at(same, 1100, {{"+I", {"a", 1}}, {"+I", {"b", 1}}}), "+I|a|1\n-U|b|1\n+U|b|2\n");
  OperatorHarness longer = groupHarness(spec, withTtl(200), {snapshot}, 1199);
  EXPECT_EQ(at(longer, 1199, {{"+I", {"a", 1}}}), "-U|a|1\n+U|a|2\n");
  OperatorHarness off = groupHarness(spec, withTtl(0), {snapshot}, 1'000'000);
  EXPECT_EQ(at(off, 1'000'000, {{"+I", {"a", 1}}}), "-U|a|1\n+U|a|2\n");
  OperatorHarness on = groupHarness(spec, withTtl(), {off.snapshot()}, 2'000'000);
  EXPECT_EQ(at(on, 2'000'099, {{"+I", {"a", 1}}, {"+I", {"b", 1}}}),
            "-U|a|2\n+U|a|3\n-U|b|1\n+U|b|2\n");
  EXPECT_EQ(at(on, 2'000'199, {{"+I", {"a", 1}}}), "+I|a|1\n");
}

const std::vector<Type> kDedupInput = {Type::string(), Type::timestamp(3), Type::string()};

OperatorHarness dedupHarness(bool isRowtime, bool keepLast, bool appendOnlyFirst = true) {
  DeduplicateSpec spec;
  spec.input = kDedupInput;
  spec.keys = {0};
  spec.timeColumn = 1;
  spec.isRowtime = isRowtime;
  spec.keepLast = keepLast;
  spec.appendOnlyFirst = appendOnlyFirst;
  return OperatorHarness([spec] { return makeDeduplicate(spec); }, kDedupInput, withTtl());
}

TEST(StateTtl, TheFirstRowComesAgainHoweverBusyItsKeyIs) {
  OperatorHarness harness = dedupHarness(false, false);
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 0, "x"}}}), "+I|a|0|x\n");
  EXPECT_EQ(at(harness, 60, {{"+I", {"a", 0, "y"}}}), "");
  EXPECT_EQ(at(harness, 99, {{"+I", {"a", 0, "y"}}}), "");
  EXPECT_EQ(at(harness, 100, {{"+I", {"a", 0, "z"}}, {"+I", {"a", 0, "zz"}}}), "+I|a|0|z\n");
}

TEST(StateTtl, ALastRowThatHasExpiredIsNotTakenBack) {
  OperatorHarness arrival = dedupHarness(false, true);
  EXPECT_EQ(at(arrival, 0, {{"+I", {"a", 0, "x"}}}), "+I|a|0|x\n");
  EXPECT_EQ(at(arrival, 60, {{"+I", {"a", 0, "y"}}}), "-U|a|0|x\n+U|a|0|y\n");
  EXPECT_EQ(at(arrival, 159, {{"+I", {"a", 0, "z"}}}), "-U|a|0|y\n+U|a|0|z\n");
  EXPECT_EQ(at(arrival, 259, {{"+I", {"a", 0, "w"}}}), "+I|a|0|w\n");

  // By event time older rows do not renew the one that is kept.
  OperatorHarness time = dedupHarness(true, true);
  EXPECT_EQ(at(time, 0, {{"+I", {"a", 5000, "x"}}}), "+I|a|5000|x\n");
  EXPECT_EQ(at(time, 60, {{"+I", {"a", 4000, "older"}}}), "");
  EXPECT_EQ(at(time, 100, {{"+I", {"a", 4000, "older"}}}), "+I|a|4000|older\n");
}

TEST(StateTtl, AFirstRowThatHasExpiredIsNotEmitted) {
  OperatorHarness harness = dedupHarness(true, false);
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 5000, "x"}}}), "");
  EXPECT_EQ(at(harness, 100, {{"+I", {"a", 7000, "y"}}}), "");
  // The watermark reaches the time of the row that has gone.
  EXPECT_EQ(at(harness, 110, {}, {{0, 5}}), "~5\n");
  EXPECT_EQ(at(harness, 120, {}, {{0, 7}}), "+I|a|7000|y\n~7\n");
  EXPECT_EQ(at(harness, 130, {{"+I", {"a", 8000, "z"}}}, {{1, 9}}), "~9\n");
  EXPECT_EQ(at(harness, 220, {{"+I", {"a", 9500, "w"}}}, {{1, 10}}), "+I|a|9500|w\n~10\n");
}

const std::vector<Type> kRankInput = {Type::string(), Type::bigint(), Type::string()};

OperatorHarness rankHarness(RankSpec spec) {
  spec.input = kRankInput;
  spec.partitionKeys = {0};
  return OperatorHarness([spec] { return makeRank(spec); }, kRankInput, withTtl());
}

TEST(StateTtl, RanksForgetRowsWithoutAChange) {
  RankSpec spec;
  spec.order = {{1, false, false}};
  spec.rankEnd = 2;
  OperatorHarness harness = rankHarness(spec);
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 9, "x"}}}), "+I|a|9|x\n");
  EXPECT_EQ(at(harness, 50, {{"+I", {"a", 5, "y"}}}), "+I|a|5|y\n");
  EXPECT_EQ(at(harness, 99, {{"+I", {"a", 1, "z"}}}), "");
  EXPECT_EQ(at(harness, 100, {{"+I", {"a", 1, "z"}}}), "+I|a|1|z\n");
  EXPECT_EQ(at(harness, 110, {{"+I", {"a", 7, "w"}}}), "-D|a|1|z\n+I|a|7|w\n");

  spec.inputRetracts = true;
  OperatorHarness retracting = rankHarness(spec);
  EXPECT_EQ(at(retracting, 0, {{"+I", {"a", 9, "x"}}}), "+I|a|9|x\n");
  EXPECT_EQ(at(retracting, 50, {{"+I", {"a", 5, "y"}}, {"+I", {"a", 3, "z"}}}), "+I|a|5|y\n");
  // A row that is not known any more is not taken back.
  EXPECT_EQ(at(retracting, 100, {{"-D", {"a", 9, "x"}}}), "");
  EXPECT_EQ(at(retracting, 100, {{"-D", {"a", 5, "y"}}}), "-D|a|5|y\n");
}

TEST(StateTtl, RowsByArrivalAreCountedAnew) {
  RankSpec spec;
  spec.rankEnd = 2;
  OperatorHarness harness = rankHarness(spec);
  EXPECT_EQ(at(harness, 0, {{"+I", {"a", 1, "x"}}}), "+I|a|1|x\n");
  EXPECT_EQ(at(harness, 50, {{"+I", {"a", 2, "y"}}, {"+I", {"a", 3, "z"}}}), "+I|a|2|y\n");
  EXPECT_EQ(at(harness, 149, {{"+I", {"a", 4, "w"}}}), "");
  EXPECT_EQ(at(harness, 150, {{"+I", {"a", 5, "v"}}}), "+I|a|5|v\n");
}

const std::vector<Type> kLeft = {Type::bigint(), Type::string()};
const std::vector<Type> kRight = {Type::string(), Type::bigint()};

// left (id, k) with right (k, v) by k.
struct JoinHarness {
  explicit JoinHarness(JoinKind kind, bool retracts = false,
                       std::optional<int64_t> leftTtl = std::nullopt,
                       std::optional<int64_t> rightTtl = std::nullopt,
                       std::vector<std::string> restored = {}, int64_t startMillis = 0)
      : harness([=] { return makeJoin(specOf(kind, retracts, leftTtl, rightTtl)); }, kLeft,
                withTtl(), {}, std::move(restored), startMillis) {}

  static JoinSpec specOf(JoinKind kind, bool retracts, std::optional<int64_t> leftTtl,
                         std::optional<int64_t> rightTtl) {
    JoinSpec spec;
    spec.kind = kind;
    spec.left = kLeft;
    spec.right = kRight;
    spec.leftKeys = {1};
    spec.rightKeys = {0};
    spec.nullSafe = {0};
    spec.leftRetracts = retracts;
    spec.rightRetracts = retracts;
    spec.leftTtlMillis = leftTtl;
    spec.rightTtlMillis = rightTtl;
    return spec;
  }
  std::string left(int64_t millis, const std::vector<TestRow>& rows) {
    harness.setTime(millis);
    harness.tryPush(makeBatch(kLeft, rows), 0).value();
    return harness.take();
  }
  std::string right(int64_t millis, const std::vector<TestRow>& rows) {
    harness.setTime(millis);
    harness.tryPush(makeBatch(kRight, rows), 1).value();
    return harness.take();
  }

  OperatorHarness harness;
};

TEST(StateTtl, EveryJoinedRowLivesByItself) {
  JoinHarness join(JoinKind::kInner);
  join.left(0, {{"+I", {1, "k"}}});
  join.left(50, {{"+I", {2, "k"}}});
  EXPECT_EQ(join.right(99, {{"+I", {"k", 7}}}), "+I|1|k|k|7\n+I|2|k|k|7\n");
  EXPECT_EQ(join.right(100, {{"+I", {"k", 8}}}), "+I|2|k|k|8\n");
  EXPECT_EQ(join.right(150, {{"+I", {"k", 9}}}), "");
  EXPECT_EQ(join.left(199, {{"+I", {3, "k"}}}), "+I|3|k|k|8\n+I|3|k|k|9\n");
}

TEST(StateTtl, EachSideOfAJoinHasItsOwn) {
  JoinHarness join(JoinKind::kInner, false, 20, 0);
  join.left(0, {{"+I", {1, "k"}}});
  join.right(0, {{"+I", {"k", 7}}});
  EXPECT_EQ(join.right(20, {{"+I", {"k", 8}}}), "");
  EXPECT_EQ(join.left(1'000'000, {{"+I", {2, "k"}}}), "+I|2|k|k|7\n+I|2|k|k|8\n");
}

TEST(StateTtl, RetractionsFindWhatIsLeft) {
  JoinHarness join(JoinKind::kInner, true);
  join.left(0, {{"+I", {1, "k"}}});
  join.left(50, {{"+I", {1, "k"}}});
  join.right(60, {{"+I", {"k", 7}}});
  // One of two equal rows is left at 100, none when that is retracted.
  EXPECT_EQ(join.right(100, {{"+I", {"k", 8}}}), "+I|1|k|k|8\n");
  EXPECT_EQ(join.left(110, {{"-D", {1, "k"}}}), "-D|1|k|k|7\n-D|1|k|k|8\n");
  EXPECT_EQ(join.right(120, {{"+I", {"k", 9}}}), "");
}

TEST(StateTtl, MatchesOfAnOuterJoinRenewTheRow) {
  JoinHarness join(JoinKind::kLeft);
  EXPECT_EQ(join.left(0, {{"+I", {1, "k"}}, {"+I", {2, "m"}}}),
            "+I|1|k|NULL|NULL\n+I|2|m|NULL|NULL\n");
  EXPECT_EQ(join.right(60, {{"+I", {"k", 7}}}), "-D|1|k|NULL|NULL\n+I|1|k|k|7\n");
  // Row 1 was written at 60, when its match was counted; row 2 was not.
  EXPECT_EQ(join.right(120, {{"+I", {"k", 8}}, {"+I", {"m", 9}}}), "+I|1|k|k|8\n");
  // Right rows are renewed by nothing.
  EXPECT_EQ(join.left(165, {{"+I", {3, "k"}}}), "+I|3|k|k|8\n");
}

TEST(StateTtl, SemiAndAntiJoinsForgetAsWell) {
  JoinHarness semi(JoinKind::kSemi);
  EXPECT_EQ(semi.left(0, {{"+I", {1, "k"}}}), "");
  EXPECT_EQ(semi.right(100, {{"+I", {"k", 7}}}), "");
  EXPECT_EQ(semi.left(150, {{"+I", {2, "k"}}}), "+I|2|k\n");
  EXPECT_EQ(semi.left(200, {{"+I", {3, "k"}}}), "");

  JoinHarness anti(JoinKind::kAnti);
  EXPECT_EQ(anti.right(0, {{"+I", {"k", 7}}}), "");
  EXPECT_EQ(anti.left(50, {{"+I", {1, "k"}}}), "");
  EXPECT_EQ(anti.left(100, {{"+I", {2, "k"}}}), "+I|2|k\n");
}

TEST(StateTtl, RestoredRowsOfAJoinGoOnWithTheirTimes) {
  JoinHarness join(JoinKind::kInner);
  join.left(1000, {{"+I", {1, "k"}}});
  join.left(1060, {{"+I", {2, "k"}}});
  std::vector<std::string> snapshot = {join.harness.snapshot()};
  JoinHarness same(JoinKind::kInner, false, {}, {}, snapshot, 1100);
  EXPECT_EQ(same.right(1100, {{"+I", {"k", 7}}}), "+I|2|k|k|7\n");
  JoinHarness longer(JoinKind::kInner, false, 200, {}, snapshot, 1199);
  EXPECT_EQ(longer.right(1199, {{"+I", {"k", 7}}}), "+I|1|k|k|7\n+I|2|k|k|7\n");
  EXPECT_EQ(longer.right(1200, {{"+I", {"k", 8}}}), "+I|2|k|k|8\n");
  JoinHarness off(JoinKind::kInner, false, 0, {}, snapshot, 1'000'000);
  EXPECT_EQ(off.right(1'000'000, {{"+I", {"k", 7}}}), "+I|1|k|k|7\n+I|2|k|k|7\n");
}

}  // namespace
}  // namespace millrace
