// Tests of the operators that keep no keyed state.
#include <gtest/gtest.h>

#include <thread>

#include "operators/calc/calc.h"
#include "operators/collect_sink/collect_sink.h"
#include "operators/sink_guard/sink_guard.h"
#include "operators/testing/operator_harness.h"
#include "operators/union/union.h"
#include "operators/values/values.h"
#include "operators/watermark_assigner/watermark_assigner.h"

namespace millrace {
namespace {

TEST(Calc, FiltersAndKeepsKindsAndMarks) {
  std::vector<Type> types = {Type::bigint(), Type::boolean()};
  CalcSpec spec;
  spec.filter = Expr::input(1, types[1]);
  spec.projections = {Expr::input(0, types[0]), Expr::constant("k", Type::string())};
  OperatorHarness harness([&] { return makeCalc(spec); }, types);
  harness.push({{"+I", {1, true}}, {"-U", {2, false}}, {"+U", {3, true}}, {"+I", {4, Value()}}},
               {{2, 10}, {4, 20}});
  EXPECT_EQ(harness.take(), "+I|1|k\n~10\n+U|3|k\n~20\n");
  harness.push({{"+I", {1, false}}}, {{1, 30}});
  EXPECT_EQ(harness.take(), "~30\n");
}

TEST(WatermarkAssigner, EmitsAfterRowsThatLiftTheWatermark) {
  std::vector<Type> types = {Type::timestamp(3)};
  WatermarkAssignerSpec spec{0, Expr::input(0, types[0])};
  ExecutionOptions options;
  options.autoWatermarkIntervalMillis = 0;
  auto make = [&] { return makeWatermarkAssigner(spec); };
  OperatorHarness every(make, types, options);
  every.push({{"+I", {1500}}, {"+I", {1200}}, {"+I", {3999}}});
  every.end();
  EXPECT_EQ(every.take(), "+I|1500\n~1\n+I|1200\n+I|3999\n~3\n~9223372036854775807\n");
  options.autoWatermarkIntervalMillis = 200;
  options.sourceIdleTimeoutMillis = 1000;
  OperatorHarness coarse(make, types, options);
  coarse.push({{"+I", {100'000}}, {"+I", {201'000}}, {"+I", {300'000}}});
  EXPECT_EQ(coarse.take(), "+I|100000\n+I|201000\n~201\n+I|300000\n");
  for (int64_t now = 100; now <= 1400; now += 100) coarse.setTime(now);
  EXPECT_EQ(coarse.take(), "~300\nidle\n");
  coarse.push({{"+I", {301'000}}});
  EXPECT_EQ(coarse.take(), "active\n+I|301000\n");
  EXPECT_FALSE(coarse.tryPush(makeBatch(types, {{"+I", {Value()}}})).ok());
}

TEST(Union, MergesWatermarks) {
  std::vector<Type> types = {Type::bigint()};
  OperatorHarness harness([] { return makeUnion(2); }, types);
  harness.tryPush(makeBatch(types, {{"+I", {1}}}, {{1, 10}}), 0).value();
  harness.tryPush(makeBatch(types, {{"+I", {2}}, {"-D", {3}}}, {{1, 5}, {2, 20}}), 1).value();
  EXPECT_EQ(harness.take(), "+I|1\n+I|2\n~5\n-D|3\n~10\n");
}

TEST(Values, ContinuesAtThePosition) {
  auto source = makeValuesSource({{Type::bigint()}, {{1}, {2}, {3}}});
  ASSERT_TRUE(source.ok());
  StateStore store({}, nullptr);
  OperatorContext op;
  op.state = &store;
  SourceContext context{.op = &op, .wake = {}};
  Batch batch;
  {
    auto reader = source.value()->makeReader({});
    ASSERT_TRUE(reader.value()->open(context).ok());
    EXPECT_EQ(reader.value()->poll(2, batch).value(), SourceStatus::kData);
    EXPECT_EQ(batchText(batch), "+I|1\n+I|2\n");
    ASSERT_TRUE(reader.value()->snapshotState(1).ok());
  }
  auto restored = RestoredOperator::fromBytes({store.snapshot()});
  StateStore again({}, restored.value().get());
  op.state = &again;
  auto reader = source.value()->makeReader({});
  ASSERT_TRUE(reader.value()->open(context).ok());
  EXPECT_EQ(reader.value()->poll(2, batch).value(), SourceStatus::kData);
  EXPECT_EQ(batchText(batch), "+I|3\n");
  EXPECT_EQ(reader.value()->poll(2, batch).value(), SourceStatus::kEnd);
}

TEST(SinkGuard, ChecksNullsAndLengths) {
  Schema schema = {{"id", Type::bigint().withNullable(false)},
                   {"fixed", Type::character(3)},
                   {"short", Type::varchar(2)}};
  std::vector<Type> types = {Type::bigint(), Type::string(), Type::string()};
  SinkGuardSpec spec{.table = "t", .schema = schema, .dropNulls = true, .trimPad = true};
  OperatorHarness harness([&] { return makeSinkGuard(spec); }, types);
  harness.push(
      {{"+I", {1, "ä", "äöü"}}, {"+I", {Value(), "x", "y"}}, {"+I", {2, "abcd", Value()}}});
  EXPECT_EQ(harness.take(), "+I|1|ä  |äö\n+I|2|abc|NULL\n");
  spec.dropNulls = false;
  OperatorHarness strict([&] { return makeSinkGuard(spec); }, types);
  Status status = strict.tryPush(makeBatch(types, {{"+I", {Value(), "x", "y"}}}));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kNullConstraint);
  EXPECT_EQ(makeSinkGuard({.table = "t", .schema = {{"a", Type::bigint()}}}).value(), nullptr);
}

TEST(CollectSink, BlocksUntilTheClientTakes) {
  auto queue = std::make_shared<CollectQueue>(1);
  std::vector<Type> types = {Type::bigint()};
  OperatorHarness harness([&] { return makeCollectSink(queue); }, types);
  std::thread client([&] {
    std::string text;
    while (auto batch = queue->take(-1)) text += batchText(*batch);
    EXPECT_EQ(text, "+I|1\n+I|2\n+I|3\n");
  });
  for (int i = 1; i <= 3; ++i) harness.push({{"+I", {i}}});
  harness.end();
  client.join();
  EXPECT_TRUE(queue->closed());
}

}  // namespace
}  // namespace millrace
