#include "operators/window_aggregate/session_states.h"

#include <algorithm>

#include "operators/window_aggregate/window_aggregates.h"
#include "state/column_list.h"

namespace millrace {

namespace {

int64_t& rowsOf(std::byte* state) { return *reinterpret_cast<int64_t*>(state); }

}  // namespace

SessionStates::SessionStates(WindowCalls calls, std::vector<uint32_t> keys, std::vector<Type> input,
                             std::vector<std::string> inputNames, bool retracts)
    : calls_(std::move(calls)),
      keys_(std::move(keys)),
      input_(std::move(input)),
      inputNames_(std::move(inputNames)),
      retracts_(retracts) {}

Status SessionStates::open(StateStore& store) {
  maxParallelism_ = store.subtask().maxParallelism;
  std::vector<Type> key;
  for (uint32_t column : keys_) key.push_back(input_[column]);
  key.push_back(Type::bigint().withNullable(false));
  StateSchema schema;
  schema.name = "accumulators";
  schema.kind = StateKind::kKeyedTable;
  schema.key = key;
  schema.keyNames = pickNames(inputNames_, keys_, "session");
  if (retracts_) schema.parts.push_back({.name = "rows", .type = "BIGINT", .bytes = 8});
  calls_.addParts(schema);
  states_ = TRY(store.openTable(std::move(schema)));
  for (size_t m = 0; m < calls_.multisets().size(); ++m) {
    const WindowCalls::Multiset& multiset = calls_.multisets()[m];
    StateSchema values;
    values.name = calls_.multisetName(m, inputNames_);
    values.aggregates = calls_.usersOf(m);
    values.kind = StateKind::kKeyedRows;
    values.key = key;
    values.keyNames = pickNames(inputNames_, keys_, "session");
    values.row = pickTypes(input_, multiset.arguments);
    values.rowNames = pickNames(inputNames_, multiset.arguments);
    values.order = calls_.filtersText(m, inputNames_);
    values.extraBytes = static_cast<uint32_t>(8 * multiset.filters.size());
    multisets_.push_back(TRY(store.openRows(std::move(values), {.indexed = true})));
  }
  return {};
}

void SessionStates::beginBatch(const Batch& batch) {
  batch_ = &batch;
  calls_.beginBatch(batch);
  keyColumns_.clear();
  for (uint32_t key : keys_) keyColumns_.push_back(batch.column(key));
}

void SessionStates::encode(std::vector<ColumnPtr> keys, const Rows& rows, const int64_t* ids,
                           const uint64_t* owners, KeyBatch& out) {
  MutableColumnPtr column = Column::make(Type::bigint().withNullable(false), rows.bound());
  for (uint32_t k = 0; k < rows.count(); ++k) column->mutableValues<int64_t>()[rows[k]] = ids[k];
  bool keyed = !keys.empty();
  keys.push_back(std::move(column));
  out.encode(states_->encoder(), keys, rows);
  if (keyed) out.placeWith(owners, maxParallelism_);
}

void SessionStates::update(const Rows& rows, const int64_t* ids, const uint64_t* owners) {
  if (rows.empty()) return;
  encode(keyColumns_, rows, ids, owners, sessionKeys_);
  values_.resize(rows.count());
  states_->findOrInsert(sessionKeys_, values_.data(), nullptr);
  if (retracts_) {
    for (uint32_t k = 0; k < rows.count(); ++k) {
      rowsOf(values_[k]) += isAdd(batch_->kind(rows[k])) ? 1 : -1;
    }
  }
  if (!multisets_.empty()) countValues(rows);
  calls_.update(rows, values_.data(), &states_->strings());
}

void SessionStates::countValues(const Rows& rows) {
  for (size_t m = 0; m < multisets_.size(); ++m) {
    const WindowCalls::Multiset& multiset = calls_.multisets()[m];
    std::vector<ColumnPtr> columns;
    for (uint32_t argument : multiset.arguments) columns.push_back(batch_->column(argument));
    for (uint32_t k = 0; k < rows.count(); ++k) {
      uint32_t row = rows[k];
      Rows single{nullptr, row, row + 1};
      one_.reset(states_->encoder());
      one_.append(sessionKeys_.hashes()[k], sessionKeys_.bytes(k));
      StateRow* value = nullptr;
      multisets_[m]->findEqual(one_, columns, single, &value);
      if (value == nullptr) multisets_[m]->add(one_, columns, single, &value);
      for (size_t v = 0; v < multiset.filters.size(); ++v) {
        const uint8_t* pass = calls_.filterMask(multiset.filters[v]);
        calls_.mask(m, v)[row] = (pass == nullptr || pass[row] != 0) &&
                                 countValue(countsOf(m, value)[v], isAdd(batch_->kind(row)));
      }
    }
  }
}

void SessionStates::merge(uint32_t row, uint64_t owner, int64_t target, int64_t source) {
  Rows single{nullptr, row, row + 1};
  encode(keyColumns_, single, &target, &owner, one_);
  encode(keyColumns_, single, &source, &owner, other_);
  std::byte* to = nullptr;
  std::byte* from = nullptr;
  states_->findOrInsert(one_, &to, nullptr);
  states_->find(other_, &from);
  if (from == nullptr) return;
  if (retracts_) rowsOf(to) += rowsOf(from);
  calls_.merge(&to, &from, 1, &states_->strings(), &states_->strings());
  for (size_t m = 0; m < multisets_.size(); ++m) mergeMultiset(m, one_, other_, to);
  states_->erase(from);
}

void SessionStates::mergeMultiset(size_t m, const KeyBatch& target, const KeyBatch& source,
                                  std::byte* state) {
  StateRow* first = nullptr;
  multisets_[m]->first(source, &first);
  if (first == nullptr) return;
  std::vector<StateRow*> rows;
  std::vector<const char*> bytes;
  for (StateRow* row = first; row != nullptr; row = KeyedRows::next(row)) {
    rows.push_back(row);
    bytes.push_back(multisets_[m]->rowBytes(row));
  }
  std::vector<MutableColumnPtr> decoded;
  multisets_[m]->layout().decode(bytes.data(), bytes.size(), decoded);
  std::vector<ColumnPtr> columns(decoded.begin(), decoded.end());
  size_t variants = calls_.multisets()[m].filters.size();
  for (size_t v = 0; v < variants; ++v) {
    calls_.mask(m, v).resize(std::max(calls_.mask(m, v).size(), rows.size()));
  }
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Rows single{nullptr, i, i + 1};
    StateRow* value = nullptr;
    multisets_[m]->findEqual(target, columns, single, &value);
    if (value == nullptr) multisets_[m]->add(target, columns, single, &value);
    for (size_t v = 0; v < variants; ++v) {
      int64_t added = countsOf(m, rows[i])[v];
      calls_.mask(m, v)[i] = countsOf(m, value)[v] == 0 && added > 0;
      countsOf(m, value)[v] += added;
    }
  }
  std::vector<std::byte*> states(rows.size(), state);
  calls_.addValues(m, false, rows.size(), columns, states.data(), &states_->strings());
  multisets_[m]->eraseKeyOf(first);
}

std::vector<ColumnPtr> SessionStates::take(const std::vector<ColumnPtr>& keys,
                                           const std::vector<int64_t>& ids, const uint64_t* owners,
                                           std::vector<uint32_t>& kept) {
  encode(keys, Rows::dense(ids.size()), ids.data(), owners, sessionKeys_);
  values_.resize(ids.size());
  states_->findOrInsert(sessionKeys_, values_.data(), nullptr);
  if (calls_.hasDeferred()) finishDeferred();
  std::vector<std::byte*> filled;
  kept.clear();
  for (uint32_t k = 0; k < ids.size(); ++k) {
    if (retracts_ && rowsOf(values_[k]) <= 0) continue;
    kept.push_back(k);
    filled.push_back(values_[k]);
  }
  std::vector<ColumnPtr> results;
  calls_.results(filled.data(), filled.size(), states_->strings(), results);
  for (KeyedRows* multiset : multisets_) {
    std::vector<StateRow*> first(ids.size());
    multiset->first(sessionKeys_, first.data());
    for (StateRow* row : first) {
      if (row != nullptr) multiset->eraseKeyOf(row);
    }
  }
  for (std::byte* value : values_) states_->erase(value);
  return results;
}

void SessionStates::finishDeferred() {
  calls_.resetDeferred(values_.data(), values_.size(), &states_->strings());
  for (size_t m = 0; m < multisets_.size(); ++m) {
    std::vector<StateRow*> first(values_.size());
    multisets_[m]->first(sessionKeys_, first.data());
    std::vector<const char*> bytes;
    std::vector<std::byte*> states;
    std::vector<StateRow*> rows;
    for (size_t k = 0; k < values_.size(); ++k) {
      for (StateRow* row = first[k]; row != nullptr; row = KeyedRows::next(row)) {
        rows.push_back(row);
        bytes.push_back(multisets_[m]->rowBytes(row));
        states.push_back(values_[k]);
      }
    }
    for (size_t v = 0; v < calls_.multisets()[m].filters.size(); ++v) {
      std::vector<uint8_t>& mask = calls_.mask(m, v);
      mask.resize(std::max(mask.size(), rows.size()));
      for (size_t i = 0; i < rows.size(); ++i) mask[i] = countsOf(m, rows[i])[v] > 0;
    }
    std::vector<MutableColumnPtr> decoded;
    multisets_[m]->layout().decode(bytes.data(), bytes.size(), decoded);
    std::vector<ColumnPtr> columns(decoded.begin(), decoded.end());
    calls_.addValues(m, true, rows.size(), columns, states.data(), &states_->strings());
  }
}

OperatorPtr makeSessionWindowAggregate(const WindowAggregateSpec& spec, WindowCalls calls) {
  SessionWindowsSpec sessions{.window = spec.window,
                              .input = spec.input,
                              .inputNames = spec.inputNames,
                              .keys = spec.keys,
                              .timeColumn = spec.timeColumn};
  return makeSessionWindows(
      sessions,
      std::make_unique<SessionStates>(std::move(calls), spec.keys, spec.input, spec.inputNames,
                                      spec.inputRetracts),
      WindowOutput(outputTypes(spec), spec.properties, spec.timeType, spec.window.isLtz));
}

}  // namespace millrace
