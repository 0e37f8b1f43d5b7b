#include "operators/window_table_function/window_table_function.h"

#include <gtest/gtest.h>

#include "operators/testing/operator_harness.h"

namespace millrace {
namespace {

const std::vector<Type> kInput = {Type::bigint(), Type::timestamp(3)};

OperatorHarness harnessOf(WindowSpec window) {
  WindowTableFunctionSpec spec;
  spec.window = window;
  spec.input = kInput;
  spec.timeColumn = 1;
  return OperatorHarness([=] { return makeWindowTableFunction(spec); }, kInput);
}

TEST(WindowTableFunction, TumbleDropsRowsWithoutTime) {
  OperatorHarness harness = harnessOf({.kind = WindowKind::kTumble, .sizeMillis = 10});
  harness.push({{"+I", {1, 12000}}, {"-D", {2, Value()}}, {"+U", {3, -1000}}}, {{1, 5}});
  EXPECT_EQ(harness.take(), "+I|1|12000|10000|20000|19000\n~5\n+U|3|-1000|-10000|0|-1000\n");
  harness.push({}, {{0, 7}});
  EXPECT_EQ(harness.take(), "~7\n");
}

TEST(WindowTableFunction, SeveralWindowsPerRow) {
  OperatorHarness hop = harnessOf({.kind = WindowKind::kHop, .sizeMillis = 10, .slideMillis = 5});
  hop.push({{"+I", {1, 7000}}, {"-D", {2, 3000}}}, {{1, 5}, {2, 6}});
  EXPECT_EQ(hop.take(),
            "+I|1|7000|5000|15000|14000\n+I|1|7000|0|10000|9000\n~5\n"
            "-D|2|3000|0|10000|9000\n-D|2|3000|-5000|5000|4000\n~6\n");
  OperatorHarness cumulate =
      harnessOf({.kind = WindowKind::kCumulate, .sizeMillis = 10, .slideMillis = 5});
  cumulate.push({{"+I", {1, 2000}}, {"+I", {2, 7000}}});
  EXPECT_EQ(cumulate.take(),
            "+I|1|2000|0|5000|4000\n+I|1|2000|0|10000|9000\n+I|2|7000|0|10000|9000\n");
}

TEST(WindowTableFunction, SessionsKeepRowsUntilTheyAreOver) {
  WindowTableFunctionSpec spec;
  spec.window = {.kind = WindowKind::kSession, .sizeMillis = 5};
  spec.input = {Type::string(), Type::timestamp(3)};
  spec.timeColumn = 1;
  spec.partitionKeys = {0};
  auto make = [=] { return makeWindowTableFunction(spec); };
  OperatorHarness first(make, spec.input);
  const char* key = "a key that is longer than a view";
  first.push({{"+I", {key, 1000}}, {"+I", {key, 8000}}, {"+I", {"b", Value()}}});
  OperatorHarness harness(make, spec.input, {}, {}, {first.snapshot()});
  harness.push({{"+I", {key, 5000}}, {"+I", {"b", 2000}}}, {{2, 6}, {2, 20}});
  std::string a = std::string("+I|") + key;
  EXPECT_EQ(harness.take(), "+I|b|2000|2000|7000|6000\n~6\n" + a + "|1000|1000|13000|12000\n" + a +
                                "|8000|1000|13000|12000\n" + a + "|5000|1000|13000|12000\n~20\n");
}

}  // namespace
}  // namespace millrace
