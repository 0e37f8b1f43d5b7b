#include "operators/lookup_join/lookup_join.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

const std::vector<Type> kLeft = {Type::bigint(), Type::string()};
const std::vector<Type> kRight = {Type::string(), Type::bigint()};

LookupJoinSpec specOf(JoinKind kind, std::function<Result<Batch>()> read) {
  LookupJoinSpec spec;
  spec.kind = kind;
  spec.left = kLeft;
  spec.right = kRight;
  spec.leftKeys = {1};
  spec.rightKeys = {0};
  spec.read = std::move(read);
  return spec;
}

Batch table() {
  return makeBatch(kRight,
                   {{"+I", {"a", 1}}, {"+I", {"b", 2}}, {"+I", {"a", 3}}, {"+I", {Value(), 4}}});
}

TEST(LookupJoin, KeepsKindsAndMarks) {
  for (JoinKind kind : {JoinKind::kInner, JoinKind::kLeft}) {
    LookupJoinSpec spec = specOf(kind, [] { return Result<Batch>(table()); });
    OperatorHarness harness([&] { return makeLookupJoin(spec); }, kLeft);
    harness.push({{"+I", {1, "a"}}, {"-U", {2, "z"}}, {"+U", {3, Value()}}, {"-D", {4, "b"}}},
                 {{1, 5}, {4, 6}});
    bool left = kind == JoinKind::kLeft;
    EXPECT_EQ(harness.take(), std::string("+I|1|a|a|1\n+I|1|a|a|3\n~5\n") +
                                  (left ? "-U|2|z|NULL|NULL\n+U|3|NULL|NULL|NULL\n" : "") +
                                  "-D|4|b|b|2\n~6\n");
  }
}

TEST(LookupJoin, ReloadsByItsIntervalAndFailsWhenThatFails) {
  int reads = 0;
  LookupJoinSpec spec = specOf(JoinKind::kInner, [&]() -> Result<Batch> {
    if (++reads == 3) return Error(ErrorKind::kIo, "gone");
    return makeBatch(kRight, {{"+I", {"a", reads}}});
  });
  spec.reloadMillis = 100;
  OperatorHarness harness([&] { return makeLookupJoin(spec); }, kLeft);
  harness.setTime(99);
  harness.push({{"+I", {1, "a"}}});
  harness.setTime(100);
  harness.push({{"+I", {1, "a"}}});
  EXPECT_EQ(harness.take(), "+I|1|a|a|1\n+I|1|a|a|2\n");
  harness.setTime(200);
  EXPECT_EQ(harness.tryPush(makeBatch(kLeft, {{"+I", {1, "a"}}})).error().kind(), ErrorKind::kIo);
}

}  // namespace
}  // namespace millrace
