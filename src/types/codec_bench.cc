// Row and key encoding per batch of 4,096 rows.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "types/column_builder.h"
#include "types/datetime.h"
#include "types/key_codec.h"
#include "types/row_codec.h"

namespace millrace {
namespace {

constexpr size_t kRows = 4096;

ColumnPtr numbers() {
  MutableColumnPtr column = Column::make(Type::bigint().withNullable(false), kRows);
  std::mt19937_64 random(1);
  for (size_t i = 0; i < kRows; ++i) {
    column->mutableValues<int64_t>()[i] = static_cast<int64_t>(random());
  }
  return column;
}

ColumnPtr texts() {
  ColumnBuilder builder(Type::string());
  for (size_t i = 0; i < kRows; ++i) builder.appendString("user number " + std::to_string(i));
  return builder.finish();
}

void hashNumbers(benchmark::State& state) {
  std::vector<ColumnPtr> columns = {numbers()};
  std::vector<uint64_t> hashes(kRows);
  for (auto _ : state) {
    hashKeys(columns, Rows::dense(kRows), hashes.data());
    benchmark::DoNotOptimize(hashes.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(hashNumbers);

void hashTexts(benchmark::State& state) {
  std::vector<ColumnPtr> columns = {texts()};
  std::vector<uint64_t> hashes(kRows);
  for (auto _ : state) {
    hashKeys(columns, Rows::dense(kRows), hashes.data());
    benchmark::DoNotOptimize(hashes.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(hashTexts);

void encodeInlineKeys(benchmark::State& state) {
  std::vector<ColumnPtr> columns = {numbers()};
  KeyEncoder encoder({columns[0]->type()});
  std::vector<uint64_t> keys(kRows);
  for (auto _ : state) {
    encoder.encode8(columns, Rows::dense(kRows), keys.data());
    benchmark::DoNotOptimize(keys.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(encodeInlineKeys);

struct EncodedRows {
  RowLayout layout{{Type::bigint().withNullable(false), Type::string(), Type::bigint()}};
  std::vector<ColumnPtr> columns = {numbers(), texts(), numbers()};
  std::vector<uint32_t> sizes = std::vector<uint32_t>(kRows);
  std::string bytes;
  std::vector<char*> targets = std::vector<char*>(kRows);

  void run() {
    layout.measure(columns, Rows::dense(kRows), sizes.data());
    size_t total = 0;
    for (uint32_t size : sizes) total += size;
    bytes.resize(total);
    char* next = bytes.data();
    for (size_t k = 0; k < kRows; ++k) {
      targets[k] = next;
      next += sizes[k];
    }
    layout.encode(columns, Rows::dense(kRows), targets.data());
  }
};

void encodeRows(benchmark::State& state) {
  EncodedRows rows;
  for (auto _ : state) {
    rows.run();
    benchmark::DoNotOptimize(rows.bytes.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(encodeRows);

void decodeRows(benchmark::State& state) {
  EncodedRows rows;
  rows.run();
  for (auto _ : state) {
    std::vector<MutableColumnPtr> columns;
    rows.layout.decode(rows.targets.data(), kRows, columns);
    benchmark::DoNotOptimize(columns.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(decodeRows);

void parseTimestamps(benchmark::State& state) {
  std::vector<std::string> texts(kRows);
  for (size_t i = 0; i < kRows; ++i) {
    appendTimestamp({static_cast<int64_t>(1'700'000'000'000 + i * 977), 0, 0}, 3, texts[i]);
  }
  int64_t sum = 0;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      sum += parseTimestampMicros(text, TimestampForm::kSql, false).value_or(0);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(parseTimestamps);

}  // namespace
}  // namespace millrace
