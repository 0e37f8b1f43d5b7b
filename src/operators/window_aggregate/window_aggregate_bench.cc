// Micro benchmarks of window aggregation: batches of 4,096 rows with rising event times, a
// watermark behind each.
#include <benchmark/benchmark.h>

#include <random>

#include "operators/testing/operator_harness.h"
#include "operators/testing/test_aggregates.h"
#include "operators/window_aggregate/window_aggregate.h"

namespace millrace {

namespace {

constexpr size_t kBatchRows = 4096;
constexpr size_t kNumBatches = 256;

const AggregateFunction kTally = testAggregate("TALLY");
const std::vector<Type> kInput = {Type::timestamp(3).withNullable(false),
                                  Type::bigint().withNullable(false)};

// rowsPerMilli rows share a millisecond.
std::vector<Batch> makeBatches(uint64_t numKeys) {
  std::mt19937_64 random(7);
  std::vector<Batch> batches;
  for (size_t b = 0; b < kNumBatches; ++b) {
    MutableColumnPtr times = Column::make(kInput[0], kBatchRows);
    MutableColumnPtr keys = Column::make(kInput[1], kBatchRows);
    for (size_t i = 0; i < kBatchRows; ++i) keys->mutableValues<int64_t>()[i] = random() % numKeys;
    batches.push_back(Batch({times, keys}, kBatchRows));
  }
  return batches;
}

void run(benchmark::State& state, WindowSpec window, bool keyed, uint64_t numKeys) {
  WindowAggregateSpec spec;
  spec.window = window;
  spec.input = kInput;
  if (keyed) spec.keys = {1};
  spec.aggregates = {testCall(kTally, {}, {})};
  spec.properties = {WindowProperty::kEnd};
  spec.timeColumn = 0;
  spec.timeType = kInput[0];
  OperatorHarness harness([&] { return makeWindowAggregate(spec); }, kInput);
  harness.counting = true;
  std::vector<Batch> batches = makeBatches(numKeys);
  int64_t row = 0;
  size_t b = 0;
  for (auto _ : state) {
    Batch batch = batches[b++ % kNumBatches];
    // 100 rows per millisecond of event time.
    int64_t* times = const_cast<int64_t*>(batch.column(0)->values<int64_t>());
    for (size_t i = 0; i < kBatchRows; ++i) times[i] = row++ / 100 * 1000;
    batch.mutableMarks() = {{kBatchRows, row / 100 - 1}};
    harness.tryPush(std::move(batch)).value();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatchRows));
}

void tumbleCount(benchmark::State& state) {
  run(state, {.kind = WindowKind::kTumble, .sizeMillis = 10'000}, true, state.range(0));
}
BENCHMARK(tumbleCount)->Arg(1000)->Arg(100'000);

void tumbleCountWithoutKeys(benchmark::State& state) {
  run(state, {.kind = WindowKind::kTumble, .sizeMillis = 10'000}, false, 1);
}
BENCHMARK(tumbleCountWithoutKeys);

void hopCount(benchmark::State& state) {
  run(state, {.kind = WindowKind::kHop, .sizeMillis = 10'000, .slideMillis = 2'000}, true,
      state.range(0));
}
BENCHMARK(hopCount)->Arg(10'000);

void sessionCount(benchmark::State& state) {
  run(state, {.kind = WindowKind::kSession, .sizeMillis = 10}, true, state.range(0));
}
BENCHMARK(sessionCount)->Arg(10'000);

}  // namespace

}  // namespace millrace
