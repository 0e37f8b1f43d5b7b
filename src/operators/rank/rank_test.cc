#include "operators/rank/rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

const std::vector<Type> kInput = {Type::string(), Type::bigint(), Type::string()};

RankSpec topN(int64_t n, bool outputRank, bool retracts) {
  RankSpec spec;
  spec.input = kInput;
  spec.partitionKeys = {0};
  spec.order = {{1, false, false}};
  spec.rankEnd = n;
  spec.outputRank = outputRank;
  spec.inputRetracts = retracts;
  return spec;
}

OperatorHarness harnessOf(const RankSpec& spec, std::vector<std::string> restored = {}) {
  return OperatorHarness([&] { return makeRank(spec); }, spec.input, {}, {}, std::move(restored));
}

TEST(Rank, AppendOnlyWithoutRank) {
  OperatorHarness harness = harnessOf(topN(2, false, false));
  harness.push({{"+I", {"a", 1, "x"}},
                {"+I", {"a", 2, "y"}},
                {"+I", {"a", 1, "tie"}},
                {"+I", {"a", 3, "z"}},
                {"+I", {"b", 1, "x"}},
                {"+I", {"a", 4, "w"}}},
               {{4, 10}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|x\n+I|a|2|y\n-D|a|1|x\n+I|a|3|z\n~10\n+I|b|1|x\n-D|a|2|y\n+I|a|4|w\n");
}

TEST(Rank, AppendOnlyWithRank) {
  OperatorHarness harness = harnessOf(topN(2, true, false));
  harness.push(
      {{"+I", {"a", 1, "x"}}, {"+I", {"a", 3, "z"}}, {"+I", {"a", 2, "y"}}, {"+I", {"a", 4, "w"}}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|x|1\n-U|a|1|x|1\n+U|a|3|z|1\n+I|a|1|x|2\n-U|a|1|x|2\n+U|a|2|y|2\n"
            "-U|a|3|z|1\n+U|a|4|w|1\n-U|a|2|y|2\n+U|a|3|z|2\n");
  OperatorHarness restored = harnessOf(topN(2, true, false), {harness.snapshot()});
  restored.push({{"+I", {"a", 3, "late tie"}}, {"+I", {"a", 5, "v"}}});
  EXPECT_EQ(restored.take(), "-U|a|4|w|1\n+U|a|5|v|1\n-U|a|3|z|2\n+U|a|4|w|2\n");
}

TEST(Rank, FirstRowAloneIsUpdated) {
  OperatorHarness harness = harnessOf(topN(1, false, false));
  std::string wide(100, 'w');
  harness.push({{"+I", {"a", 1, wide}},
                {"+I", {"a", 3, "z"}},
                {"+I", {"a", 3, "tie"}},
                {"+I", {"a", 4, "w"}}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|" + wide + "\n-U|a|1|" + wide + "\n+U|a|3|z\n-U|a|3|z\n+U|a|4|w\n");
}

TEST(Rank, OffsetShiftsRowsWithoutRankColumn) {
  RankSpec spec = topN(3, false, false);
  spec.partitionKeys.clear();
  spec.rankStart = 2;
  OperatorHarness harness = harnessOf(spec);
  harness.push(
      {{"+I", {"a", 4, ""}}, {"+I", {"b", 2, ""}}, {"+I", {"c", 5, ""}}, {"+I", {"d", 3, ""}}});
  EXPECT_EQ(harness.take(), "+I|b|2|\n-U|b|2|\n+U|a|4|\n+I|b|2|\n-U|b|2|\n+U|d|3|\n");
}

TEST(Rank, RetractingWithoutRank) {
  OperatorHarness harness = harnessOf(topN(2, false, true));
  harness.push({{"+I", {"a", 1, "x"}},
                {"+I", {"a", 2, "y"}},
                {"+I", {"a", 3, "z"}},
                {"-D", {"a", 3, "z"}},
                {"-D", {"a", 9, "none"}},
                {"-D", {"a", 1, "x"}},
                {"-D", {"a", 2, "y"}}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|x\n+I|a|2|y\n-D|a|1|x\n+I|a|3|z\n-D|a|3|z\n+I|a|1|x\n-D|a|1|x\n-D|a|2|y\n");
}

TEST(Rank, RetractingWithRank) {
  OperatorHarness harness = harnessOf(topN(2, true, true));
  harness.push({{"+I", {"a", 1, "x"}},
                {"+I", {"a", 2, "y"}},
                {"+I", {"a", 3, "z"}},
                {"-U", {"a", 3, "z"}},
                {"+U", {"a", 0, "z"}}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|x|1\n-U|a|1|x|1\n+U|a|2|y|1\n+I|a|1|x|2\n"
            "-U|a|2|y|1\n+U|a|3|z|1\n-U|a|1|x|2\n+U|a|2|y|2\n"
            "-U|a|3|z|1\n+U|a|2|y|1\n-U|a|2|y|2\n+U|a|1|x|2\n");
  harness.push({{"-D", {"a", 0, "z"}}, {"-D", {"a", 2, "y"}}, {"-D", {"a", 1, "x"}}});
  EXPECT_EQ(harness.take(), "-U|a|2|y|1\n+U|a|1|x|1\n-D|a|1|x|2\n-D|a|1|x|1\n");
}

// The rows that a changelog leaves, as a multiset of lines without kinds.
std::map<std::string, int> fold(const std::string& changelog, std::map<std::string, int> rows) {
  std::istringstream lines(changelog);
  for (std::string line; std::getline(lines, line);) {
    int change = line[0] == '+' ? 1 : -1;
    EXPECT_GE(rows[line.substr(3)] += change, 0) << line;
    if (rows[line.substr(3)] == 0) rows.erase(line.substr(3));
  }
  return rows;
}

TEST(Rank, RandomChangesFoldToTheFirstRows) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    RankSpec spec = topN(1 + round % 4, round % 3 == 0, round % 2 == 0);
    spec.rankStart = round % 5 == 0 ? std::min<int64_t>(2, spec.rankEnd) : 1;
    auto harness = std::make_unique<OperatorHarness>([&] { return makeRank(spec); }, kInput);
    std::vector<std::pair<int64_t, std::string>> rows;  // in order of arrival
    std::map<std::string, int> folded;
    for (int step = 0; step < 8; ++step) {
      std::vector<TestRow> changes;
      for (int i = 0; i < 10; ++i) {
        if (spec.inputRetracts && !rows.empty() && random() % 3 == 0) {
          size_t gone = random() % rows.size();
          changes.push_back({"-D", {"a", rows[gone].first, rows[gone].second}});
          rows.erase(rows.begin() + gone);
        } else {
          rows.push_back({random() % 12, std::to_string(random() % 1000)});
          changes.push_back({"+I", {"a", rows.back().first, rows.back().second}});
        }
      }
      harness->push(changes);
      folded = fold(harness->take(), folded);
      std::string state = harness->snapshot();
      harness = std::make_unique<OperatorHarness>([&] { return makeRank(spec); }, kInput,
                                                  ExecutionOptions(), SubtaskInfo(),
                                                  std::vector<std::string>{state});
      auto sorted = rows;
      std::stable_sort(sorted.begin(), sorted.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      std::map<std::string, int> expected;
      for (int64_t r = spec.rankStart; r <= spec.rankEnd && r <= std::ssize(sorted); ++r) {
        std::string line = "a|" + std::to_string(sorted[r - 1].first) + "|" + sorted[r - 1].second;
        if (spec.outputRank) line += "|" + std::to_string(r);
        ++expected["|" + line];
      }
      std::map<std::string, int> actual;
      for (auto& [line, count] : folded) actual["|" + line] = count;
      ASSERT_EQ(actual, expected) << "round " << round << " step " << step;
    }
  }
}

RankSpec upsertTopN(int64_t n, bool outputRank) {
  RankSpec spec = topN(n, outputRank, true);
  spec.upsertKey = {0, 2};
  return spec;
}

TEST(UpsertRank, TiesKeepTheirOrder) {
  OperatorHarness harness = harnessOf(upsertTopN(2, true));
  harness.push({{"+I", {"a", 1, "x"}}, {"+I", {"a", 1, "y"}}, {"+U", {"a", 1, "x"}}});
  harness.push({{"-U", {"a", 1, "y"}}, {"+U", {"a", 2, "y"}}, {"+I", {"a", 0, "z"}}}, {{2, 7}});
  EXPECT_EQ(harness.take(),
            "+I|a|1|x|1\n+I|a|1|y|2\n-U|a|1|x|1\n+U|a|1|x|1\n"
            "-U|a|1|x|1\n-U|a|1|y|2\n+U|a|2|y|1\n+U|a|1|x|2\n~7\n");
}

TEST(UpsertRank, RowsThatAreBegunAnewMoveBack) {
  ExecutionOptions options;
  options.stateTtlMillis = 1'000'000;
  RankSpec spec = upsertTopN(3, true);
  OperatorHarness harness([&] { return makeRank(spec); }, spec.input, options);
  harness.push({{"+I", {"a", 5, "x"}}, {"+I", {"a", 4, "y"}}, {"+I", {"a", 3, "z"}}});
  harness.take();
  harness.push({{"+I", {"a", 1, "x"}}});
  EXPECT_EQ(harness.take(),
            "-U|a|5|x|1\n-U|a|4|y|2\n+U|a|4|y|1\n-U|a|3|z|3\n+U|a|3|z|2\n+U|a|1|x|3\n");
}

TEST(UpsertRank, GoesOnWithTheStateOfAllRows) {
  OperatorHarness before = harnessOf(topN(2, false, true));
  before.push({{"+I", {"a", 1, "x"}}, {"+I", {"a", 2, "y"}}, {"+I", {"a", 3, "z"}}});
  OperatorHarness harness = harnessOf(upsertTopN(2, false), {before.snapshot()});
  harness.push({{"+U", {"a", 4, "x"}}, {"+U", {"a", 5, "x"}}});
  EXPECT_EQ(harness.take(), "-D|a|2|y\n+I|a|4|x\n-U|a|4|x\n+U|a|5|x\n");
}

TEST(UpsertRank, RandomUpdatesFoldToTheFirstRows) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    RankSpec spec = upsertTopN(1 + round % 4, round % 3 == 0);
    spec.rankStart = round % 5 == 0 ? std::min<int64_t>(2, spec.rankEnd) : 1;
    auto make = [&] { return makeRank(spec); };
    auto harness = std::make_unique<OperatorHarness>(make, kInput);
    std::map<std::string, int64_t> rows;
    std::map<std::string, int> folded;
    for (int step = 0; step < 8; ++step) {
      std::vector<TestRow> changes;
      for (int i = 0; i < 10; ++i) {
        std::string key = std::to_string(random() % 9);
        bool isNew = !rows.contains(key);
        // Different rows never tie.
        int64_t value = (isNew ? 0 : rows[key] / 10 + random() % 3) * 10 + std::stoll(key);
        rows[key] = value;
        changes.push_back({isNew ? "+I" : "+U", {"a", value, key}});
      }
      harness->push(changes);
      folded = fold(harness->take(), folded);
      std::string state = harness->snapshot();
      harness = std::make_unique<OperatorHarness>(make, kInput, ExecutionOptions(), SubtaskInfo(),
                                                  std::vector<std::string>{state});
      std::map<int64_t, std::string, std::greater<>> sorted;
      for (const auto& [key, value] : rows) sorted[value] = key;
      std::map<std::string, int> expected;
      int64_t rank = 0;
      for (const auto& [value, key] : sorted) {
        if (++rank < spec.rankStart || rank > spec.rankEnd) continue;
        std::string line = "a|" + std::to_string(value) + "|" + key;
        if (spec.outputRank) line += "|" + std::to_string(rank);
        ++expected[line];
      }
      ASSERT_EQ(folded, expected) << "round " << round << " step " << step;
    }
  }
}

TEST(Rank, LimitCountsRows) {
  RankSpec spec = topN(3, false, false);
  spec.partitionKeys.clear();
  spec.order.clear();
  spec.rankStart = 2;
  OperatorHarness harness = harnessOf(spec);
  harness.push({{"+I", {"a", 4, ""}}, {"+I", {"b", 2, ""}}});
  OperatorHarness restored = harnessOf(spec, {harness.snapshot()});
  restored.push({{"+I", {"c", 5, ""}}, {"+I", {"d", 3, ""}}}, {{2, 5}});
  EXPECT_EQ(harness.take() + restored.take(), "+I|b|2|\n+I|c|5|\n~5\n");
}

TEST(WindowRank, EmitsClosedWindowsAndDropsLateRows) {
  WindowRankSpec spec;
  spec.rank = topN(2, true, false);
  spec.rank.input = {Type::string(), Type::bigint(), Type::timestamp(3)};
  spec.windowEndColumn = 2;
  auto make = [&] { return makeWindowRank(spec); };
  OperatorHarness harness(make, spec.rank.input);
  int64_t first = 1'000'000;  // 1 s
  int64_t second = 2'000'000;
  harness.push({{"+I", {"a", 1, first}},
                {"+I", {"a", 3, first}},
                {"+I", {"a", 2, first}},
                {"+I", {"a", 9, second}},
                {"+I", {"a", 5, first}}},
               {{3, 998}, {4, 999}});
  EXPECT_EQ(harness.take(), "~998\n+I|a|3|1000000|1\n+I|a|2|1000000|2\n~999\n");
  EXPECT_EQ(harness.metrics.lateRecordsDropped.load(), 1u);
  OperatorHarness restored(make, spec.rank.input, {}, {}, {harness.snapshot()});
  restored.push({{"+I", {"a", 7, second}}, {"+I", {"b", 7, first}}}, {{2, kMaxWatermark}});
  EXPECT_EQ(restored.take(),
            "+I|a|9|2000000|1\n+I|a|7|2000000|2\n~" + std::to_string(kMaxWatermark) + "\n");
}

}  // namespace
}  // namespace millrace
