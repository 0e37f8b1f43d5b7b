#include "operators/window_join/window_join.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

// window_end, key, value
const std::vector<Type> kInput = {Type::timestamp(3), Type::string(), Type::bigint()};

WindowJoinSpec specOf(JoinKind kind) {
  WindowJoinSpec spec;
  spec.kind = kind;
  spec.left = kInput;
  spec.right = kInput;
  spec.leftKeys = {1};
  spec.rightKeys = {1};
  spec.nullSafe = {0};
  return spec;
}

TestRow row(int64_t end, Value key, int64_t value) {
  return {"+I", {end * 1000, std::move(key), value}};
}

std::string sortedRows(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

OperatorHarness harnessOf(JoinKind kind, std::vector<std::string> restored = {}) {
  return OperatorHarness([=] { return makeWindowJoin(specOf(kind)); }, kInput, {}, {},
                         std::move(restored));
}

std::string run(JoinKind kind) {
  OperatorHarness harness = harnessOf(kind);
  harness
      .tryPush(makeBatch(kInput,
                         {row(10, "a", 1), row(10, "b", 2), row(20, "a", 3), row(10, Value(), 4)},
                         {{4, 30}}),
               0)
      .value();
  harness
      .tryPush(makeBatch(kInput,
                         {row(10, "a", 5), row(10, "a", 6), row(20, "c", 7), row(10, Value(), 8)},
                         {{4, 9}}),
               1)
      .value();
  std::string first = harness.take();
  // Late for the window that has fired.
  harness.tryPush(makeBatch(kInput, {row(10, "a", 9)}, {{1, 30}}), 1).value();
  EXPECT_EQ(harness.metrics.lateRecordsDropped.load(), 1u);
  return sortedRows(first) + "--\n" + sortedRows(harness.take());
}

TEST(WindowJoin, AllKinds) {
  const std::string pairs = "+I|10000|a|1|10000|a|5\n+I|10000|a|1|10000|a|6\n";
  EXPECT_EQ(run(JoinKind::kInner), pairs + "~9\n--\n~30\n");
  const std::string left =
      "+I|10000|NULL|4|NULL|NULL|NULL\n" + pairs + "+I|10000|b|2|NULL|NULL|NULL\n";
  const std::string leftLater = "+I|20000|a|3|NULL|NULL|NULL\n";
  EXPECT_EQ(run(JoinKind::kLeft), left + "~9\n--\n" + leftLater + "~30\n");
  const std::string right = "+I|NULL|NULL|NULL|10000|NULL|8\n";
  const std::string rightLater = "+I|NULL|NULL|NULL|20000|c|7\n";
  EXPECT_EQ(run(JoinKind::kRight), pairs + right + "~9\n--\n" + rightLater + "~30\n");
  EXPECT_EQ(run(JoinKind::kFull), left + right + "~9\n--\n" + leftLater + rightLater + "~30\n");
  EXPECT_EQ(run(JoinKind::kSemi), "+I|10000|a|1\n~9\n--\n~30\n");
  EXPECT_EQ(run(JoinKind::kAnti), "+I|10000|NULL|4\n+I|10000|b|2\n~9\n--\n+I|20000|a|3\n~30\n");
}

TEST(WindowJoin, Restores) {
  OperatorHarness harness = harnessOf(JoinKind::kInner);
  harness.tryPush(makeBatch(kInput, {row(10, "a", 1)}), 0).value();
  OperatorHarness restored = harnessOf(JoinKind::kInner, {harness.snapshot()});
  restored.tryPush(makeBatch(kInput, {row(10, "a", 2)}, {{1, 9}}), 1).value();
  restored.tryPush(makeBatch(kInput, {}, {{0, 9}}), 0).value();
  EXPECT_EQ(restored.take(), "+I|10000|a|1|10000|a|2\n~9\n");
}

}  // namespace
}  // namespace millrace
