// Snapshots in slices: whatever happens to the states between the slices, the snapshot has them as
// they were at the mark. Every operation is done on a second store as well, of which no snapshot is
// taken: it tells what is expected. With a time to live entries expire all the while.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
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
  for (size_t i = 0; i < values.size(); ++i) values[i].storeInto(*column, i);
  return column;
}

// How entries expire in a test: after so many milliseconds, 0 = never; rows by themselves or with
// their keys.
struct Lifetime {
  int64_t ttlMillis = 0;
  bool ofKeys = false;
};

// Every kind of state.
struct States {
  // wide: keys are encoded as rows, not as numbers.
  States(SubtaskInfo subtask, const RestoredOperator* restored, bool wide, Lifetime life = {},
         int64_t startMillis = 1)
      : store(subtask, restored), isWide(wide), lifetime(life), clock(startMillis) {
    store.advanceTime(clock);
    Type text = Type::string().withNullable(false);
    Type number = Type::bigint().withNullable(false);
    key = wide ? std::vector<Type>{text, number} : std::vector<Type>{number};
    StateSchema values;
    values.key = key;
    values.parts = {{"count", "BIGINT", 8, {}}, {"last", "STRING", 24, {8}}};
    values.ttlMillis = lifetime.ttlMillis;
    table = store.openTable(named(values, "table")).value();
    values.ttlMillis = 0;
    windows = store.openNamespacedTable(named(values, "windows")).value();
    StateSchema distinct = named(values, "distinct");
    distinct.key = {number, number};
    distinct.groupColumns = 1;
    distinct.parts = {{"count", "BIGINT", 8, {}}};
    distinct.ttlMillis = lifetime.ttlMillis;
    pairs = store.openTable(std::move(distinct)).value();
    StateSchema lists;
    lists.key = key;
    lists.row = {Type::bigint(), Type::string()};
    lists.extraBytes = 8;
    lists.ttlMillis = lifetime.ttlMillis;
    lists.ttlOfKeys = lifetime.ofKeys;
    rows = store.openRows(named(lists, "rows"), {.indexed = true}).value();
    grown = store.openRows(named(lists, "grown"), {.appendOnly = true}).value();
    sorted = store.openSortedRows(named(lists, "sorted")).value();
    timers = store.openTimers(named(values, "timers")).value();
    list = store.openList("list", Redistribution::kSplit).value();
  }

  static StateSchema named(StateSchema schema, const std::string& name) {
    schema.name = name;
    if (name == "timers") schema.parts.clear();
    return schema;
  }

  void encode(const KeyEncoder& encoder, const std::vector<int64_t>& numbers) {
    std::vector<Value> texts, values;
    for (int64_t n : numbers) {
      texts.emplace_back("the key of number " + std::to_string(n));
      values.emplace_back(n);
    }
    std::vector<ColumnPtr> columns;
    if (isWide) columns.push_back(columnOf(key[0], texts));
    columns.push_back(columnOf(key.back(), values));
    keys.encode(encoder, columns, Rows::dense(numbers.size()));
  }

  // Something happens that long afterwards.
  void pass(int64_t millis) { store.advanceTime(clock += millis); }

  StateStore store;
  bool isWide;
  Lifetime lifetime;
  int64_t clock;
  std::vector<Type> key;
  KeyedTable* table = nullptr;
  NamespacedTable* windows = nullptr;
  KeyedTable* pairs = nullptr;
  KeyedRows* rows = nullptr;
  KeyedRows* grown = nullptr;
  KeyedSortedRows* sorted = nullptr;
  Timers* timers = nullptr;
  ListState* list = nullptr;
  KeyBatch keys;
  int64_t now = 0;
};

struct TableValue {
  int64_t count;
  int64_t number;
  StateString text;
};

std::vector<int64_t> someNumbers(Random& random, size_t most, uint64_t distinct) {
  std::vector<int64_t> numbers(1 + random() % most);
  for (int64_t& number : numbers) number = static_cast<int64_t>(random() % distinct);
  return numbers;
}

void changeTable(States& states, KeyedTable& table, Random& random, uint64_t distinct) {
  std::vector<int64_t> numbers = someNumbers(random, 200, distinct);
  states.encode(table.encoder(), numbers);
  std::vector<std::byte*> values(numbers.size());
  uint64_t what = random() % 40;
  if (what == 0) {
    table.clear();
  } else if (what == 1) {
    table.forEach([&](std::byte* const* found, size_t n) {
      for (size_t k = 0; k < n; ++k) {
        auto* value = reinterpret_cast<TableValue*>(found[k]);
        ++value->count;
        if (value->number % 5 == 0) table.erase(found[k]);
      }
    });
  } else if (what < 12) {
    table.find(states.keys, values.data());
    std::set<std::byte*> erased = {nullptr};
    for (std::byte* value : values) {
      if (erased.insert(value).second) table.erase(value);
    }
  } else {
    table.findOrInsert(states.keys, values.data(), nullptr);
    for (size_t k = 0; k < numbers.size(); ++k) {
      auto* value = reinterpret_cast<TableValue*>(values[k]);
      ++value->count;
      value->number = numbers[k];
      table.strings().assign(value->text, std::string(random() % 40, 'x'));
    }
  }
}

void changePairs(States& states, Random& random, uint64_t distinct) {
  std::vector<int64_t> numbers = someNumbers(random, 200, distinct);
  std::vector<Value> groups, values;
  for (int64_t n : numbers) {
    groups.emplace_back(n % 50);
    values.emplace_back(n);
  }
  Type number = Type::bigint().withNullable(false);
  states.keys.encode(states.pairs->encoder(),
                     std::vector<ColumnPtr>{columnOf(number, groups), columnOf(number, values)},
                     Rows::dense(numbers.size()));
  std::vector<std::byte*> found(numbers.size());
  states.pairs->findOrInsert(states.keys, found.data(), nullptr);
  std::set<std::byte*> erased;
  for (std::byte* value : found) {
    if (erased.contains(value)) continue;
    if (random() % 4 == 0) {
      states.pairs->erase(value);
      erased.insert(value);
    } else {
      ++*reinterpret_cast<int64_t*>(value);
    }
  }
}

void changeWindows(States& states, Random& random, uint64_t distinct) {
  int64_t space = static_cast<int64_t>(random() % 4);
  if (random() % 20 == 0) {
    states.windows->drop(space);
  } else {
    changeTable(states, states.windows->at(space), random, distinct);
  }
}

void addRows(States& states, KeyedRows& rows, const std::vector<int64_t>& numbers, Random& random) {
  std::vector<Value> values, texts;
  for (size_t k = 0; k < numbers.size(); ++k) {
    values.emplace_back(static_cast<int64_t>(random() % 5));
    texts.emplace_back(std::string(random() % 2 * 30, 'y'));
  }
  ColumnPtr columns[] = {columnOf(Type::bigint(), values), columnOf(Type::string(), texts)};
  std::vector<StateRow*> refs(numbers.size());
  rows.add(states.keys, columns, Rows::dense(numbers.size()), refs.data());
  for (StateRow* row : refs) *reinterpret_cast<uint64_t*>(rows.extra(row)) = random();
}

void changeRows(States& states, Random& random, uint64_t distinct) {
  std::vector<int64_t> numbers = someNumbers(random, 20, distinct);
  KeyedRows& rows = *states.rows;
  states.encode(rows.encoder(), numbers);
  std::vector<StateRow*> found(numbers.size());
  uint64_t what = random() % 60;
  if (what == 0) {
    rows.clear();
  } else if (what == 1) {
    rows.forEachKey([&](StateRow* row) {
      if (KeyedRows::keyCount(row) > 2) rows.eraseKeyOf(row);
    });
  } else if (what < 20) {
    rows.first(states.keys, found.data());
    for (StateRow* row : found) {
      for (; row != nullptr; row = KeyedRows::next(row)) {
        ++*reinterpret_cast<int64_t*>(rows.extra(row));
        if (random() % 2 == 0) rows.touch(row);
      }
    }
  } else if (what < 30) {
    ColumnPtr columns[] = {columnOf(Type::bigint(), {int64_t{1}}), columnOf(Type::string(), {""})};
    states.encode(rows.encoder(), {numbers[0]});
    rows.findEqual(states.keys, columns, Rows::dense(1), found.data());
    if (found[0] != nullptr) rows.erase(found[0]);
  } else {
    addRows(states, rows, numbers, random);
    states.encode(states.grown->encoder(), numbers);
    addRows(states, *states.grown, numbers, random);
  }
}

void changeSorted(States& states, Random& random, uint64_t distinct) {
  KeyedSortedRows& sorted = *states.sorted;
  uint64_t what = random() % 60;
  if (what == 0) {
    sorted.clear();
    return;
  }
  if (what == 1) {
    sorted.forEachGroup([&](SortedGroup* group) {
      if (KeyedSortedRows::size(group) % 3 == 0) sorted.drop(group);
    });
    return;
  }
  // Few keys, so that some have many rows.
  std::vector<int64_t> numbers = someNumbers(random, 20, what < 30 ? 3 : distinct);
  states.encode(sorted.encoder(), numbers);
  std::vector<SortedGroup*> groups(numbers.size());
  sorted.findOrInsert(states.keys, groups.data());
  for (SortedGroup* group : groups) {
    StateRow* row = nullptr;
    sorted.insert(group, std::to_string(random() % 100), std::string(8, 'r'), &row);
    *reinterpret_cast<uint64_t*>(sorted.extra(row)) = random();
    if (random() % 3 == 0) sorted.eraseAt(group, random() % KeyedSortedRows::size(group));
  }
}

void changeTimers(States& states, Random& random, uint64_t distinct) {
  std::vector<int64_t> numbers = someNumbers(random, 50, distinct);
  states.encode(
      states.timers->schema().key.empty() ? states.table->encoder() : states.table->encoder(),
      numbers);
  for (size_t k = 0; k < numbers.size(); ++k) {
    Timer timer{states.now + static_cast<int64_t>(random() % 300), numbers[k] % 2,
                states.keys.hashes()[k], states.keys.bytes(k)};
    if (random() % 4 == 0) {
      states.timers->remove(timer);
    } else {
      states.timers->add(timer);
    }
  }
  if (random() % 4 != 0) return;
  states.now += static_cast<int64_t>(random() % 20);
  bool again = random() % 2 == 0;
  auto fire = [&](const Timer& timer) -> Status {
    if (again) states.timers->add({timer.time + 40, timer.space, timer.keyHash, timer.key});
    return {};
  };
  EXPECT_TRUE(states.timers->advance(states.now, fire).ok());
}

void change(States& states, uint64_t seed, uint64_t distinct) {
  Random random(seed);
  if (states.lifetime.ttlMillis != 0) states.pass(static_cast<int64_t>(random() % 5));
  switch (random() % 6) {
    case 0:
      return changeTable(states, *states.table, random, distinct);
    case 1:
      return changePairs(states, random, distinct);
    case 2:
      return changeWindows(states, random, distinct);
    case 3:
      return changeRows(states, random, distinct);
    case 4:
      return changeSorted(states, random, distinct);
    default:
      states.list->elements().push_back(std::to_string(seed));
      return changeTimers(states, random, distinct);
  }
}

// What the states hold, as texts that can be compared; timers are taken out.
using Content = std::multiset<std::string>;

std::string raw(const void* bytes, size_t size) {
  return std::string(static_cast<const char*>(bytes), size);
}

void describeTable(const std::string& name, KeyedTable& table, Content& content) {
  bool hasText = table.valueBytes() == sizeof(TableValue);
  table.forEach([&](std::byte* const* values, size_t n) {
    for (size_t k = 0; k < n; ++k) {
      std::string text = name + raw(table.keyBytes(values[k]), table.keySize(values[k]));
      text += "@" + std::to_string(table.writtenMillis(values[k])) + " ";
      text += std::to_string(*reinterpret_cast<int64_t*>(values[k]));
      if (hasText) {
        auto* value = reinterpret_cast<TableValue*>(values[k]);
        text +=
            "/" + std::to_string(value->number) + std::string(table.strings().view(value->text));
      }
      content.insert(text);
    }
  });
}

void describeRows(const std::string& name, KeyedRows& rows, Content& content) {
  rows.forEachKey([&](StateRow* row) {
    std::string text = name;
    for (; row != nullptr; row = KeyedRows::next(row)) {
      text += raw(rows.rowBytes(row), rows.layout().rowSize(rows.rowBytes(row)));
      text += raw(rows.extra(row), 8);
      if (!rows.schema().ttlOfKeys) text += "@" + std::to_string(rows.writtenMillis(row));
    }
    content.insert(text);
  });
}

void describe(States& states, Content& content) {
  describeTable("table", *states.table, content);
  describeTable("pairs", *states.pairs, content);
  for (const auto& [space, table] : states.windows->spaces()) {
    describeTable("window " + std::to_string(space), *table, content);
  }
  describeRows("rows", *states.rows, content);
  describeRows("grown", *states.grown, content);
  states.sorted->forEachGroup([&](SortedGroup* group) {
    std::string text = "sorted" + std::string(states.sorted->keyBytes(group));
    for (size_t i = 0; i < KeyedSortedRows::size(group); ++i) {
      StateRow* row = states.sorted->at(group, i);
      text += std::string(states.sorted->sortKey(row)) + raw(states.sorted->extra(row), 8);
      text += "@" + std::to_string(states.sorted->writtenMillis(group, row));
    }
    content.insert(text);
  });
  for (const std::string& element : states.list->elements()) content.insert("list " + element);
}

void describeTimers(States& states, Content& content) {
  int64_t last = INT64_MIN;
  auto fire = [&](const Timer& timer) -> Status {
    EXPECT_GE(timer.time, last);
    last = timer.time;
    content.insert("timer " + std::to_string(timer.time) + "/" + std::to_string(timer.space) +
                   std::string(timer.key));
    return {};
  };
  EXPECT_TRUE(states.timers->advance(INT64_MAX, fire).ok());
}

Content contentOf(const std::string& file, uint32_t parallelism, bool wide, Lifetime life = {},
                  int64_t millis = 1) {
  Content content;
  auto restored = RestoredOperator::fromBytes({file}).value();
  for (uint32_t i = 0; i < parallelism; ++i) {
    States states({i, parallelism, kMaxParallelism}, restored.get(), wide, life, millis);
    describe(states, content);
    describeTimers(states, content);
  }
  return content;
}

void expectStatesOfTheMark(Lifetime life) {
  for (uint64_t seed = 1; seed <= 24; ++seed) {
    Random random(seed);
    bool wide = seed % 2 == 0;
    uint64_t distinct = seed % 3 == 0 ? 40 : 6000;
    States states({0, 1, kMaxParallelism}, nullptr, wide, life);
    States twin({0, 1, kMaxParallelism}, nullptr, wide, life);
    for (int round = 0; round < 4; ++round) {
      auto changeBoth = [&](size_t n) {
        for (; n > 0; --n) {
          uint64_t step = random();
          change(states, step, distinct);
          change(twin, step, distinct);
        }
      };
      changeBoth(400);
      // The twin's own snapshot, taken at once, tells what there was.
      std::string expected = twin.store.snapshot();
      int64_t mark = states.clock;
      states.store.beginSnapshot(false);
      std::string file;
      bool abandoned = round == 2;
      int slices = 0;
      for (bool done = false; !done; ++slices) {
        changeBoth(random() % 6);
        done = states.store.continueSnapshot(1 + random() % (distinct < 100 ? 300 : 20'000));
        file += states.store.takeSnapshotBytes().toString();
        if (abandoned && slices == 5) {
          states.store.abandonSnapshot();
          break;
        }
      }
      EXPECT_GT(slices, 3);
      if (abandoned) continue;
      Content content = contentOf(expected, 1, wide, life, mark);
      EXPECT_GT(content.size(), 100U);
      for (uint32_t parallelism : {1, 2, 5}) {
        ASSERT_TRUE(contentOf(file, parallelism, wide, life, mark) == content)
            << "seed " << seed << " round " << round << " parallelism " << parallelism;
      }
    }
    Content left, twinLeft;
    describe(states, left);
    describeTimers(states, left);
    describe(twin, twinLeft);
    describeTimers(twin, twinLeft);
    EXPECT_TRUE(left == twinLeft) << "seed " << seed;
  }
}

TEST(SnapshotSweep, HasTheStatesAsAtTheMark) { expectStatesOfTheMark({}); }
TEST(SnapshotSweep, HasRowsThatExpireAsAtTheMark) { expectStatesOfTheMark({500, false}); }
TEST(SnapshotSweep, HasKeysThatExpireAsAtTheMark) { expectStatesOfTheMark({500, true}); }

// The twin above is only as good as a snapshot at once: here the states themselves tell.
TEST(SnapshotSweep, AtOnceEqualsTheStates) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    bool wide = seed % 2 == 0;
    States states({0, 1, kMaxParallelism}, nullptr, wide);
    Random random(seed);
    for (int i = 0; i < 500; ++i) change(states, random(), 3000);
    std::string file = states.store.snapshot();
    Content content;
    describe(states, content);
    describeTimers(states, content);
    EXPECT_TRUE(contentOf(file, 3, wide) == content) << "seed " << seed;
  }
}

// Entries are saved in the order of memory, or of the index where many are free.
TEST(SnapshotSweep, FewAndManyFreeEntries) {
  constexpr int64_t kKeys = 12'000;
  for (int64_t numErased : {0, 50, 11'000}) {
    States states({0, 1, kMaxParallelism}, nullptr, false);
    std::vector<std::byte*> values(kKeys);
    auto findAll = [&](int64_t first) {
      std::vector<int64_t> numbers(kKeys);
      std::iota(numbers.begin(), numbers.end(), first);
      states.encode(states.table->encoder(), numbers);
      states.table->findOrInsert(states.keys, values.data(), nullptr);
    };
    findAll(0);
    for (int64_t k = 0; k < numErased; ++k) states.table->erase(values[k]);
    Content expected = contentOf(states.store.snapshot(), 1, false);
    EXPECT_EQ(expected.size(), static_cast<size_t>(kKeys - numErased));
    states.store.beginSnapshot(false);
    std::string file;
    for (int slice = 0; !states.store.continueSnapshot(20'000); ++slice) {
      file += states.store.takeSnapshotBytes().toString();
      // Takes up free entries and new ones, then frees some that are old.
      if (slice == 2) findAll(kKeys / 2);
      if (slice == 4) states.table->erase(values[0]);
    }
    file += states.store.takeSnapshotBytes().toString();
    EXPECT_TRUE(contentOf(file, 2, false) == expected) << numErased;
  }
}

TEST(SnapshotSweep, MarkingIsCheapAndBytesComeInPieces) {
  States states({0, 1, kMaxParallelism}, nullptr, false);
  std::vector<int64_t> numbers(300'000);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
  states.encode(states.table->encoder(), numbers);
  std::vector<std::byte*> values(numbers.size());
  states.table->findOrInsert(states.keys, values.data(), nullptr);
  states.store.beginSnapshot(false);
  size_t largest = 0, total = 0, pieces = 0;
  for (bool done = false; !done; ++pieces) {
    done = states.store.continueSnapshot(256 * 1024);
    SnapshotBytes bytes = states.store.takeSnapshotBytes();
    largest = std::max(largest, bytes.size());
    total += bytes.size();
  }
  EXPECT_GT(total, numbers.size() * 50);
  EXPECT_GT(pieces, 40U);
  EXPECT_LT(largest, size_t{6} << 20);
}

}  // namespace

}  // namespace millrace
