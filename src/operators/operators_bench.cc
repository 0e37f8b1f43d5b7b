// Benchmarks of operators without the runtime: rows per second of one core.
#include <benchmark/benchmark.h>

#include <random>

#include "operators/deduplicate/deduplicate.h"
#include "operators/group_aggregate/group_aggregate.h"
#include "operators/rank/rank.h"
#include "operators/testing/operator_harness.h"
#include "operators/testing/test_aggregates.h"

namespace millrace {
namespace {

constexpr size_t kRows = 4096;
constexpr size_t kBatches = 256;

// Batches of (key, value, wide text) with keys below `keys`; every second row has key 0 when hot.
std::vector<Batch> randomBatches(int64_t keys, bool hot, bool wide) {
  std::mt19937_64 random(7);
  std::vector<Batch> batches;
  int64_t time = 0;
  for (size_t b = 0; b < kBatches; ++b) {
    MutableColumnPtr key = Column::make(Type::bigint(), kRows);
    MutableColumnPtr value = Column::make(Type::bigint(), kRows);
    MutableColumnPtr times = Column::make(Type::timestamp(3), kRows);
    MutableColumnPtr text = Column::make(Type::string(), kRows);
    for (size_t k = 0; k < kRows; ++k) {
      key->mutableValues<int64_t>()[k] = hot && k % 2 == 0 ? 0 : random() % keys;
      value->mutableValues<int64_t>()[k] = random() % 1'000'000;
      times->mutableValues<int64_t>()[k] = ++time * 1000;
      if (wide) text->setString(k, std::string(100, 'x'));
    }
    batches.push_back(Batch({key, value, times, text}, kRows));
  }
  return batches;
}

const std::vector<Type> kTypes = {Type::bigint(), Type::bigint(), Type::timestamp(3),
                                  Type::string()};

void run(benchmark::State& state, OperatorHarness& harness, const std::vector<Batch>& batches) {
  harness.counting = true;
  size_t next = 0;
  for (auto _ : state) {
    harness.tryPush(batches[next]).value();
    next = (next + 1) % batches.size();
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["out/in"] =
      static_cast<double>(harness.rowsOut) / static_cast<double>(state.iterations() * kRows);
}

// Arguments: keys, hot, mini-batch size (0 = exact).
void groupAggregate(benchmark::State& state) {
  AggregateFunction tally = testAggregate("TALLY");
  AggregateFunction total = testAggregate("TOTAL");
  GroupAggregateSpec spec;
  spec.input = kTypes;
  spec.keys = {0};
  spec.aggregates = {testCall(tally, {}, {}), testCall(total, {Type::bigint()}, {1})};
  ExecutionOptions options;
  options.miniBatch = state.range(2) > 0;
  options.miniBatchSize = state.range(2);
  OperatorHarness harness([&] { return makeGroupAggregate(spec); }, kTypes, options);
  run(state, harness, randomBatches(state.range(0), state.range(1) != 0, false));
}
BENCHMARK(groupAggregate)
    ->ArgNames({"keys", "hot", "bundle"})
    ->Args({100'000, 0, 0})
    ->Args({100'000, 1, 0})
    ->Args({1'000, 0, 0})
    ->Args({100'000, 0, 50'000})
    ->Args({100'000, 0, 1'000'000})
    ->Args({100'000, 1, 1'000'000})
    ->Args({1'000, 0, 50'000});

// Arguments: keys, n, with rank.
void rank(benchmark::State& state) {
  RankSpec spec;
  spec.input = kTypes;
  spec.partitionKeys = {0};
  spec.order = {{1, false, false}};
  spec.rankEnd = state.range(1);
  spec.outputRank = state.range(2) != 0;
  OperatorHarness harness([&] { return makeRank(spec); }, kTypes);
  run(state, harness, randomBatches(state.range(0), false, true));
}
BENCHMARK(rank)
    ->ArgNames({"keys", "n", "ranked"})
    ->Args({10'000, 10, 1})
    ->Args({10'000, 10, 0})
    ->Args({10'000, 1, 0});

void deduplicateLast(benchmark::State& state) {
  DeduplicateSpec spec;
  spec.input = kTypes;
  spec.keys = {0};
  spec.timeColumn = 2;
  spec.keepLast = true;
  spec.emitUpdateBefore = state.range(0) != 0;
  OperatorHarness harness([&] { return makeDeduplicate(spec); }, kTypes);
  run(state, harness, randomBatches(100'000, false, true));
}
BENCHMARK(deduplicateLast)->ArgNames({"before"})->Arg(0)->Arg(1);

}  // namespace
}  // namespace millrace
