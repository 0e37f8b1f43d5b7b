// Random operations on the state structures against models of std::map, before and after snapshots
// that are restored at other parallelisms.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "state/snapshot.h"
#include "state/state_store.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr uint32_t kMaxParallelism = 128;

using Random = std::mt19937_64;

ColumnPtr columnOf(const Type& type, const std::vector<Value>& values) {
  MutableColumnPtr column = Column::make(type, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].isNull()) {
      column->setNull(i);
    } else {
      values[i].storeInto(*column, i);
    }
  }
  return column;
}

// A key of each encoding, made from a number.
struct KeyShape {
  std::vector<Type> types;
  std::vector<ColumnPtr> columns(const std::vector<int64_t>& numbers) const {
    std::vector<ColumnPtr> columns;
    for (const Type& type : types) {
      std::vector<Value> values;
      for (int64_t number : numbers) {
        if (type.nullable() && number % 7 == 0) {
          // Other key columns still tell the numbers apart.
          values.emplace_back();
        } else if (type.isCharacter()) {
          values.emplace_back("key number " + std::to_string(number));
        } else {
          values.emplace_back(number);
        }
      }
      columns.push_back(columnOf(type, values));
    }
    return columns;
  }
};

const KeyShape kShapes[] = {
    {{Type::bigint().withNullable(false)}},
    {{Type::bigint().withNullable(false), Type::integer()}},
    {{Type::string().withNullable(false), Type::bigint()}},
};

std::vector<int64_t> randomNumbers(Random& random, size_t n, uint64_t distinct) {
  std::vector<int64_t> numbers(n);
  for (int64_t& number : numbers) number = static_cast<int64_t>(random() % distinct);
  return numbers;
}

StateSchema tableSchema(const KeyShape& shape) {
  StateSchema schema;
  schema.name = "groups";
  schema.key = shape.types;
  schema.parts = {{"count", "BIGINT", 8, {}}, {"last", "STRING", 24, {8}}};
  return schema;
}

struct TableValue {
  int64_t count;
  int64_t number;
  StateString text;
};

using Model = std::map<int64_t, std::pair<int64_t, std::string>>;

void applyRandom(KeyedTable& table, const KeyShape& shape, Model& model, Random& random,
                 uint64_t distinct) {
  std::vector<int64_t> numbers = randomNumbers(random, 1 + random() % 300, distinct);
  KeyBatch keys;
  auto columns = shape.columns(numbers);
  keys.encode(table.encoder(), columns, Rows::dense(numbers.size()));
  std::vector<std::byte*> values(numbers.size());
  if (random() % 3 == 0) {
    table.find(keys, values.data());
    std::set<std::byte*> erased;
    for (size_t k = 0; k < numbers.size(); ++k) {
      ASSERT_EQ(values[k] != nullptr, model.count(numbers[k]) + erased.count(values[k]) > 0);
      if (values[k] == nullptr || !erased.insert(values[k]).second) continue;
      table.erase(values[k]);
      model.erase(numbers[k]);
    }
    return;
  }
  std::vector<uint8_t> isNew(numbers.size());
  table.findOrInsert(keys, values.data(), isNew.data());
  for (size_t k = 0; k < numbers.size(); ++k) {
    auto* value = reinterpret_cast<TableValue*>(values[k]);
    ASSERT_EQ(isNew[k] != 0, model.count(numbers[k]) == 0);
    auto& expected = model[numbers[k]];
    ASSERT_EQ(value->count, expected.first);
    ASSERT_EQ(table.strings().view(value->text), expected.second);
    ++expected.first;
    expected.second = std::string(random() % 40, 'x') + std::to_string(numbers[k]);
    ++value->count;
    value->number = numbers[k];
    table.strings().assign(value->text, expected.second);
  }
  ASSERT_EQ(table.size(), model.size());
}

// Moves everything in the table to `found`, erasing as it goes when asked.
void collect(KeyedTable& table, Model& found, bool erase) {
  table.forEach([&](std::byte* const* values, size_t n) {
    for (size_t k = 0; k < n; ++k) {
      auto* value = reinterpret_cast<TableValue*>(values[k]);
      auto inserted = found.emplace(
          value->number,
          std::make_pair(value->count, std::string(table.strings().view(value->text))));
      EXPECT_TRUE(inserted.second);
      if (erase && value->number % 3 != 0) table.erase(values[k]);
    }
  });
}

TEST(KeyedTable, BehavesLikeAMap) {
  for (const KeyShape& shape : kShapes) {
    for (uint64_t distinct : {20, 1000, 30'000}) {
      Random random(distinct);
      KeyedTable table(std::make_shared<StateSchema>(tableSchema(shape)));
      table.setKeyGroups({0, 127}, kMaxParallelism);
      Model model;
      for (int i = 0; i < 150; ++i) {
        ASSERT_NO_FATAL_FAILURE(applyRandom(table, shape, model, random, distinct));
      }
      Model found;
      collect(table, found, true);
      EXPECT_EQ(found, model);
      found.clear();
      collect(table, found, false);
      std::erase_if(model, [](const auto& entry) { return entry.first % 3 != 0; });
      EXPECT_EQ(found, model);
      table.clear();
      EXPECT_EQ(table.size(), 0u);
    }
  }
}

TEST(KeyedTable, DecodesKeys) {
  for (const KeyShape& shape : kShapes) {
    KeyedTable table(std::make_shared<StateSchema>(tableSchema(shape)));
    std::vector<int64_t> numbers = {1, 2, 7, 5};
    auto columns = shape.columns(numbers);
    KeyBatch keys;
    keys.encode(table.encoder(), columns, Rows::dense(4));
    std::vector<std::byte*> values(4);
    table.findOrInsert(keys, values.data(), nullptr);
    auto decoded = table.decodeKeys(values.data(), 4);
    ASSERT_EQ(decoded.size(), columns.size());
    for (size_t c = 0; c < columns.size(); ++c) {
      for (size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(Value::of(*decoded[c], i), Value::of(*columns[c], i));
      }
    }
  }
}

TEST(KeyedTable, WithoutKeyHasOneEntry) {
  KeyedTable table(std::make_shared<StateSchema>(tableSchema({})));
  KeyBatch keys;
  keys.encode(table.encoder(), {}, Rows::dense(3));
  std::vector<std::byte*> values(3);
  table.findOrInsert(keys, values.data(), nullptr);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(values[0], values[2]);
  EXPECT_TRUE(table.decodeKeys(values.data(), 1).empty());
}

// Every state in one store, filled with the keys that belong to its subtask.
struct Job {
  KeyShape shape = kShapes[2];
  std::vector<std::unique_ptr<StateStore>> stores;
  std::unique_ptr<RestoredOperator> restored;

  StateSchema rowsSchema(StateKind kind) const {
    StateSchema schema;
    schema.name = kind == StateKind::kKeyedRows ? "left" : "top";
    schema.key = shape.types;
    schema.row = {Type::bigint(), Type::string()};
    schema.extraBytes = 8;
    return schema;
  }
  StateSchema named(std::string name) const {
    StateSchema schema = tableSchema(shape);
    schema.name = std::move(name);
    return schema;
  }
  void start(uint32_t parallelism) {
    for (uint32_t i = 0; i < parallelism; ++i) {
      stores.push_back(std::make_unique<StateStore>(SubtaskInfo{i, parallelism, kMaxParallelism},
                                                    restored.get()));
    }
  }
  void restartAt(uint32_t parallelism) {
    std::vector<std::string> files;
    for (auto& store : stores) files.push_back(store->snapshot());
    auto opened = RestoredOperator::fromBytes(std::move(files));
    ASSERT_TRUE(opened.ok());
    restored = std::move(opened).value();
    stores.clear();
    start(parallelism);
  }
};

TEST(StateStore, RestoresEveryStructureAtOtherParallelisms) {
  Job job;
  Random random(5);
  job.start(2);
  std::map<int64_t, std::vector<std::string>> rows, sorted;
  std::map<std::pair<int64_t, int64_t>, int64_t> spaces;
  std::multiset<int64_t> timers;
  std::vector<std::string> elements;
  bool filled = false;
  for (uint32_t parallelism : {2, 3, 1, 4}) {
    if (filled) job.restartAt(parallelism);
    std::map<int64_t, std::vector<std::string>> foundRows, foundSorted;
    std::map<std::pair<int64_t, int64_t>, int64_t> foundSpaces;
    std::multiset<int64_t> foundTimers;
    std::vector<std::string> foundElements;
    for (auto& store : job.stores) {
      NamespacedTable& table = *store->openNamespacedTable(job.named("windows")).value();
      KeyedRows& left =
          *store->openRows(job.rowsSchema(StateKind::kKeyedRows), {.indexed = true}).value();
      KeyedSortedRows& top =
          *store->openSortedRows(job.rowsSchema(StateKind::kKeyedSortedRows)).value();
      Timers& timer = *store->openTimers(job.named("timers")).value();
      ListState& list = *store->openList("offsets", Redistribution::kSplit).value();
      ListState& all = *store->openList("files", Redistribution::kUnion).value();
      KeyBatch keys;
      uint32_t index = store->subtask().index;
      if (!filled) {
        for (int64_t number = 0; number < 2000; ++number) {
          keys.encode(table.encoder(), job.shape.columns({number}), Rows::dense(1));
          uint32_t group = keyGroupOf(hash32Of(keys.hashes()[0]), kMaxParallelism);
          if (!store->subtask().keyGroups().contains(group)) continue;
          int64_t space = number % 5;
          std::byte* value = nullptr;
          table.at(space).findOrInsert(keys, &value, nullptr);
          *reinterpret_cast<TableValue*>(value) = {number * 2, number, {}};
          table.at(space).strings().assign(reinterpret_cast<TableValue*>(value)->text,
                                           "a long text of " + std::to_string(number));
          spaces[{space, number}] = number * 2;
          SortedGroup* sortedGroup = nullptr;
          top.findOrInsert(keys, &sortedGroup);
          for (size_t r = 0; r < 1 + random() % 4; ++r) {
            std::string text = "row " + std::to_string(random() % 1000);
            ColumnPtr columns[] = {columnOf(Type::bigint(), {number}),
                                   columnOf(Type::string(), {text})};
            StateRow* row = nullptr;
            left.add(keys, columns, Rows::dense(1), &row);
            *reinterpret_cast<int64_t*>(left.extra(row)) = number + 1;
            rows[number].push_back(text);
            top.insert(sortedGroup, text,
                       {left.rowBytes(row), left.layout().rowSize(left.rowBytes(row))});
            sorted[number].push_back(text);
          }
          timer.add({number % 10, 0, keys.hashes()[0], keys.bytes(0)});
          timers.insert(number % 10);
        }
        for (int i = 0; i < 5; ++i) {
          list.elements().push_back("offset " + std::to_string(index) + std::to_string(i));
          elements.push_back(list.elements().back());
        }
        all.elements().push_back("file " + std::to_string(index));
        continue;
      }
      for (const auto& [space, one] : table.spaces()) {
        one->forEach([&, &space = space, &one = one](std::byte* const* values, size_t n) {
          for (size_t k = 0; k < n; ++k) {
            auto* value = reinterpret_cast<TableValue*>(values[k]);
            foundSpaces[{space, value->number}] = value->count;
            EXPECT_EQ(one->strings().view(value->text),
                      "a long text of " + std::to_string(value->number));
          }
        });
      }
      left.forEachKey([&](StateRow* row) {
        for (; row != nullptr; row = KeyedRows::next(row)) {
          int64_t number = left.layout().value<int64_t>(left.rowBytes(row), 0);
          EXPECT_EQ(*reinterpret_cast<int64_t*>(left.extra(row)), number + 1);
          foundRows[number].emplace_back(left.layout().text(left.rowBytes(row), 1));
        }
      });
      top.forEachGroup([&](SortedGroup* group) {
        for (size_t i = 0; i < KeyedSortedRows::size(group); ++i) {
          StateRow* row = top.at(group, i);
          int64_t number = top.layout().value<int64_t>(top.rowBytes(row), 0);
          foundSorted[number].emplace_back(top.sortKey(row));
        }
      });
      auto range = store->subtask().keyGroups();
      // Timers stay registered for the next restart: they are read from a copy of the state.
      StateStore copy(store->subtask(), job.restored.get());
      Timers& copied = *copy.openTimers(job.named("timers")).value();
      int64_t previous = 0;
      EXPECT_TRUE(copied
                      .advance(100,
                               [&](const Timer& t) -> Status {
                                 EXPECT_TRUE(range.contains(
                                     keyGroupOf(hash32Of(t.keyHash), kMaxParallelism)));
                                 EXPECT_GE(t.time, previous);
                                 previous = t.time;
                                 foundTimers.insert(t.time);
                                 return Status();
                               })
                      .ok());
      for (const std::string& element : list.elements()) foundElements.push_back(element);
      EXPECT_GE(all.elements().size(), 2u);
      EXPECT_EQ(all.elements()[1], "file 1");
      // Every subtask has them all; only one may keep them for the next restart.
      if (index > 0) all.elements().clear();
    }
    if (filled) {
      for (auto& [number, texts] : sorted) std::stable_sort(texts.begin(), texts.end());
      EXPECT_EQ(foundRows, rows);
      EXPECT_EQ(foundSorted, sorted);
      EXPECT_EQ(foundSpaces, spaces);
      EXPECT_EQ(foundTimers, timers);
      EXPECT_EQ(foundElements, elements);
    }
    filled = true;
  }
}

TEST(StateStore, DamageIsAnErrorWithFileAndOffset) {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  KeyedTable& table = *store.openTable(tableSchema(kShapes[0])).value();
  KeyBatch keys;
  std::vector<int64_t> numbers(5000);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
  auto columns = kShapes[0].columns(numbers);
  keys.encode(table.encoder(), columns, Rows::dense(numbers.size()));
  std::vector<std::byte*> values(numbers.size());
  table.findOrInsert(keys, values.data(), nullptr);
  std::string file = store.snapshot();
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = file;
    if (i % 10 == 0) {
      damaged.resize(random() % file.size());
    } else {
      damaged[i < 60 ? static_cast<size_t>(i) : random() % file.size()] ^=
          static_cast<char>(1 << random() % 8);
    }
    auto opened = RestoredOperator::fromBytes({damaged});
    if (!opened.ok()) {
      EXPECT_NE(opened.error().message().find("memory-0"), std::string::npos);
      continue;
    }
    auto restored = std::move(opened).value();
    StateStore other({0, 1, kMaxParallelism}, restored.get());
    auto reopened = other.openTable(tableSchema(kShapes[0]));
    ASSERT_FALSE(reopened.ok()) << i;
    EXPECT_NE(reopened.error().message().find("offset"), std::string::npos);
  }
}

// Counts 0 .. n - 1 under their number as key.
void fillTable(StateStore& store, size_t n) {
  KeyedTable& table = *store.openTable(tableSchema(kShapes[0])).value();
  std::vector<int64_t> numbers(n);
  for (size_t i = 0; i < n; ++i) numbers[i] = static_cast<int64_t>(i);
  auto columns = kShapes[0].columns(numbers);
  KeyBatch keys;
  keys.encode(table.encoder(), columns, Rows::dense(n));
  std::vector<std::byte*> values(n);
  table.findOrInsert(keys, values.data(), nullptr);
}

TEST(StateStore, AFinishedOperatorKeepsItsListsOnly) {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  fillTable(store, 1000);
  store.openList("offsets", Redistribution::kSplit).value()->elements().push_back("7");
  std::string finished = store.snapshotParts(true).toString();
  EXPECT_LT(finished.size(), store.snapshot().size() / 10);
  auto restored = RestoredOperator::fromBytes({finished}).value();
  StateStore other({0, 1, kMaxParallelism}, restored.get());
  EXPECT_EQ(other.openTable(tableSchema(kShapes[0])).value()->size(), 0U);
  auto* offsets = other.openList("offsets", Redistribution::kSplit).value();
  EXPECT_EQ(offsets->elements(), std::vector<std::string>{"7"});
}

TEST(StateStore, LargeSnapshotsHaveManyParts) {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  fillTable(store, 400'000);
  auto* list = store.openList("texts", Redistribution::kSplit).value();
  list->elements() = {"small", std::string(9'000'000, 'x'), std::string(300'000, 'y')};
  SnapshotBytes parts = store.snapshotParts(false);
  EXPECT_GT(parts.parts().size(), 4U);
  EXPECT_EQ(parts.toString().size(), parts.size());
  auto restored = RestoredOperator::fromBytes({parts.toString()}).value();
  StateStore other({0, 1, kMaxParallelism}, restored.get());
  EXPECT_EQ(other.openTable(tableSchema(kShapes[0])).value()->size(), 400'000U);
  EXPECT_EQ(other.openList("texts", Redistribution::kSplit).value()->elements(), list->elements());
}

TEST(StateStore, SizesAreThoseOfWhatIsHeld) {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  fillTable(store, 100'000);
  StateSchema schema;
  schema.name = "rows";
  schema.key = kShapes[2].types;
  schema.row = {Type::string()};
  KeyedRows& rows = *store.openRows(schema, {.indexed = true}).value();
  auto sizeOf = [&](size_t i) { return store.sizes()[i].bytes; };
  EXPECT_EQ(store.sizes()[0].name, "groups");
  EXPECT_EQ(store.sizes()[1].name, "rows");
  // Hash, key and value are 48 bytes; the slots are a third of them to twice as much.
  EXPECT_GT(sizeOf(0), 100'000U * (48 + 12));
  EXPECT_LT(sizeOf(0), 100'000U * (48 + 32));
  EXPECT_LT(sizeOf(1), 1000U);
  std::vector<int64_t> numbers(1000);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
  KeyBatch keys;
  keys.encode(rows.encoder(), kShapes[2].columns(numbers), Rows::dense(numbers.size()));
  ColumnPtr texts = columnOf(Type::string(), std::vector<Value>(1000, std::string(5000, 'x')));
  for (int i = 0; i < 5; ++i) rows.add(keys, {&texts, 1}, Rows::dense(1000));
  EXPECT_GT(sizeOf(1), 5'000U * 5'000);
  EXPECT_LT(sizeOf(1), 5'000U * 5'000 * 3 / 2);
  EXPECT_EQ(store.byteSize(), sizeOf(0) + sizeOf(1));
  rows.clear();
  EXPECT_LT(sizeOf(1), 1000U);
}

TEST(StringHeap, KeepsWhatWasAssignedLast) {
  StringHeap heap;
  std::vector<StateString> strings(3000);
  std::vector<std::string> texts(strings.size());
  Random random(5);
  for (int i = 0; i < 60'000; ++i) {
    size_t at = random() % strings.size();
    uint64_t most = random() % 200 == 0 ? 400'000 : random() % 2 == 0 ? 20 : 9'000;
    texts[at] = std::string(random() % most, static_cast<char>('a' + random() % 26));
    heap.assign(strings[at], texts[at]);
  }
  for (size_t i = 0; i < strings.size(); ++i) ASSERT_EQ(heap.view(strings[i]), texts[i]) << i;
  for (StateString& string : strings) heap.free(string);
  EXPECT_EQ(heap.usedBytes(), 0U);
}

TEST(StateStore, AnotherSchemaIsAnErrorThatNamesBoth) {
  StateStore store({0, 1, kMaxParallelism}, nullptr);
  (void)store.openTable(tableSchema(kShapes[0])).value();
  auto restored = RestoredOperator::fromBytes({store.snapshot()}).value().release();
  std::unique_ptr<RestoredOperator> owner(restored);
  StateStore other({0, 1, kMaxParallelism}, restored);
  auto opened = other.openTable(tableSchema(kShapes[1]));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message().find("INT"), std::string::npos);
  StateStore wider({0, 1, 256}, restored);
  EXPECT_FALSE(wider.openTable(tableSchema(kShapes[0])).ok());
}

TEST(KeyedRows, BehavesLikeAMultisetInOrderOfArrival) {
  StateSchema schema;
  schema.name = "rows";
  schema.key = {Type::bigint()};
  schema.row = {Type::bigint(), Type::string()};
  KeyedRows rows(schema, {.indexed = true});
  std::map<int64_t, std::vector<std::pair<int64_t, std::string>>> model;
  Random random(11);
  KeyBatch keys;
  for (int i = 0; i < 4000; ++i) {
    int64_t key = static_cast<int64_t>(random() % 10);
    int64_t number = static_cast<int64_t>(random() % 5);
    std::string text(random() % 2 * 30, 'y');
    ColumnPtr keyColumn = columnOf(Type::bigint(), {key});
    keys.encode(rows.encoder(), {&keyColumn, 1}, Rows::dense(1));
    ColumnPtr columns[] = {columnOf(Type::bigint(), {number}), columnOf(Type::string(), {text})};
    auto& list = model[key];
    if (random() % 2 == 0) {
      StateRow* row = nullptr;
      rows.findEqual(keys, columns, Rows::dense(1), &row);
      auto found = std::find(list.begin(), list.end(), std::make_pair(number, text));
      ASSERT_EQ(row != nullptr, found != list.end());
      if (row == nullptr) continue;
      rows.erase(row);
      list.erase(found);
    } else if (random() % 200 == 0) {
      StateRow* row = nullptr;
      rows.first(keys, &row);
      if (row) rows.eraseKeyOf(row);
      list.clear();
    } else {
      rows.add(keys, columns, Rows::dense(1));
      list.emplace_back(number, text);
    }
    StateRow* row = nullptr;
    rows.first(keys, &row);
    for (const auto& expected : list) {
      ASSERT_NE(row, nullptr);
      EXPECT_EQ(rows.layout().value<int64_t>(rows.rowBytes(row), 0), expected.first);
      EXPECT_EQ(rows.layout().text(rows.rowBytes(row), 1), expected.second);
      row = KeyedRows::next(row);
    }
    ASSERT_EQ(row, nullptr);
  }
}

TEST(KeyedSortedRows, BehavesLikeASortedList) {
  StateSchema schema;
  schema.name = "top";
  schema.key = {Type::bigint()};
  schema.row = {Type::bigint()};
  for (size_t target : {50, 400, 3000}) {
    KeyedSortedRows rows(schema);
    ColumnPtr keyColumn = columnOf(Type::bigint(), {int64_t{1}});
    KeyBatch keys;
    keys.encode(rows.encoder(), {&keyColumn, 1}, Rows::dense(1));
    SortedGroup* group = nullptr;
    rows.findOrInsert(keys, &group);
    std::vector<std::pair<std::string, std::string>> model;
    Random random(target);
    auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
    for (size_t i = 0; i < target * 6; ++i) {
      if (!model.empty() && random() % (i < target * 3 ? 4 : 2) == 0) {
        size_t rank = random() % model.size();
        auto first = std::find(model.begin(), model.end(), model[rank]);
        rank = static_cast<size_t>(first - model.begin());
        ASSERT_EQ(rows.rankOf(group, model[rank].first, model[rank].second), rank);
        rows.eraseAt(group, rank);
        model.erase(first);
      } else {
        std::string key = std::string(random() % 3 * 5, 'k') + std::to_string(random() % 500);
        std::string row = std::string(8, static_cast<char>('a' + random() % 3));
        auto place = std::upper_bound(model.begin(), model.end(), std::make_pair(key, row), before);
        size_t expected = static_cast<size_t>(place - model.begin());
        ASSERT_EQ(rows.insert(group, key, row), expected);
        model.emplace(place, key, row);
      }
      ASSERT_EQ(KeyedSortedRows::size(group), model.size());
    }
    for (size_t i = 0; i < model.size(); ++i) {
      EXPECT_EQ(rows.sortKey(rows.at(group, i)), model[i].first);
    }
    rows.drop(group);
    EXPECT_EQ(rows.numRows(), 0u);
  }
}

TEST(Timers, FireOnceInOrder) {
  StateSchema schema;
  schema.name = "timers";
  Timers timers(schema);
  std::map<int64_t, std::vector<std::string>> model;
  std::set<std::pair<int64_t, std::string>> known;
  Random random(2);
  int64_t now = 0;
  for (int i = 0; i < 5000; ++i) {
    int64_t time = now + static_cast<int64_t>(random() % 50);
    std::string key = std::to_string(random() % 40);
    Timer timer{time, 0, static_cast<uint64_t>(key.size()), key};
    if (random() % 4 == 0) {
      timers.remove(timer);
      if (known.erase({time, key}) > 0) std::erase(model[time], key);
    } else {
      timers.add(timer);
      if (known.insert({time, key}).second) model[time].push_back(key);
    }
    if (random() % 20 != 0) continue;
    std::vector<std::string> fired, expected;
    now += static_cast<int64_t>(random() % 10);
    EXPECT_TRUE(timers
                    .advance(now,
                             [&](const Timer& t) {
                               fired.emplace_back(t.key);
                               known.erase({t.time, std::string(t.key)});
                               return Status();
                             })
                    .ok());
    while (!model.empty() && model.begin()->first <= now) {
      for (const std::string& text : model.begin()->second) expected.push_back(text);
      model.erase(model.begin());
    }
    EXPECT_EQ(fired, expected);
    EXPECT_EQ(timers.size(), known.size());
  }
}

}  // namespace

}  // namespace millrace
