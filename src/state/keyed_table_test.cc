// Orders of insertion that crowd the slots of a KeyedTable.
#include "state/keyed_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "env/env.h"

namespace millrace {

namespace {

constexpr size_t kKeys = 200'000;
constexpr size_t kBatchRows = 4'096;

std::shared_ptr<const StateSchema> numbersSchema() {
  auto schema = std::make_shared<StateSchema>();
  schema->name = "numbers";
  schema->key = {Type::bigint().withNullable(false)};
  schema->parts = {{"count", "BIGINT", 8, {}}};
  return schema;
}

// Inserts the keys 0 .. kKeys - 1, in the order of their hashes or not, and returns the time it
// took.
int64_t insertNanos(KeyedTable& table, bool inHashOrder, uint32_t lastGroup) {
  MutableColumnPtr column = Column::make(table.schema().key[0], kKeys);
  std::iota(column->mutableValues<int64_t>(), column->mutableValues<int64_t>() + kKeys, 0);
  KeyBatch all;
  all.encode(table.encoder(), std::vector<ColumnPtr>{column}, Rows::dense(kKeys));
  std::vector<uint32_t> order;
  for (uint32_t k = 0; k < kKeys; ++k) {
    if (keyGroupOf(hash32Of(all.hashes()[k]), 128) <= lastGroup) order.push_back(k);
  }
  if (inHashOrder) {
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return all.hashes()[a] < all.hashes()[b]; });
  }
  int64_t started = realEnv().clock().monotonicNanos();
  KeyBatch keys;
  std::vector<std::byte*> values(kBatchRows);
  for (size_t first = 0; first < order.size(); first += kBatchRows) {
    keys.reset(table.encoder());
    size_t n = std::min(kBatchRows, order.size() - first);
    for (size_t k = first; k < first + n; ++k) {
      keys.append(all.hashes()[order[k]], all.bytes(order[k]));
    }
    table.findOrInsert(keys, values.data(), nullptr);
  }
  int64_t took = realEnv().clock().monotonicNanos() - started;
  EXPECT_EQ(table.size(), order.size());
  return took;
}

// Quadratic probing takes hundreds of times as long.
TEST(KeyedTable, CrowdedSlotsCostLittle) {
  KeyedTable whole(numbersSchema()), sorted(numbersSchema()), part(numbersSchema());
  int64_t usual = insertNanos(whole, false, 127);
  EXPECT_LT(insertNanos(sorted, true, 127), 10 * usual);
  EXPECT_LT(insertNanos(part, false, 15), 10 * usual);
  EXPECT_LT(sorted.byteSize(), 3 * whole.byteSize());
  EXPECT_LT(part.byteSize(), 3 * whole.byteSize());
}

}  // namespace

}  // namespace millrace
