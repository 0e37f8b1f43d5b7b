// Events per second of the Nexmark generator on one core.
//
//   build/release/bin/connectors_bench
#include <benchmark/benchmark.h>

#include "connectors/nexmark/nexmark_columns.h"

namespace millrace {
namespace {

void makeEvents(benchmark::State& state, const std::vector<DecodedField>& fields) {
  NexmarkModel model(NexmarkOptions{});
  NexmarkColumns columns(nexmarkSchema(), fields);
  constexpr size_t kRows = 4096;
  int64_t event = 0;
  for (auto _ : state) {
    Batch batch = columns.make(model, event, kRows);
    benchmark::DoNotOptimize(batch);
    event += kRows;
  }
  state.SetItemsProcessed(event);
}

void nexmarkThreeColumns(benchmark::State& state) {
  const Type& bid = nexmarkSchema()[3].type;
  makeEvents(state, {{{0}, Type::integer()}, {{3, 0}, bid.child(0)}, {{3, 2}, bid.child(2)}});
}
BENCHMARK(nexmarkThreeColumns);

void nexmarkAllColumns(benchmark::State& state) {
  std::vector<DecodedField> fields;
  for (uint32_t i = 0; i < nexmarkSchema().size(); ++i) {
    fields.push_back({{i}, nexmarkSchema()[i].type});
  }
  makeEvents(state, fields);
}
BENCHMARK(nexmarkAllColumns);

}  // namespace
}  // namespace millrace
