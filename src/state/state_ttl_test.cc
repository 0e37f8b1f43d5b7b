// The time to live of states: what expires on access, what cleaning gives back, and what snapshots
// keep of it.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "state/snapshot.h"
#include "state/state_store.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr uint32_t kMaxParallelism = 128;
constexpr int64_t kTtl = 100;
constexpr int64_t kStart = 1'000'000;

using Access = KeyedTable::Access;

ColumnPtr numbers(const std::vector<int64_t>& values) {
  MutableColumnPtr column = Column::make(Type::bigint().withNullable(false), values.size());
  for (size_t i = 0; i < values.size(); ++i) column->mutableValues<int64_t>()[i] = values[i];
  return column;
}

StateSchema schemaOf(StateKind kind, int64_t ttlMillis, bool ofKeys = false) {
  StateSchema schema;
  schema.name = "state";
  schema.kind = kind;
  schema.key = {Type::bigint().withNullable(false)};
  schema.ttlMillis = ttlMillis;
  schema.ttlOfKeys = ofKeys;
  if (kind == StateKind::kKeyedTable) {
    schema.parts = {{"count", "BIGINT", 8, {}}, {"text", "STRING", 16, {0}}};
  } else {
    schema.row = {Type::bigint().withNullable(false)};
    schema.extraBytes = 8;
  }
  return schema;
}

std::vector<int64_t> range(int64_t first, int64_t last) {
  std::vector<int64_t> all(static_cast<size_t>(last - first));
  std::iota(all.begin(), all.end(), first);
  return all;
}

struct Counted {
  int64_t count;
  StateString text;
};
Counted& counted(std::byte* value) { return *reinterpret_cast<Counted*>(value); }

std::unique_ptr<RestoredOperator> snapshotOf(const std::vector<StateStore*>& stores) {
  std::vector<std::string> files;
  for (StateStore* store : stores) files.push_back(store->snapshot());
  return RestoredOperator::fromBytes(std::move(files)).value();
}

// A table of counts by number.
struct Counts {
  explicit Counts(int64_t ttlMillis, const RestoredOperator* restored = nullptr,
                  int64_t now = kStart, SubtaskInfo subtask = {0, 1, kMaxParallelism})
      : store(subtask, restored) {
    store.advanceTime(now);
    table = store.openTable(schemaOf(StateKind::kKeyedTable, ttlMillis)).value();
  }
  // "1n 3 0n": the counts that the keys have now, n = the entry is new. Then each gets one more.
  std::string count(const std::vector<int64_t>& keyNumbers, Access access = Access::kWrite) {
    encode(keyNumbers);
    std::vector<std::byte*> values(keyNumbers.size());
    std::vector<uint8_t> isNew(keyNumbers.size());
    table->findOrInsert(keys, values.data(), isNew.data(), access);
    std::string text;
    for (size_t k = 0; k < values.size(); ++k) {
      text += (k > 0 ? " " : "") + std::to_string(counted(values[k]).count++);
      if (isNew[k] != 0) text += "n";
    }
    return text;
  }
  // The counts of keys that are found, "-" of others.
  std::string find(const std::vector<int64_t>& keyNumbers) {
    encode(keyNumbers);
    std::vector<std::byte*> values(keyNumbers.size());
    table->find(keys, values.data());
    std::string text;
    for (size_t k = 0; k < values.size(); ++k) {
      text += (k > 0 ? " " : "");
      text += values[k] != nullptr ? std::to_string(counted(values[k]).count) : "-";
    }
    return text;
  }
  void encode(const std::vector<int64_t>& keyNumbers) {
    std::vector<ColumnPtr> columns = {numbers(keyNumbers)};
    keys.encode(table->encoder(), columns, Rows::dense(keyNumbers.size()));
  }

  StateStore store;
  KeyedTable* table = nullptr;
  KeyBatch keys;
};

TEST(TableTtl, AnEntryLivesThatLongSinceItWasWritten) {
  Counts counts(kTtl);
  EXPECT_EQ(counts.count({1, 2, 1}), "0n 0n 1");
  counts.store.advanceTime(kStart + 50);
  EXPECT_EQ(counts.count({1}), "2");
  EXPECT_EQ(counts.count({2}, Access::kLookAt), "1");
  counts.store.advanceTime(kStart + kTtl - 1);
  EXPECT_EQ(counts.find({1, 2, 3}), "3 2 -");
  // At this very time it has expired, as in Flink.
  counts.store.advanceTime(kStart + kTtl);
  EXPECT_EQ(counts.find({1, 2, 3}), "3 - -");
  EXPECT_EQ(counts.count({2, 1, 2}), "0n 3 1");
  counts.store.advanceTime(kStart + 50 + kTtl);
  EXPECT_EQ(counts.find({1, 2}), "4 2");
}

TEST(TableTtl, AnExpiredEntryBeginsAnewWithoutItsStrings) {
  Counts counts(kTtl);
  counts.count({7});
  counts.encode({7});
  std::byte* value = nullptr;
  counts.table->find(counts.keys, &value);
  counts.table->strings().assign(counted(value).text, std::string(1000, 's'));
  size_t used = counts.table->strings().usedBytes();
  EXPECT_GE(used, 1000U);
  counts.store.advanceTime(kStart + kTtl);
  // Cleaning may have come first: it looks at this entry as well.
  EXPECT_EQ(counts.count({7}), "0n");
  EXPECT_EQ(counts.table->strings().usedBytes(), 0U);
}

// Cleaning frees some thousand entries at a time: the others are as good as gone.
TEST(TableTtl, AccessesDoNotWaitForCleaning) {
  Counts counts(kTtl);
  std::vector<int64_t> all = range(0, 40'000);
  counts.count(all);
  std::vector<std::byte*> values(all.size());
  counts.encode(all);
  counts.table->find(counts.keys, values.data());
  for (std::byte* value : values) {
    counts.table->strings().assign(counted(value).text, std::string(40, 's'));
  }
  counts.store.advanceTime(kStart + kTtl);
  ASSERT_GT(counts.table->size(), 20'000U);
  size_t used = counts.table->strings().usedBytes();
  EXPECT_EQ(counts.find({0, 39'998, 39'999}), "- - -");
  EXPECT_EQ(counts.count({39'999, 39'999}, Access::kLookAt), "0n 1");
  EXPECT_EQ(counts.count({39'998, 39'999}), "0n 2");
  EXPECT_EQ(counts.table->strings().usedBytes(), used - 2 * 40);
  auto snapshot = snapshotOf({&counts.store});
  Counts restored(kTtl, snapshot.get(), kStart + kTtl);
  EXPECT_EQ(restored.table->size(), 2U);
}

TEST(TableTtl, TimeNeverGoesBack) {
  Counts counts(kTtl);
  counts.count({1});
  counts.store.advanceTime(kStart + kTtl);
  counts.store.advanceTime(kStart);
  EXPECT_EQ(counts.find({1}), "-");
}

// How many times time has to pass until nothing of the expired is left.
template <typename State>
int slicesUntil(StateStore& store, int64_t now, const State& state, size_t bytes) {
  int slices = 0;
  for (; state.byteSize() > bytes && slices < 1000; ++slices) store.advanceTime(++now);
  return slices;
}

TEST(TableTtl, MemoryComesBackWhenAllIsExpired) {
  Counts counts(kTtl);
  for (int64_t first = 0; first < 200'000; first += 4000) {
    std::vector<int64_t> some = range(first, first + 4000);
    counts.count(some);
    std::vector<std::byte*> values(some.size());
    counts.encode(some);
    counts.table->find(counts.keys, values.data());
    for (std::byte* value : values) {
      counts.table->strings().assign(counted(value).text, std::string(40, 's'));
    }
  }
  EXPECT_GT(counts.table->byteSize(), size_t{20} << 20);
  int slices = slicesUntil(counts.store, kStart + kTtl, *counts.table, 0);
  EXPECT_EQ(counts.table->size(), 0U);
  EXPECT_LT(slices, 60);
  EXPECT_EQ(counts.count({1}), "0n");
}

TEST(TableTtl, MemoryComesBackBehindWhatLivesOn) {
  Counts counts(kTtl);
  counts.count(range(0, 1000));
  for (int64_t first = 1000; first < 200'000; first += 4000) {
    counts.count(range(first, first + 4000));
  }
  size_t before = counts.table->byteSize();
  counts.store.advanceTime(kStart + kTtl - 1);
  counts.count(range(0, 1000));
  int slices = slicesUntil(counts.store, kStart + kTtl, *counts.table, before / 50);
  EXPECT_LT(slices, 60);
  EXPECT_EQ(counts.table->size(), 1000U);
  EXPECT_EQ(counts.find({0, 999, 1000}), "2 2 -");
  // Numbers of entries that were given back are used again.
  EXPECT_EQ(counts.count(range(5000, 5003)), "0n 0n 0n");
  EXPECT_EQ(counts.find({0, 5002}), "2 1");
}

TEST(TableTtl, WithoutItNothingIsPaid) {
  Counts forEver(0), limited(kTtl);
  forEver.count(range(0, 4000));
  limited.count(range(0, 4000));
  // A time is eight bytes; they come in pages of 4,096.
  EXPECT_LE(limited.table->byteSize() - forEver.table->byteSize(), size_t{2} * 4096 * 8);
  EXPECT_GE(limited.table->byteSize() - forEver.table->byteSize(), size_t{4000} * 8);
  forEver.store.advanceTime(kStart * 1000);
  EXPECT_EQ(forEver.find({0}), "1");
  EXPECT_EQ(forEver.table->time(), nullptr);
}

TEST(TableTtl, SnapshotsKeepTimesAndLeaveOutWhatHasExpired) {
  Counts counts(kTtl);
  counts.count(range(0, 500));
  counts.store.advanceTime(kStart + 60);
  counts.count(range(250, 750));
  counts.store.advanceTime(kStart + kTtl);
  auto snapshot = snapshotOf({&counts.store});
  SnapshotReader reader(*snapshot, "state");
  EXPECT_EQ(reader.totalEntries({0, kMaxParallelism - 1}), 500U);
  for (uint32_t parallelism : {1, 3}) {
    size_t found = 0;
    for (uint32_t i = 0; i < parallelism; ++i) {
      Counts restored(kTtl, snapshot.get(), kStart + 60 + kTtl - 1,
                      {i, parallelism, kMaxParallelism});
      found += restored.table->size();
      if (parallelism == 1) {
        EXPECT_EQ(restored.find({249, 250, 500, 749}), "- 2 1 1");
      }
      restored.store.advanceTime(kStart + 60 + kTtl);
      EXPECT_EQ(restored.find({249, 250, 500, 749}), "- - - -");
    }
    EXPECT_EQ(found, 500U);
  }
}

TEST(TableTtl, CanBeSwitchedOnAndOffAndChanged) {
  Counts forEver(0);
  forEver.count({1, 2});
  auto without = snapshotOf({&forEver.store});
  // What has no time counts as written at the restore.
  Counts on(kTtl, without.get(), kStart + 5000);
  EXPECT_EQ(on.find({1, 2}), "1 1");
  int64_t written = kStart + 5000 + kTtl - 1;
  on.store.advanceTime(written);
  EXPECT_EQ(on.count({1}), "1");
  on.store.advanceTime(kStart + 5000 + kTtl);
  EXPECT_EQ(on.find({1, 2}), "2 -");

  auto with = snapshotOf({&on.store});
  Counts off(0, with.get(), kStart * 2);
  EXPECT_EQ(off.find({1, 2}), "2 -");
  // Another time to live begins with the write, not with the restore.
  Counts longer(kTtl * 9, with.get(), written + kTtl * 9 - 1);
  EXPECT_EQ(longer.find({1}), "2");
  longer.store.advanceTime(written + kTtl * 9);
  EXPECT_EQ(longer.find({1}), "-");
  Counts shorter(5, with.get(), written + 4);
  EXPECT_EQ(shorter.find({1}), "2");
  shorter.store.advanceTime(written + 5);
  EXPECT_EQ(shorter.find({1}), "-");
}

TEST(TableTtl, TimesSurviveAChangeOfTheSchema) {
  Counts counts(kTtl);
  counts.count({1});
  counts.store.advanceTime(kStart + 60);
  counts.count({2});
  auto snapshot = snapshotOf({&counts.store});
  StateStore store({0, 1, kMaxParallelism}, snapshot.get());
  store.advanceTime(kStart + kTtl + 500);
  StateSchema wide = schemaOf(StateKind::kKeyedTable, kTtl + 500);
  wide.key = {Type::bigint()};
  wide.parts.insert(wide.parts.begin(),
                    {.name = "SUM(x)", .type = "sum", .bytes = 8, .result = {Type::bigint()}});
  KeyedTable* table = store.openTable(wide).value();
  ASSERT_EQ(table->size(), 2U);
  KeyBatch keys;
  MutableColumnPtr column = Column::make(Type::bigint(), 2);
  column->mutableValues<int64_t>()[0] = 1;
  column->mutableValues<int64_t>()[1] = 2;
  std::vector<ColumnPtr> columns = {column};
  keys.encode(table->encoder(), columns, Rows::dense(2));
  std::byte* values[2];
  table->find(keys, values);
  EXPECT_EQ(values[0], nullptr);
  ASSERT_NE(values[1], nullptr);
  EXPECT_EQ(table->writtenMillis(values[1]), kStart + 60);
}

// Rows of one number by number.
struct Lists {
  Lists(KeyedRows::Options options, StateSchema schema, const RestoredOperator* restored = nullptr,
        int64_t now = kStart, SubtaskInfo subtask = {0, 1, kMaxParallelism})
      : store(subtask, restored) {
    store.advanceTime(now);
    rows = store.openRows(std::move(schema), options).value();
  }
  StateRow* add(int64_t key, int64_t row) {
    encode({key});
    ColumnPtr column = numbers({row});
    StateRow* added = nullptr;
    rows->add(keys, {&column, 1}, Rows::dense(1), &added);
    return added;
  }
  StateRow* findEqual(int64_t key, int64_t row) {
    encode({key});
    ColumnPtr column = numbers({row});
    StateRow* found = nullptr;
    rows->findEqual(keys, {&column, 1}, Rows::dense(1), &found);
    return found;
  }
  // "1 2 | | 3": the rows of each key.
  std::string of(const std::vector<int64_t>& keyNumbers) {
    encode(keyNumbers);
    std::vector<StateRow*> first(keyNumbers.size());
    rows->first(keys, first.data());
    std::string text;
    for (size_t k = 0; k < first.size(); ++k) {
      if (k > 0) text += "|";
      for (StateRow* row = first[k]; row != nullptr; row = KeyedRows::next(row)) {
        text += std::to_string(rows->layout().value<int64_t>(rows->rowBytes(row), 0)) + " ";
      }
    }
    return text;
  }
  void encode(const std::vector<int64_t>& keyNumbers) {
    std::vector<ColumnPtr> columns = {numbers(keyNumbers)};
    keys.encode(rows->encoder(), columns, Rows::dense(keyNumbers.size()));
  }

  StateStore store;
  KeyedRows* rows = nullptr;
  KeyBatch keys;
};

TEST(RowsTtl, EveryRowLivesByItself) {
  for (bool appendOnly : {false, true}) {
    Lists lists({.indexed = !appendOnly, .appendOnly = appendOnly},
                schemaOf(StateKind::kKeyedRows, kTtl));
    lists.add(1, 10);
    lists.add(2, 20);
    lists.store.advanceTime(kStart + 50);
    lists.add(1, 11);
    lists.add(1, 12);
    lists.store.advanceTime(kStart + kTtl);
    EXPECT_EQ(lists.of({1, 2, 1, 3}), "11 12 ||11 12 |");
    lists.add(2, 21);
    EXPECT_EQ(lists.of({2}), "21 ");
    lists.store.advanceTime(kStart + 50 + kTtl);
    EXPECT_EQ(lists.of({1, 2}), "|21 ");
    EXPECT_EQ(lists.rows->numRows(), 1U);
    lists.add(1, 13);
    EXPECT_EQ(lists.of({1}), "13 ");
  }
}

TEST(RowsTtl, AnExpiredRowIsNotFoundByValue) {
  Lists lists({.indexed = true}, schemaOf(StateKind::kKeyedRows, kTtl));
  lists.add(1, 10);
  lists.store.advanceTime(kStart + 50);
  lists.add(1, 10);
  lists.store.advanceTime(kStart + kTtl);
  StateRow* found = lists.findEqual(1, 10);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(lists.rows->writtenMillis(found), kStart + 50);
  lists.rows->erase(found);
  EXPECT_EQ(lists.findEqual(1, 10), nullptr);
  EXPECT_EQ(lists.of({1}), "");
}

TEST(RowsTtl, ATouchedRowLivesLongerThanThoseBehindIt) {
  Lists lists({}, schemaOf(StateKind::kKeyedRows, kTtl));
  StateRow* first = lists.add(1, 10);
  lists.add(1, 11);
  lists.store.advanceTime(kStart + 50);
  lists.rows->touch(first);
  lists.add(1, 12);
  lists.store.advanceTime(kStart + kTtl);
  EXPECT_EQ(lists.of({1}), "10 12 ");
  lists.store.advanceTime(kStart + 50 + kTtl);
  EXPECT_EQ(lists.of({1}), "");
}

TEST(RowsTtl, RowsMayLiveAsLongAsTheirKey) {
  Lists lists({.indexed = true}, schemaOf(StateKind::kKeyedRows, kTtl, true));
  lists.add(1, 10);
  lists.add(2, 20);
  lists.add(3, 30);
  lists.store.advanceTime(kStart + 50);
  lists.add(1, 11);
  lists.encode({3, 4});
  lists.rows->touchKeys(lists.keys);
  lists.store.advanceTime(kStart + kTtl);
  EXPECT_EQ(lists.of({1, 2, 3, 4}), "10 11 ||30 |");
  lists.store.advanceTime(kStart + 50 + kTtl);
  EXPECT_EQ(lists.of({1, 3}), "|");
}

TEST(RowsTtl, MemoryComesBack) {
  for (bool ofKeys : {false, true}) {
    Lists lists({.indexed = true}, schemaOf(StateKind::kKeyedRows, kTtl, ofKeys));
    for (int64_t row = 0; row < 50'000; ++row) lists.add(row % 10'000, row);
    EXPECT_GT(lists.rows->byteSize(), size_t{4} << 20);
    EXPECT_LT(slicesUntil(lists.store, kStart + kTtl, *lists.rows, 0), 20);
    EXPECT_EQ(lists.rows->numRows(), 0U);
    lists.add(1, 1);
    EXPECT_EQ(lists.of({1, 2}), "1 |");
  }
}

TEST(RowsTtl, SnapshotsKeepTimes) {
  for (bool ofKeys : {false, true}) {
    StateSchema schema = schemaOf(StateKind::kKeyedRows, kTtl, ofKeys);
    Lists lists({}, schema);
    for (int64_t key = 0; key < 200; ++key) lists.add(key, key);
    lists.store.advanceTime(kStart + 60);
    for (int64_t key = 100; key < 200; ++key) lists.add(key, key + 1000);
    lists.store.advanceTime(kStart + kTtl);
    auto snapshot = snapshotOf({&lists.store});
    size_t found = 0;
    for (uint32_t i = 0; i < 3; ++i) {
      Lists restored({}, schema, snapshot.get(), kStart + kTtl, {i, 3, kMaxParallelism});
      found += restored.rows->numRows();
      restored.store.advanceTime(kStart + 60 + kTtl - 1);
      found += restored.of({150}) == (ofKeys ? "150 1150 " : "1150 ") ? 1000 : 0;
      restored.store.advanceTime(kStart + 60 + kTtl);
      EXPECT_EQ(restored.of({50, 150}), "|");
    }
    EXPECT_EQ(found, 1000U + (ofKeys ? 200U : 100U));
    // Without a time to live from now on.
    schema.ttlMillis = 0;
    Lists off({}, schema, snapshot.get(), kStart * 2);
    EXPECT_EQ(off.rows->numRows(), ofKeys ? 200U : 100U);
    auto without = snapshotOf({&off.store});
    schema.ttlMillis = kTtl;
    Lists on({}, schema, without.get(), kStart * 3);
    EXPECT_EQ(on.rows->numRows(), ofKeys ? 200U : 100U);
    on.store.advanceTime(kStart * 3 + kTtl);
    EXPECT_EQ(on.of({150}), "");
  }
}

TEST(RowsTtl, TimesSurviveAChangeOfTheSchema) {
  StateSchema schema = schemaOf(StateKind::kKeyedRows, kTtl);
  Lists lists({}, schema);
  lists.add(1, 10);
  lists.store.advanceTime(kStart + 60);
  lists.add(1, 11);
  auto snapshot = snapshotOf({&lists.store});
  schema.key = {Type::bigint()};
  schema.ttlMillis = kTtl + 500;
  Lists wide({}, schema, snapshot.get(), kStart + kTtl + 500);
  EXPECT_EQ(wide.rows->numRows(), 2U);
  MutableColumnPtr column = Column::make(Type::bigint(), 1);
  column->mutableValues<int64_t>()[0] = 1;
  std::vector<ColumnPtr> columns = {column};
  wide.keys.encode(wide.rows->encoder(), columns, Rows::dense(1));
  StateRow* first = nullptr;
  wide.rows->first(wide.keys, &first);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(wide.rows->layout().value<int64_t>(wide.rows->rowBytes(first), 0), 11);
  EXPECT_EQ(KeyedRows::next(first), nullptr);
}

// Rows of one number in order, by number.
struct Tops {
  Tops(StateSchema schema, const RestoredOperator* restored = nullptr, int64_t now = kStart)
      : store({0, 1, kMaxParallelism}, restored) {
    store.advanceTime(now);
    rows = store.openSortedRows(std::move(schema)).value();
  }
  void insert(int64_t key, int64_t row) {
    SortedGroup* group = nullptr;
    encode(key);
    rows->findOrInsert(keys, &group);
    uint64_t sortKey = __builtin_bswap64(static_cast<uint64_t>(row));
    rows->insert(group, {reinterpret_cast<const char*>(&sortKey), sizeof(sortKey)},
                 {reinterpret_cast<const char*>(&row), sizeof(row)});
  }
  std::string of(int64_t key) {
    SortedGroup* group = nullptr;
    encode(key);
    rows->find(keys, &group);
    std::string text;
    size_t size = group != nullptr ? KeyedSortedRows::size(group) : 0;
    for (size_t rank = 0; rank < size; ++rank) {
      int64_t row;
      std::memcpy(&row, rows->rowBytes(rows->at(group, rank)), sizeof(row));
      text += std::to_string(row) + " ";
    }
    return text;
  }
  void encode(int64_t key) {
    std::vector<ColumnPtr> columns = {numbers({key})};
    keys.encode(rows->encoder(), columns, Rows::dense(1));
  }

  StateStore store;
  KeyedSortedRows* rows = nullptr;
  KeyBatch keys;
};

TEST(SortedRowsTtl, RowsLiveByThemselvesOrWithTheirKey) {
  for (bool ofKeys : {false, true}) {
    Tops tops(schemaOf(StateKind::kKeyedSortedRows, kTtl, ofKeys));
    tops.insert(1, 5);
    tops.insert(2, 7);
    tops.store.advanceTime(kStart + 50);
    tops.insert(1, 3);
    tops.insert(1, 9);
    tops.store.advanceTime(kStart + kTtl);
    EXPECT_EQ(tops.of(1), ofKeys ? "3 5 9 " : "3 9 ");
    EXPECT_EQ(tops.of(2), "");
    tops.insert(1, 4);
    EXPECT_EQ(tops.of(1), ofKeys ? "3 4 5 9 " : "3 4 9 ");
    tops.store.advanceTime(kStart + 50 + kTtl);
    EXPECT_EQ(tops.of(1), ofKeys ? "3 4 5 9 " : "4 ");
    tops.store.advanceTime(kStart + 2 * kTtl);
    EXPECT_EQ(tops.of(1), "");
  }
}

TEST(SortedRowsTtl, LargeGroupsLoseTheirExpiredRows) {
  Tops tops(schemaOf(StateKind::kKeyedSortedRows, kTtl));
  std::string expected;
  for (int64_t row = 0; row < 1000; row += 2) tops.insert(1, row);
  tops.store.advanceTime(kStart + 50);
  for (int64_t row = 1; row < 1000; row += 2) {
    tops.insert(1, row);
    expected += std::to_string(row) + " ";
  }
  tops.store.advanceTime(kStart + kTtl);
  EXPECT_EQ(tops.of(1), expected);
  // Ranks and insertions work on what is left.
  tops.insert(1, 500);
  EXPECT_EQ(tops.rows->numRows(), 501U);
  EXPECT_NE(tops.of(1).find(" 499 500 501 "), std::string::npos);
  tops.store.advanceTime(kStart + 50 + kTtl);
  EXPECT_EQ(tops.of(1), "500 ");
}

TEST(SortedRowsTtl, VeryLargeGroupsAreLookedThroughNowAndThen) {
  Tops tops(schemaOf(StateKind::kKeyedSortedRows, 1600));
  for (int64_t row = 0; row < 3000; ++row) {
    tops.store.advanceTime(kStart + row / 2);
    tops.insert(1, row);
  }
  // A sixteenth of the time to live may pass until a row is missed, not more.
  tops.store.advanceTime(kStart + 1600 + 100);
  tops.insert(1, 5000);
  EXPECT_LE(tops.rows->numRows(), 3000U - 2U);
  tops.store.advanceTime(kStart + 1600 + 800);
  tops.insert(1, 5001);
  EXPECT_LE(tops.rows->numRows(), 3002U - 1400U);
  EXPECT_GE(tops.rows->numRows(), 3002U - 1602U);
}

TEST(SortedRowsTtl, MemoryComesBack) {
  for (bool ofKeys : {false, true}) {
    Tops tops(schemaOf(StateKind::kKeyedSortedRows, kTtl, ofKeys));
    for (int64_t row = 0; row < 50'000; ++row) tops.insert(row % 1000, row);
    for (int64_t row = 0; row < 5'000; ++row) tops.insert(5000, row);
    EXPECT_LT(slicesUntil(tops.store, kStart + kTtl, *tops.rows, 0), 20);
    EXPECT_EQ(tops.rows->numRows(), 0U);
    tops.insert(1, 1);
    EXPECT_EQ(tops.of(1), "1 ");
  }
}

TEST(SortedRowsTtl, SnapshotsKeepTimes) {
  for (bool ofKeys : {false, true}) {
    StateSchema schema = schemaOf(StateKind::kKeyedSortedRows, kTtl, ofKeys);
    Tops tops(schema);
    tops.insert(1, 1);
    tops.insert(2, 2);
    tops.store.advanceTime(kStart + 60);
    tops.insert(2, 1);
    auto snapshot = snapshotOf({&tops.store});
    Tops restored(schema, snapshot.get(), kStart + kTtl);
    EXPECT_EQ(restored.of(1), "");
    EXPECT_EQ(restored.of(2), ofKeys ? "1 2 " : "1 ");
    restored.store.advanceTime(kStart + 60 + kTtl);
    EXPECT_EQ(restored.of(2), "");
    schema.ttlMillis = 0;
    Tops off(schema, snapshot.get(), kStart * 2);
    EXPECT_EQ(off.of(2), "1 2 ");
    auto without = snapshotOf({&off.store});
    schema.ttlMillis = kTtl;
    Tops on(schema, without.get(), kStart * 3);
    EXPECT_EQ(on.of(1), "1 ");
    on.store.advanceTime(kStart * 3 + kTtl);
    EXPECT_EQ(on.of(1), "");
  }
}

// Entries that expire while a snapshot of them is being written are in it.
TEST(TableTtl, WhatExpiresBehindTheMarkIsSaved) {
  Counts counts(kTtl);
  for (int64_t first = 0; first < 20'000; first += 1000) counts.count(range(first, first + 1000));
  counts.store.beginSnapshot(false);
  std::string file;
  int64_t now = kStart + kTtl;
  for (bool done = false; !done;) {
    counts.store.advanceTime(now++);
    counts.count({1, 2, 3});
    done = counts.store.continueSnapshot(1000);
    file += counts.store.takeSnapshotBytes().toString();
  }
  EXPECT_LT(counts.table->size(), 20'000U);
  auto snapshot = RestoredOperator::fromBytes({file}).value();
  Counts restored(kTtl, snapshot.get(), kStart + kTtl - 1);
  EXPECT_EQ(restored.table->size(), 20'000U);
  EXPECT_EQ(restored.find({1, 19'999}), "1 1");
}

}  // namespace

}  // namespace millrace
