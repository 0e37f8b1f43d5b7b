#include "operators/expand/expand.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

TEST(Expand, KeepsKindsAndTheSideOfEachMark) {
  std::vector<Type> types = {Type::bigint(), Type::string()};
  ExprPtr number = Expr::input(0, types[0]);
  ExprPtr text = Expr::input(1, types[1]);
  ExprPtr none = Expr::constant(Value(), types[1]);
  ExpandSpec spec{{{number, text}, {number, none}}};
  OperatorHarness harness([&] { return makeExpand(spec); }, types);
  harness.push({{"+I", {1, "a"}}, {"-D", {2, "b"}}, {"+I", {3, "c"}}}, {{1, 5}, {3, 6}});
  EXPECT_EQ(harness.take(), "+I|1|a\n+I|1|NULL\n~5\n-D|2|b\n+I|3|c\n-D|2|NULL\n+I|3|NULL\n~6\n");
  harness.push({{"+I", {4, "d"}}});
  EXPECT_EQ(harness.take(), "+I|4|d\n+I|4|NULL\n");
}

}  // namespace
}  // namespace millrace
