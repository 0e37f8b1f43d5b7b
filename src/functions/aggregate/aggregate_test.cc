// Aggregators against naive loops over values: dense and selected rows, NULLs, filters,
// retractions, tracking and merging.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <random>

#include "functions/function_catalog.h"
#include "state/string_heap.h"
#include "types/value.h"

namespace millrace {

void addCountFunctions(FunctionCatalog& catalog);
void addSumFunctions(FunctionCatalog& catalog);
void addValueChoiceFunctions(FunctionCatalog& catalog);

namespace {

constexpr size_t kGroups = 3;

// Folds the values of one group, NULLs and filtered rows already taken out.
using Fold = std::function<Value(const std::vector<Value>&)>;

class Harness {
 public:
  Harness(const std::string& name, const Type& type, bool star = false) : type_(type) {
    addCountFunctions(catalog_);
    addSumFunctions(catalog_);
    addValueChoiceFunctions(catalog_);
    const AggregateFunction* function = catalog_.aggregate(name);
    ArgumentInfo info{type, nullptr};
    auto resolved = function->resolve({&info, star ? 0u : 1u});
    call = std::move(resolved).value();
    aggregator = function->make(call, true).value();
    words_ = aggregator->stateBytes() / 8;
  }

  // States of kGroups groups, all empty.
  std::vector<uint64_t> states() const { return std::vector<uint64_t>(words_ * kGroups); }
  std::byte* state(std::vector<uint64_t>& states, size_t group) const {
    return reinterpret_cast<std::byte*>(states.data() + group * words_);
  }
  std::vector<Value> results(std::vector<uint64_t>& from) const {
    MutableColumnPtr out = Column::make(call.result, kGroups);
    std::vector<const std::byte*> addresses;
    for (size_t g = 0; g < kGroups; ++g) addresses.push_back(state(from, g));
    aggregator->result(addresses.data(), 0, kGroups, &heap, *out);
    std::vector<Value> values;
    for (size_t g = 0; g < kGroups; ++g) values.push_back(Value::of(*out, g));
    return values;
  }

  ResolvedAggregate call;
  std::unique_ptr<Aggregator> aggregator;
  mutable StringHeap heap;

 private:
  FunctionCatalog catalog_;
  Type type_;
  size_t words_ = 0;
};

struct Input {
  ColumnPtr column;
  std::vector<Value> values;
  std::vector<size_t> groups;
  std::vector<uint8_t> filter;
  Selection selection;
};

Input randomInput(const Type& type, const std::vector<Value>& domain, bool nulls, bool oneGroup,
                  uint64_t seed) {
  std::mt19937_64 random(seed);
  Input input;
  size_t n = 200;
  MutableColumnPtr column = Column::make(type, n);
  for (size_t i = 0; i < n; ++i) {
    Value value = nulls && random() % 4 == 0 ? Value() : domain[random() % domain.size()];
    if (value.isNull()) {
      column->setNull(i);
    } else {
      value.storeInto(*column, i);
    }
    input.values.push_back(value);
    input.groups.push_back(oneGroup ? 1 : random() % (kGroups - 1));
    input.filter.push_back(random() % 2);
    if (random() % 2 == 0) input.selection.push_back(static_cast<uint32_t>(i));
  }
  input.column = column;
  return input;
}

std::vector<Value> expected(const Input& input, const Rows& rows, bool filtered, const Fold& fold) {
  std::vector<std::vector<Value>> lists(kGroups);
  for (uint32_t k = 0; k < rows.count(); ++k) {
    uint32_t row = rows[k];
    if ((filtered && !input.filter[row]) || input.values[row].isNull()) continue;
    lists[input.groups[row]].push_back(input.values[row]);
  }
  std::vector<Value> results;
  for (const auto& list : lists) results.push_back(fold(list));
  return results;
}

void checkAggregate(const std::string& name, const Type& type, const std::vector<Value>& domain,
                    const Fold& fold) {
  SCOPED_TRACE(name + " of " + type.toString());
  Harness harness(name, type);
  for (int variant = 0; variant < 16; ++variant) {
    bool filtered = variant & 1, selected = variant & 2, nulls = variant & 4, one = variant & 8;
    Input input = randomInput(type, domain, nulls, one, static_cast<uint64_t>(variant));
    AggregateRows rows;
    rows.rows = selected ? Rows::of(input.selection) : Rows::dense(input.values.size());
    rows.args = {&input.column, 1};
    rows.filter = filtered ? input.filter.data() : nullptr;
    rows.heap = &harness.heap;
    auto wanted = expected(input, rows.rows, filtered, fold);

    auto states = harness.states();
    std::vector<std::byte*> addresses;
    for (uint32_t k = 0; k < rows.rows.count(); ++k) {
      addresses.push_back(harness.state(states, input.groups[rows.rows[k]]));
    }
    rows.states = addresses.data();
    harness.aggregator->update(rows, 0);
    EXPECT_EQ(harness.results(states), wanted) << variant;

    // Tracked row by row: the last `after` of each group is its result.
    auto tracked = harness.states();
    for (uint32_t k = 0; k < rows.rows.count(); ++k) {
      addresses[k] = harness.state(tracked, input.groups[rows.rows[k]]);
    }
    MutableColumnPtr before = Column::make(harness.call.result, rows.rows.count());
    MutableColumnPtr after = Column::make(harness.call.result, rows.rows.count());
    harness.aggregator->updateTracked(rows, 0, nullptr, *before, *after);
    EXPECT_EQ(harness.results(tracked), wanted) << variant;
    std::map<size_t, Value> last;
    for (uint32_t k = 0; k < rows.rows.count(); ++k) {
      size_t group = input.groups[rows.rows[k]];
      if (last.count(group)) {
        EXPECT_EQ(Value::of(*before, k), last[group]);
      }
      last[group] = Value::of(*after, k);
    }
    for (auto& [group, value] : last) EXPECT_EQ(value, wanted[group]);

    // An empty state merged with a full one is the full one.
    auto merged = harness.states();
    std::vector<std::byte*> targets;
    std::vector<const std::byte*> sources;
    for (size_t g = 0; g < kGroups; ++g) {
      targets.push_back(harness.state(merged, g));
      sources.push_back(harness.state(states, g));
    }
    harness.aggregator->merge(targets.data(), 0, sources.data(), 0, kGroups, &harness.heap,
                              &harness.heap);
    EXPECT_EQ(harness.results(merged), wanted) << variant;
  }
}

Value foldIf(const std::vector<Value>& values, const std::function<bool(Value, Value)>& better) {
  if (values.empty()) return Value();
  Value kept = values[0];
  for (const Value& value : values) {
    if (better(value, kept)) kept = value;
  }
  return kept;
}

std::vector<Value> integers() { return {int64_t{1}, int64_t{-7}, int64_t{100}, int64_t{42}}; }

TEST(Aggregates, FoldLikeNaiveLoops) {
  auto sum = [](const std::vector<Value>& values) {
    int64_t total = 0;
    for (const Value& value : values) total += value.integer();
    return values.empty() ? Value() : Value(total);
  };
  for (const Type& type : {Type::bigint(), Type::integer(), Type::smallint()}) {
    checkAggregate("SUM", type, integers(), sum);
    checkAggregate("$SUM0", type, integers(), [&](const auto& values) {
      return values.empty() ? Value(int64_t{0}) : sum(values);
    });
    checkAggregate("AVG", type, integers(), [&](const auto& values) {
      if (values.empty()) return Value();
      return Value(sum(values).integer() / static_cast<int64_t>(values.size()));
    });
    checkAggregate("COUNT", type, integers(),
                   [](const auto& values) { return Value(static_cast<int64_t>(values.size())); });
    checkAggregate("MIN", type, integers(), [](const auto& values) {
      return foldIf(values, [](Value a, Value b) { return a.integer() < b.integer(); });
    });
  }
  std::vector<Value> reals = {1.5, -2.25, 1e10};
  for (const Type& type : {Type::doubling(), Type::floating()}) {
    checkAggregate("MAX", type, reals, [](const auto& values) {
      return foldIf(values, [](Value a, Value b) { return a.real() > b.real(); });
    });
  }
  std::vector<Value> texts = {"a", "zebra crossing ahead", "", "zebra crossing", "b"};
  auto text = [](auto better) {
    return [better](const std::vector<Value>& values) { return foldIf(values, better); };
  };
  checkAggregate("MIN", Type::string(), texts,
                 text([](Value a, Value b) { return a.text() < b.text(); }));
  checkAggregate("MAX", Type::string(), texts,
                 text([](Value a, Value b) { return a.text() > b.text(); }));
  checkAggregate("FIRST_VALUE", Type::string(), texts, text([](Value, Value) { return false; }));
  checkAggregate("LAST_VALUE", Type::string(), texts, text([](Value, Value) { return true; }));
  std::vector<Value> moments = {NanoTimestamp{5, 1}, NanoTimestamp{5, 2}, NanoTimestamp{4, 999}};
  checkAggregate("MAX", Type::timestamp(9), moments,
                 text([](Value a, Value b) { return a.nanoTimestamp() > b.nanoTimestamp(); }));
}

TEST(Aggregates, DecimalsHaveFlinksTypes) {
  Harness sum("SUM", Type::decimal(10, 2));
  EXPECT_EQ(sum.call.result.toString(), "DECIMAL(38, 2)");
  Harness average("AVG", Type::decimal(10, 2));
  EXPECT_EQ(average.call.result.toString(), "DECIMAL(38, 6)");
  EXPECT_EQ(Harness("AVG", Type::decimal(38, 10)).call.result.toString(), "DECIMAL(38, 10)");
  EXPECT_EQ(Harness("COUNT", Type::integer()).call.result.toString(), "BIGINT NOT NULL");
  EXPECT_EQ(Harness("SUM", Type::tinyint()).call.result.toString(), "TINYINT");
  std::vector<Value> domain = {int64_t{125}, int64_t{-50}, int64_t{99999}};
  auto total = [](const std::vector<Value>& values) {
    int128 wide = 0;
    for (const Value& value : values) wide += value.integer();
    return wide;
  };
  checkAggregate("SUM", Type::decimal(10, 2), domain, [&](const auto& values) {
    return values.empty() ? Value() : Value(total(values));
  });
}

// Adds and takes back values one by one and returns the results of group 0.
std::vector<Value> runChanges(const std::string& name, const Type& type,
                              const std::vector<std::pair<RowKind, Value>>& changes) {
  Harness harness(name, type);
  MutableColumnPtr column = Column::make(type, changes.size());
  std::vector<RowKind> kinds;
  auto states = harness.states();
  std::vector<std::byte*> addresses(changes.size(), harness.state(states, 0));
  for (size_t i = 0; i < changes.size(); ++i) {
    kinds.push_back(changes[i].first);
    changes[i].second.storeInto(*column, i);
  }
  ColumnPtr argument = column;
  AggregateRows rows{.rows = Rows::dense(changes.size()),
                     .states = addresses.data(),
                     .kinds = kinds.data(),
                     .args = {&argument, 1},
                     .heap = &harness.heap};
  MutableColumnPtr before = Column::make(harness.call.result, changes.size());
  MutableColumnPtr after = Column::make(harness.call.result, changes.size());
  harness.aggregator->updateTracked(rows, 0, nullptr, *before, *after);
  std::vector<Value> results;
  for (size_t i = 0; i < changes.size(); ++i) results.push_back(Value::of(*after, i));
  return results;
}

TEST(Aggregates, TakeRowsBack) {
  using enum RowKind;
  std::vector<std::pair<RowKind, Value>> changes = {{kInsert, int64_t{5}},
                                                    {kInsert, int64_t{8}},
                                                    {kUpdateBefore, int64_t{5}},
                                                    {kDelete, int64_t{8}}};
  EXPECT_EQ(runChanges("SUM", Type::bigint(), changes),
            (std::vector<Value>{int64_t{5}, int64_t{13}, int64_t{8}, Value()}));
  EXPECT_EQ(runChanges("COUNT", Type::bigint(), changes),
            (std::vector<Value>{int64_t{1}, int64_t{2}, int64_t{1}, int64_t{0}}));
  EXPECT_EQ(runChanges("AVG", Type::bigint(), changes),
            (std::vector<Value>{int64_t{5}, int64_t{6}, int64_t{8}, Value()}));
}

TEST(Aggregates, OverflowAsInFlink) {
  using enum RowKind;
  EXPECT_EQ(runChanges("SUM", Type::tinyint(), {{kInsert, int64_t{100}}, {kInsert, int64_t{100}}}),
            (std::vector<Value>{int64_t{100}, int64_t{-56}}));
  int128 most = 1;
  for (int i = 0; i < 38; ++i) most *= 10;
  --most;
  std::vector<std::pair<RowKind, Value>> changes = {
      {kInsert, most}, {kInsert, most}, {kInsert, int128{7}}};
  EXPECT_EQ(runChanges("SUM", Type::decimal(38, 0), changes),
            (std::vector<Value>{most, Value(), int128{7}}));
  EXPECT_TRUE(runChanges("AVG", Type::decimal(38, 0), changes)[2].isNull());
}

}  // namespace

}  // namespace millrace
