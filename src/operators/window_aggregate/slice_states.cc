#include "operators/window_aggregate/slice_states.h"

#include <algorithm>
#include <functional>

#include "state/column_list.h"

namespace millrace {

namespace {

constexpr size_t kRunRows = 4096;

// The number of rows of a group; there only when the input retracts.
int64_t& rowsOf(std::byte* state) { return *reinterpret_cast<int64_t*>(state); }

// Appends the keys of entries to a batch of keys.
void appendKeys(const KeyedTable& table, std::byte* const* values, size_t n, KeyBatch& keys) {
  for (size_t k = 0; k < n; ++k) {
    keys.append(table.keyHash(values[k]), {table.keyBytes(values[k]), table.keySize(values[k])});
  }
}

}  // namespace

SliceStates::SliceStates(WindowCalls calls, std::vector<uint32_t> keys, size_t numSpreading,
                         std::vector<Type> input, std::vector<std::string> inputNames,
                         std::string windows, bool retracts)
    : calls_(std::move(calls)),
      keys_(std::move(keys)),
      numSpreading_(numSpreading),
      input_(std::move(input)),
      inputNames_(std::move(inputNames)),
      windows_(std::move(windows)),
      retracts_(retracts) {}

StateSchema SliceStates::sliceSchema() const {
  StateSchema schema;
  schema.kind = StateKind::kKeyedTable;
  schema.key = pickTypes(input_, keys_);
  schema.keyNames = pickNames(inputNames_, keys_);
  schema.groupColumns = static_cast<uint32_t>(numSpreading_);
  schema.order = windows_;
  return schema;
}

StateSchema SliceStates::multisetSchema(size_t m) const {
  const WindowCalls::Multiset& multiset = calls_.multisets()[m];
  StateSchema schema = sliceSchema();
  schema.name = calls_.multisetName(m, inputNames_);
  schema.aggregates = calls_.usersOf(m);
  for (uint32_t argument : multiset.arguments) {
    schema.key.push_back(input_[argument]);
    if (!inputNames_.empty()) schema.keyNames.push_back(inputNames_[argument]);
  }
  schema.parts.push_back({.name = "rows per filter",
                          .type = calls_.filtersText(m, inputNames_),
                          .bytes = static_cast<uint32_t>(8 * multiset.filters.size())});
  return schema;
}

Status SliceStates::open(StateStore& store) {
  StateSchema schema = sliceSchema();
  schema.name = "slices";
  if (retracts_) schema.parts.push_back({.name = "rows", .type = "BIGINT", .bytes = 8});
  calls_.addParts(schema);
  windowGroups_ = std::make_unique<KeyedTable>(std::make_shared<StateSchema>(schema));
  windowGroups_->setKeyGroups(store.subtask().keyGroups(), store.subtask().maxParallelism);
  groups_ = TRY(store.openNamespacedTable(std::move(schema)));
  for (size_t m = 0; m < calls_.multisets().size(); ++m) {
    windowMultisets_.push_back(
        std::make_unique<KeyedTable>(std::make_shared<StateSchema>(multisetSchema(m))));
    multisets_.push_back(TRY(store.openNamespacedTable(multisetSchema(m))));
  }
  return {};
}

SliceStates::Space SliceStates::at(int64_t slice) {
  Space space{&groups_->at(slice), {}};
  for (NamespacedTable* table : multisets_) space.multisets.push_back(&table->at(slice));
  return space;
}

void SliceStates::drop(int64_t slice) {
  groups_->drop(slice);
  for (NamespacedTable* table : multisets_) table->drop(slice);
}

void SliceStates::beginBatch(const Batch& batch) {
  batch_ = &batch;
  calls_.beginBatch(batch);
  keyColumns_.clear();
  for (uint32_t key : keys_) keyColumns_.push_back(batch.column(key));
}

void SliceStates::update(const Rows& rows, int64_t slice) {
  Space space = at(slice);
  size_t n = rows.count();
  states_.resize(n);
  if (keys_.empty()) {
    keyBatch_.encode(space.groups->encoder(), {}, Rows::dense(1));
    space.groups->findOrInsert(keyBatch_, states_.data(), nullptr);
    std::fill(states_.begin() + 1, states_.end(), states_[0]);
  } else {
    keyBatch_.encode(space.groups->encoder(), keyColumns_, rows);
    space.groups->findOrInsert(keyBatch_, states_.data(), nullptr);
  }
  if (retracts_) {
    for (uint32_t k = 0; k < n; ++k) rowsOf(states_[k]) += isAdd(batch_->kind(rows[k])) ? 1 : -1;
  }
  if (!space.multisets.empty()) countValues(rows, space);
  calls_.update(rows, states_.data(), &space.groups->strings());
}

void SliceStates::countValues(const Rows& rows, const Space& space) {
  for (size_t m = 0; m < space.multisets.size(); ++m) {
    const WindowCalls::Multiset& multiset = calls_.multisets()[m];
    valueColumns_ = keyColumns_;
    for (uint32_t argument : multiset.arguments) {
      valueColumns_.push_back(batch_->column(argument));
    }
    valueKeys_.encode(space.multisets[m]->encoder(), valueColumns_, rows);
    values_.resize(rows.count());
    space.multisets[m]->findOrInsert(valueKeys_, values_.data(), nullptr);
    for (size_t v = 0; v < multiset.filters.size(); ++v) {
      const uint8_t* pass = calls_.filterMask(multiset.filters[v]);
      uint8_t* mask = calls_.mask(m, v).data();
      for (uint32_t k = 0; k < rows.count(); ++k) {
        uint32_t row = rows[k];
        int64_t& count = reinterpret_cast<int64_t*>(values_[k])[v];
        mask[row] =
            (pass == nullptr || pass[row] != 0) && countValue(count, isAdd(batch_->kind(row)));
      }
    }
  }
}

SliceStates::Space SliceStates::emptyWindow() {
  Space space{windowGroups_.get(), {}};
  windowGroups_->clear();
  for (auto& table : windowMultisets_) {
    table->clear();
    space.multisets.push_back(table.get());
  }
  return space;
}

void SliceStates::merge(const Space& source, const Space& target) {
  mergeGroups(source, target);
  for (size_t m = 0; m < source.multisets.size(); ++m) mergeMultiset(m, source, target);
}

void SliceStates::mergeGroups(const Space& source, const Space& target) {
  target.groups->reserve(target.groups->size() + source.groups->size());
  source.groups->forEach([&](std::byte* const* values, size_t n) {
    keyBatch_.reset(target.groups->encoder());
    appendKeys(*source.groups, values, n, keyBatch_);
    states_.resize(n);
    target.groups->findOrInsert(keyBatch_, states_.data(), nullptr);
    if (retracts_) {
      for (size_t k = 0; k < n; ++k) rowsOf(states_[k]) += rowsOf(values[k]);
    }
    calls_.merge(states_.data(), values, n, &target.groups->strings(), &source.groups->strings());
  });
}

void SliceStates::mergeMultiset(size_t m, const Space& source, const Space& target) {
  KeyedTable& from = *source.multisets[m];
  size_t variants = calls_.multisets()[m].filters.size();
  target.multisets[m]->reserve(target.multisets[m]->size() + from.size());
  from.forEach([&](std::byte* const* values, size_t n) {
    valueKeys_.reset(target.multisets[m]->encoder());
    appendKeys(from, values, n, valueKeys_);
    values_.resize(n);
    target.multisets[m]->findOrInsert(valueKeys_, values_.data(), nullptr);
    for (size_t v = 0; v < variants; ++v) {
      std::vector<uint8_t>& mask = calls_.mask(m, v);
      mask.resize(std::max(mask.size(), n));
      for (size_t k = 0; k < n; ++k) {
        int64_t& count = reinterpret_cast<int64_t*>(values_[k])[v];
        int64_t added = reinterpret_cast<const int64_t*>(values[k])[v];
        mask[k] = count == 0 && added > 0;
        count += added;
      }
    }
    std::vector<ColumnPtr> columns = from.decodeKeys(values, n);
    locateGroups(target, columns, n);
    calls_.addValues(m, false, n, {columns.data() + keys_.size(), columns.size() - keys_.size()},
                     states_.data(), &target.groups->strings());
  });
}

void SliceStates::locateGroups(const Space& window, const std::vector<ColumnPtr>& columns,
                               size_t n) {
  states_.resize(n);
  keyBatch_.encode(window.groups->encoder(), {columns.data(), keys_.size()}, Rows::dense(n));
  window.groups->findOrInsert(keyBatch_, states_.data(), nullptr);
}

void SliceStates::finishDeferred(const Space& window) {
  calls_.resetDeferred(all_.data(), all_.size(), &window.groups->strings());
  for (size_t m = 0; m < window.multisets.size(); ++m) {
    KeyedTable& multiset = *window.multisets[m];
    size_t variants = calls_.multisets()[m].filters.size();
    multiset.forEach([&](std::byte* const* values, size_t n) {
      for (size_t v = 0; v < variants; ++v) {
        std::vector<uint8_t>& mask = calls_.mask(m, v);
        mask.resize(std::max(mask.size(), n));
        for (size_t k = 0; k < n; ++k) {
          mask[k] = reinterpret_cast<const int64_t*>(values[k])[v] > 0;
        }
      }
      std::vector<ColumnPtr> columns = multiset.decodeKeys(values, n);
      locateGroups(window, columns, n);
      calls_.addValues(m, true, n, {columns.data() + keys_.size(), columns.size() - keys_.size()},
                       states_.data(), &window.groups->strings());
    });
  }
}

Status SliceStates::emit(const Space& window, const EmitRun& run) {
  all_.clear();
  window.groups->forEach([&](std::byte* const* values, size_t n) {
    for (size_t k = 0; k < n; ++k) {
      if (!retracts_ || rowsOf(values[k]) > 0) all_.push_back(values[k]);
    }
  });
  if (calls_.hasDeferred()) finishDeferred(window);
  for (size_t begin = 0; begin < all_.size(); begin += kRunRows) {
    size_t n = std::min(kRunRows, all_.size() - begin);
    std::vector<ColumnPtr> columns = window.groups->decodeKeys(all_.data() + begin, n);
    calls_.results(all_.data() + begin, n, window.groups->strings(), columns);
    TRY(run(std::move(columns), n));
  }
  return {};
}

}  // namespace millrace
