// States that are restored with another schema: columns reordered and widened, parts added and
// dropped, at another parallelism.
#include <gtest/gtest.h>

#include <map>

#include "state/snapshot.h"
#include "state/state_store.h"
#include "types/type_text.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr uint32_t kMaxParallelism = 128;
constexpr int kKeys = 500;

ColumnPtr numbers(const Type& type, const std::vector<int64_t>& values) {
  MutableColumnPtr column = Column::make(type, values.size());
  for (size_t i = 0; i < values.size(); ++i) Value(values[i]).storeInto(*column, i);
  return column;
}

StateSchema narrowTable() {
  StateSchema schema;
  schema.name = "groups";
  schema.key = {Type::integer(), Type::bigint().withNullable(false)};
  schema.keyNames = {"t.a", "t.b"};
  schema.parts = {
      {.name = "rows", .type = "not counted", .bytes = 8},
      {.name = "MIN(t.x)",
       .type = "value 4 bytes, present BIGINT",
       .bytes = 16,
       .result = {Type::integer()}},
      {.name = "COUNT(*)", .type = "count BIGINT", .bytes = 8, .result = {Type::bigint()}}};
  return schema;
}

// The keys the other way round and wider; COUNT(*) is gone and SUM(t.x) new.
StateSchema wideTable() {
  StateSchema schema = narrowTable();
  schema.key = {Type::bigint(), Type::bigint()};
  schema.keyNames = {"t.b", "t.a"};
  schema.parts.pop_back();
  schema.parts[1].type = "value 8 bytes, present BIGINT";
  schema.parts[1].result = {Type::bigint()};
  schema.parts.insert(schema.parts.begin() + 1, {.name = "SUM(t.x)",
                                                 .type = "sum BIGINT, count BIGINT",
                                                 .bytes = 16,
                                                 .result = {Type::bigint()}});
  return schema;
}

std::unique_ptr<RestoredOperator> snapshotOf(StateStore& store) {
  std::vector<std::string> files;
  files.push_back(store.snapshot());
  Result<std::unique_ptr<RestoredOperator>> restored =
      RestoredOperator::fromBytes(std::move(files));
  EXPECT_TRUE(restored.ok());
  return std::move(restored).value();
}

std::unique_ptr<RestoredOperator> narrowSnapshot() {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  KeyedTable* table = store.openTable(narrowTable()).value();
  std::vector<int64_t> a, b;
  for (int i = 0; i < kKeys; ++i) {
    a.push_back(i);
    b.push_back(-i * 1000);
  }
  KeyBatch keys;
  std::vector<ColumnPtr> columns = {numbers(Type::integer(), a),
                                    numbers(Type::bigint().withNullable(false), b)};
  keys.encode(table->encoder(), columns, Rows::dense(kKeys));
  std::vector<std::byte*> values(kKeys);
  table->findOrInsert(keys, values.data(), nullptr);
  for (int i = 0; i < kKeys; ++i) {
    int32_t least = -7 - i;
    uint64_t present = 1;
    std::memcpy(values[i] + 8, &least, sizeof(least));
    std::memcpy(values[i] + 16, &present, sizeof(present));
  }
  return snapshotOf(store);
}

TEST(StateConversion, ReordersAndWidensKeysAndParts) {
  std::unique_ptr<RestoredOperator> snapshot = narrowSnapshot();
  constexpr uint32_t kParallelism = 3;
  size_t found = 0;
  for (uint32_t subtask = 0; subtask < kParallelism; ++subtask) {
    StateStore store({subtask, kParallelism, kMaxParallelism}, snapshot.get());
    Result<KeyedTable*> opened = store.openTable(wideTable());
    ASSERT_TRUE(opened.ok()) << opened.error().describe();
    KeyedTable* table = opened.value();
    found += table->size();
    std::vector<int64_t> a, b;
    for (int i = 0; i < kKeys; ++i) {
      a.push_back(i);
      b.push_back(-i * 1000);
    }
    KeyBatch keys;
    std::vector<ColumnPtr> columns = {numbers(Type::bigint(), b), numbers(Type::bigint(), a)};
    keys.encode(table->encoder(), columns, Rows::dense(kKeys));
    std::vector<std::byte*> values(kKeys);
    table->find(keys, values.data());
    for (int i = 0; i < kKeys; ++i) {
      uint32_t group = keyGroupOf(hash32Of(keys.hashes()[i]), kMaxParallelism);
      bool own = keyGroupRangeOf(subtask, kParallelism, kMaxParallelism).contains(group);
      ASSERT_EQ(values[i] != nullptr, own) << i;
      if (!own) continue;
      int64_t parts[5];
      std::memcpy(parts, values[i], sizeof(parts));
      EXPECT_EQ(parts[1], 0);  // the sum starts empty
      EXPECT_EQ(parts[2], 0);
      EXPECT_EQ(parts[3], -7 - i);
      EXPECT_EQ(parts[4], 1);
    }
  }
  EXPECT_EQ(found, size_t{kKeys});
}

TEST(StateConversion, RefusesOtherKeys) {
  std::unique_ptr<RestoredOperator> snapshot = narrowSnapshot();
  StateStore store({0, 1, kMaxParallelism}, snapshot.get());
  StateSchema schema = wideTable();
  schema.keyNames[0] = "t.c";
  Result<KeyedTable*> opened = store.openTable(schema);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().describe().find("it was kept by (t.a, t.b), now by (t.c, t.a)"),
            std::string::npos)
      << opened.error().describe();
}

TEST(StateConversion, TimersKeepTheirHash) {
  StateSchema schema{.name = "timers", .kind = StateKind::kTimers, .key = {Type::integer()}};
  schema.keyNames = {"$window"};
  StateStore before({0, 1, kMaxParallelism}, nullptr);
  Timers* timers = before.openTimers(schema).value();
  KeyBatch keys;
  std::vector<ColumnPtr> columns = {numbers(Type::integer(), {1, 2, 3})};
  keys.encode(makeKeyEncoder(schema.key), columns, Rows::dense(3));
  for (size_t k = 0; k < 3; ++k) {
    timers->add({static_cast<int64_t>(10 * k), 5, keys.hashes()[0], keys.bytes(k)});
  }
  std::unique_ptr<RestoredOperator> snapshot = snapshotOf(before);
  schema.key = {Type::bigint()};
  StateStore after({0, 1, kMaxParallelism}, snapshot.get());
  Result<Timers*> opened = after.openTimers(schema);
  ASSERT_TRUE(opened.ok()) << opened.error().describe();
  std::vector<int64_t> times;
  Status fired = opened.value()->advance(INT64_MAX, [&](const Timer& timer) -> Status {
    times.push_back(timer.time);
    EXPECT_EQ(timer.space, 5);
    EXPECT_EQ(timer.keyHash, keys.hashes()[0]);
    return {};
  });
  EXPECT_TRUE(fired.ok());
  EXPECT_EQ(times, (std::vector<int64_t>{0, 10, 20}));
}

TEST(TypeText, ReadsWhatToStringWrites) {
  const Type types[] = {
      Type::integer(),
      Type::bigint().withNullable(false),
      Type::intervalYearMonth(),
      Type::intervalDayTime(),
      Type::decimal(12, 3),
      Type::character(3),
      Type::varchar(10),
      Type::string(),
      Type::bytes(),
      Type::binary(4),
      Type::time(3),
      Type::timestamp(3),
      Type::timestampLtz(9),
      Type::array(Type::map(Type::string().withNullable(false), Type::doubling())),
      Type::row({"a", "b `c`"}, {Type::date(), Type::multiset(Type::boolean())}),
  };
  for (const Type& type : types) {
    Result<Type> read = parseTypeText(type.toString());
    ASSERT_TRUE(read.ok()) << type.toString();
    EXPECT_EQ(read.value(), type) << type.toString();
  }
  for (const char* text : {"", "INTEGER", "DECIMAL(3)", "ROW<`a INT>", "ARRAY<INT", "INT NULL"}) {
    EXPECT_FALSE(parseTypeText(text).ok()) << text;
  }
}

}  // namespace

}  // namespace millrace
