// Micro benchmarks of the state structures: counts by key in batches of 1,024 rows.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "state/key_batch.h"
#include "state/keyed_table.h"
#include "state/state_store.h"
#include "state/state_time.h"

namespace millrace {

namespace {

constexpr size_t kBatchRows = 1024;

std::shared_ptr<const StateSchema> countSchema(std::vector<Type> key) {
  auto schema = std::make_shared<StateSchema>();
  schema->name = "groups";
  schema->key = std::move(key);
  schema->parts = {{"COUNT(*)", "count BIGINT", 8, {}}};
  return schema;
}

std::vector<ColumnPtr> integerColumns(uint64_t numKeys, bool hot) {
  std::mt19937_64 random(7);
  std::vector<ColumnPtr> columns;
  // Enough rows that a pass over them touches most keys.
  size_t batches = std::clamp<size_t>(numKeys * 2 / kBatchRows, 256, 20'000);
  for (size_t b = 0; b < batches; ++b) {
    MutableColumnPtr column = Column::make(Type::bigint().withNullable(false), kBatchRows);
    for (size_t i = 0; i < kBatchRows; ++i) {
      uint64_t key = hot && random() % 2 == 0 ? 1 : random() % numKeys;
      column->mutableValues<int64_t>()[i] = static_cast<int64_t>(key * 1000 + 3);
    }
    columns.push_back(column);
  }
  return columns;
}

void countBatch(KeyedTable& table, KeyBatch& keys, const ColumnPtr& column,
                std::vector<std::byte*>& values) {
  keys.encode(table.encoder(), {&column, 1}, Rows::dense(kBatchRows));
  table.findOrInsert(keys, values.data(), nullptr);
  for (std::byte* value : values) ++*reinterpret_cast<int64_t*>(value);
}

void countKeys(benchmark::State& state, const std::vector<ColumnPtr>& columns,
               int64_t ttlMillis = 0) {
  auto schema = std::make_shared<StateSchema>(*countSchema({columns[0]->type()}));
  schema->ttlMillis = ttlMillis;
  StateTime time;
  KeyedTable table(schema, &time);
  KeyBatch keys;
  std::vector<std::byte*> values(kBatchRows);
  for (const ColumnPtr& column : columns) countBatch(table, keys, column, values);
  size_t b = 0;
  for (auto _ : state) {
    if (ttlMillis != 0) {
      time.advance(time.nowMillis() + 1);
      table.removeExpired();
    }
    countBatch(table, keys, columns[b], values);
    b = (b + 1) % columns.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatchRows));
}

void countIntegers(benchmark::State& state) {
  countKeys(state, integerColumns(static_cast<uint64_t>(state.range(0)), false));
}
BENCHMARK(countIntegers)->Arg(1000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000);

// A batch a millisecond, and a time to live in which most keys come again.
void countIntegersWithTtl(benchmark::State& state) {
  int64_t batchesPerPass = state.range(0) / static_cast<int64_t>(kBatchRows) + 1;
  countKeys(state, integerColumns(static_cast<uint64_t>(state.range(0)), false),
            4 * batchesPerPass);
}
BENCHMARK(countIntegersWithTtl)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

// Half of all rows have one key, as half of Nexmark's bids name one auction.
void countHotIntegers(benchmark::State& state) {
  countKeys(state, integerColumns(static_cast<uint64_t>(state.range(0)), true));
}
BENCHMARK(countHotIntegers)->Arg(1000)->Arg(1'000'000);

void countStrings(benchmark::State& state) {
  std::vector<ColumnPtr> numbers = integerColumns(static_cast<uint64_t>(state.range(0)), false);
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& number : numbers) {
    MutableColumnPtr column = Column::make(Type::string().withNullable(false), kBatchRows);
    for (size_t i = 0; i < kBatchRows; ++i) {
      column->setString(i, "channel-number-" + std::to_string(number->values<int64_t>()[i]));
    }
    columns.push_back(column);
  }
  countKeys(state, columns);
}
BENCHMARK(countStrings)->Arg(1000)->Arg(100'000);

// Bytes of a snapshot per second: integer keys with a count.
void snapshotTable(benchmark::State& state) {
  StateStore store({0, 1, 128}, nullptr);
  KeyedTable& table = *store.openTable(*countSchema({Type::bigint().withNullable(false)})).value();
  KeyBatch keys;
  std::vector<std::byte*> values(kBatchRows);
  for (const ColumnPtr& column : integerColumns(static_cast<uint64_t>(state.range(0)), false)) {
    countBatch(table, keys, column, values);
  }
  size_t bytes = 0;
  for (auto _ : state) bytes += store.snapshotParts(false).size();
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(snapshotTable)->Arg(100'000)->Arg(1'000'000);

}  // namespace

}  // namespace millrace
