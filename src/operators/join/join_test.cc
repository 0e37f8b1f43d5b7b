#include "operators/join/join.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

const std::vector<Type> kLeft = {Type::bigint(), Type::string()};
const std::vector<Type> kRight = {Type::string(), Type::bigint()};

// left (id, k) with right (k, v) by k.
JoinSpec specOf(JoinKind kind, bool retracts = false) {
  JoinSpec spec;
  spec.kind = kind;
  spec.left = kLeft;
  spec.right = kRight;
  spec.leftKeys = {1};
  spec.rightKeys = {0};
  spec.nullSafe = {0};
  spec.leftRetracts = retracts;
  spec.rightRetracts = retracts;
  return spec;
}

// Takes rows of either side and gives what they cause.
struct JoinHarness {
  explicit JoinHarness(const JoinSpec& spec, SubtaskInfo subtask = {},
                       std::vector<std::string> restored = {})
      : harness([&] { return makeJoin(spec); }, kLeft, {}, subtask, std::move(restored)) {}

  std::string left(const std::vector<TestRow>& rows, std::vector<WatermarkMark> marks = {}) {
    harness.tryPush(makeBatch(kLeft, rows, std::move(marks)), 0).value();
    return harness.take();
  }
  std::string right(const std::vector<TestRow>& rows, std::vector<WatermarkMark> marks = {}) {
    harness.tryPush(makeBatch(kRight, rows, std::move(marks)), 1).value();
    return harness.take();
  }

  OperatorHarness harness;
};

const char* const kLong = "a text that does not fit into a view";

TEST(Join, InnerPairsRowsInOrderAndNullKeysNever) {
  JoinHarness join(specOf(JoinKind::kInner));
  EXPECT_EQ(join.left({{"+I", {1, kLong}}, {"+I", {2, "b"}}, {"+I", {3, Value()}}}), "");
  EXPECT_EQ(join.right({{"+I", {"b", 20}}, {"+I", {Value(), 30}}, {"+I", {kLong, 10}}}),
            std::string("+I|2|b|b|20\n+I|1|") + kLong + "|" + kLong + "|10\n");
  EXPECT_EQ(join.left({{"+I", {4, "b"}}}), "+I|4|b|b|20\n");
}

TEST(Join, MergesWatermarksBetweenRows) {
  JoinHarness join(specOf(JoinKind::kInner));
  join.right({{"+I", {"a", 1}}});
  EXPECT_EQ(join.left({{"+I", {1, "a"}}, {"+I", {2, "a"}}}, {{1, 10}, {2, 20}}),
            "+I|1|a|a|1\n+I|2|a|a|1\n");
  EXPECT_EQ(join.right({{"+I", {"a", 2}}, {"+I", {"b", 3}}}, {{0, 5}, {1, 15}, {2, 30}}),
            "~5\n+I|1|a|a|2\n+I|2|a|a|2\n~15\n~20\n");
  join.harness.op().endInput(1, join.harness).value();
  EXPECT_EQ(join.harness.take(), "");
  EXPECT_EQ(join.left({}, {{0, kMaxWatermark}}), "~" + std::to_string(kMaxWatermark) + "\n");
}

TEST(Join, InnerFollowsRetractionsWithinABatch) {
  JoinHarness join(specOf(JoinKind::kInner, true));
  join.right({{"+I", {"a", 1}}, {"-U", {"a", 1}}, {"+U", {"a", 2}}, {"+I", {"a", 2}}});
  EXPECT_EQ(join.left({{"+I", {1, "a"}}}), "+I|1|a|a|2\n+I|1|a|a|2\n");
  EXPECT_EQ(join.right({{"-D", {"a", 2}}, {"-D", {"a", 2}}, {"-D", {"a", 2}}}),
            "-D|1|a|a|2\n-D|1|a|a|2\n-D|1|a|a|2\n");
  EXPECT_EQ(join.left({{"-U", {1, "a"}}, {"+U", {2, "a"}}}), "");
  EXPECT_EQ(join.right({{"+U", {"a", 7}}}), "+U|2|a|a|7\n");
}

TEST(Join, LeftPadsAndTakesThePaddingBack) {
  JoinHarness join(specOf(JoinKind::kLeft, true));
  EXPECT_EQ(join.left({{"+I", {1, "a"}}, {"+I", {2, Value()}}}),
            "+I|1|a|NULL|NULL\n+I|2|NULL|NULL|NULL\n");
  EXPECT_EQ(join.right({{"+I", {"a", 10}}, {"+U", {"a", 11}}}),
            "-D|1|a|NULL|NULL\n+I|1|a|a|10\n+I|1|a|a|11\n");
  EXPECT_EQ(join.right({{"-D", {"a", 10}}, {"-U", {"a", 11}}}),
            "-D|1|a|a|10\n-U|1|a|a|11\n+I|1|a|NULL|NULL\n");
  EXPECT_EQ(join.left({{"-U", {1, "a"}}, {"-D", {2, Value()}}}),
            "-D|1|a|NULL|NULL\n-D|2|NULL|NULL|NULL\n");
}

TEST(Join, FullCountsMatchesOnBothSides) {
  JoinHarness join(specOf(JoinKind::kFull, true));
  EXPECT_EQ(join.right({{"+I", {"a", 1}}}), "+I|NULL|NULL|a|1\n");
  EXPECT_EQ(join.left({{"+I", {1, "a"}}, {"+I", {2, "a"}}}),
            "-D|NULL|NULL|a|1\n+I|1|a|a|1\n+I|2|a|a|1\n");
  EXPECT_EQ(join.left({{"-D", {1, "a"}}, {"-D", {2, "a"}}}),
            "-D|1|a|a|1\n-D|2|a|a|1\n+I|NULL|NULL|a|1\n");
}

TEST(Join, SemiAndAnti) {
  JoinHarness semi(specOf(JoinKind::kSemi, true));
  EXPECT_EQ(semi.left({{"+I", {1, "a"}}, {"+I", {2, Value()}}}), "");
  EXPECT_EQ(semi.right({{"+I", {"a", 1}}, {"+I", {"a", 2}}}), "+I|1|a\n");
  EXPECT_EQ(semi.left({{"+I", {3, "a"}}}), "+I|3|a\n");
  EXPECT_EQ(semi.right({{"-D", {"a", 1}}, {"-D", {"a", 2}}}), "-D|1|a\n-D|3|a\n");

  JoinHarness anti(specOf(JoinKind::kAnti, true));
  EXPECT_EQ(anti.left({{"+I", {1, "a"}}, {"+I", {2, Value()}}}), "+I|1|a\n+I|2|NULL\n");
  EXPECT_EQ(anti.right({{"+I", {"a", 1}}, {"-D", {"a", 1}}}), "-D|1|a\n+I|1|a\n");
}

TEST(Join, NullSafeKeysAndCrossJoin) {
  JoinSpec spec = specOf(JoinKind::kInner);
  spec.nullSafe = {1};
  JoinHarness nullSafe(spec);
  nullSafe.left({{"+I", {1, Value()}}});
  EXPECT_EQ(nullSafe.right({{"+I", {Value(), 5}}}), "+I|1|NULL|NULL|5\n");

  spec.leftKeys.clear();
  spec.rightKeys.clear();
  spec.nullSafe.clear();
  JoinHarness cross(spec);
  cross.left({{"+I", {1, "a"}}, {"+I", {2, "b"}}});
  EXPECT_EQ(cross.right({{"+I", {"c", 5}}}), "+I|1|a|c|5\n+I|2|b|c|5\n");
}

// A BOOLEAN column decides: left (flag, k).
TEST(Join, ConditionDecidesWhoIsPadded) {
  std::vector<Type> left = {Type::boolean(), Type::string()};
  JoinSpec spec = specOf(JoinKind::kLeft, true);
  spec.left = left;
  spec.condition = Expr::input(0, Type::boolean());
  OperatorHarness join([&] { return makeJoin(spec); }, left);
  join.tryPush(makeBatch(kRight, {{"+I", {"a", 1}}, {"+I", {"a", 2}}}), 1).value();
  join.push({{"+I", {true, "a"}}, {"+I", {false, "a"}}, {"+I", {Value(), "a"}}});
  EXPECT_EQ(join.take(),
            "+I|true|a|a|1\n+I|true|a|a|2\n+I|false|a|NULL|NULL\n+I|NULL|a|NULL|NULL\n");
}

TEST(Join, UniqueKeysReplaceRows) {
  JoinSpec spec = specOf(JoinKind::kInner, true);
  spec.emitUpdateBefore = false;
  spec.rightUniqueKey = {0};  // the join key
  JoinHarness byJoinKey(spec);
  byJoinKey.right({{"+I", {"a", 1}}, {"+U", {"a", 2}}});
  byJoinKey.right({{"+U", {"a", 3}}, {"+I", {"b", 4}}, {"-D", {"b", 4}}});
  EXPECT_EQ(byJoinKey.left({{"+I", {1, "a"}}, {"+I", {2, "b"}}}), "+I|1|a|a|3\n");

  spec.rightUniqueKey.clear();
  spec.leftUniqueKey = {0, 1};
  JoinHarness byUniqueKey(spec);
  byUniqueKey.left({{"+I", {1, "a"}}, {"+U", {1, "a"}}, {"+I", {2, "a"}}, {"-D", {2, "a"}}});
  EXPECT_EQ(byUniqueKey.right({{"+I", {"a", 9}}}), "+I|1|a|a|9\n");
}

TEST(Join, EmitsLargeFanOutInBatches) {
  JoinHarness join(specOf(JoinKind::kInner));
  std::vector<TestRow> rows;
  for (int i = 0; i < 300; ++i) rows.push_back({"+I", {i, "a"}});
  join.left(rows);
  join.harness.counting = true;
  std::vector<TestRow> others;
  for (int i = 0; i < 100; ++i) others.push_back({"+I", {"a", i}});
  join.right(others);
  EXPECT_EQ(join.harness.rowsOut, 30000u);
}

TEST(Join, RestoresAtAnotherParallelism) {
  JoinHarness join(specOf(JoinKind::kFull, true));
  std::vector<TestRow> rows;
  for (int i = 0; i < 20; ++i) rows.push_back({"+I", {i, std::to_string(i)}});
  join.left(rows);
  join.right({{"+I", {"3", 30}}, {"+I", {"7", 70}}});
  std::string snapshot = join.harness.snapshot();
  std::string text;
  for (uint32_t i = 0; i < 3; ++i) {
    JoinHarness part(specOf(JoinKind::kFull, true), {i, 3, 128}, {snapshot});
    std::vector<TestRow> mine;
    for (const char* key : {"3", "7", "11"}) {
      ColumnPtr column = Value(key).toColumn(Type::string(), 1);
      uint64_t hash = 0;
      hashKeys({&column, 1}, Rows::dense(1), &hash);
      if (subtaskOf(keyGroupOf(hash32Of(hash), 128), 3, 128) == i) {
        mine.push_back({key == std::string("11") ? "+I" : "-D",
                        {key, key == std::string("11") ? 1 : atoi(key) * 10}});
      }
    }
    if (!mine.empty()) text += part.right(mine);
  }
  EXPECT_NE(text.find("-D|3|3|3|30\n+I|3|3|NULL|NULL\n"), std::string::npos);
  EXPECT_NE(text.find("-D|7|7|7|70\n+I|7|7|NULL|NULL\n"), std::string::npos);
  EXPECT_NE(text.find("-D|11|11|NULL|NULL\n+I|11|11|11|1\n"), std::string::npos);
}

}  // namespace
}  // namespace millrace
