// Micro benchmarks of the regular join: batches of 4,096 rows, alternating between the inputs.
#include <benchmark/benchmark.h>

#include <random>

#include "operators/join/join.h"
#include "operators/testing/operator_harness.h"

namespace millrace {

namespace {

constexpr size_t kBatchRows = 4096;

std::vector<Type> typesOf(bool wide) {
  Type key = Type::bigint().withNullable(false);
  return wide ? std::vector<Type>{key, Type::string(), Type::string(), Type::bigint()}
              : std::vector<Type>{key, Type::bigint()};
}

// Keys of the left input are all different; `fanOut` right rows name each of them.
Batch makeRows(const std::vector<Type>& types, int64_t firstKey, int64_t keys,
               std::mt19937_64& random) {
  static const std::string kText(300, 'x');
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < types.size(); ++c) {
    MutableColumnPtr column = Column::make(types[c], kBatchRows);
    for (size_t i = 0; i < kBatchRows; ++i) {
      if (types[c].isCharacter()) {
        column->mutableValues<StringView>()[i] = StringView(kText);
      } else {
        int64_t key = keys == 0 ? firstKey + static_cast<int64_t>(i)
                                : static_cast<int64_t>(random() % static_cast<uint64_t>(keys));
        column->mutableValues<int64_t>()[i] = c == 0 ? key : static_cast<int64_t>(i);
      }
    }
    columns.push_back(column);
  }
  return Batch(std::move(columns), kBatchRows);
}

void run(benchmark::State& state, JoinKind kind, bool wide) {
  JoinSpec spec;
  spec.kind = kind;
  spec.left = typesOf(wide);
  spec.right = typesOf(wide);
  spec.leftKeys = {0};
  spec.rightKeys = {0};
  constexpr int kBatches = 64;
  std::mt19937_64 random(7);
  std::vector<Batch> left;
  std::vector<Batch> right;
  for (int b = 0; b < kBatches; ++b) {
    left.push_back(makeRows(spec.left, b * static_cast<int64_t>(kBatchRows), 0, random));
    right.push_back(makeRows(spec.right, 0, kBatches * kBatchRows, random));
  }
  uint64_t rowsOut = 0;
  for (auto _ : state) {
    OperatorHarness harness([&] { return makeJoin(spec); }, spec.left);
    harness.counting = true;
    for (int b = 0; b < kBatches; ++b) {
      harness.tryPush(left[b], 0).value();
      harness.tryPush(right[b], 1).value();
    }
    rowsOut = harness.rowsOut;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatches * 2 * kBatchRows));
  state.counters["rowsOut"] = static_cast<double>(rowsOut);
}

void innerNarrow(benchmark::State& state) { run(state, JoinKind::kInner, false); }
BENCHMARK(innerNarrow)->Unit(benchmark::kMillisecond);
void innerWide(benchmark::State& state) { run(state, JoinKind::kInner, true); }
BENCHMARK(innerWide)->Unit(benchmark::kMillisecond);
void leftNarrow(benchmark::State& state) { run(state, JoinKind::kLeft, false); }
BENCHMARK(leftNarrow)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace millrace
