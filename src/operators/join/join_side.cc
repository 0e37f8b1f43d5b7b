#include "operators/join/join_side.h"

#include <algorithm>

#include "operators/changelog/interleave.h"
#include "state/column_list.h"
#include "types/gather.h"

namespace millrace {

namespace {

bool contains(const std::vector<uint32_t>& all, const std::vector<uint32_t>& some) {
  return std::all_of(some.begin(), some.end(), [&](uint32_t column) {
    return std::find(all.begin(), all.end(), column) != all.end();
  });
}

}  // namespace

Status JoinSide::open(OperatorContext& context) {
  if (!spec_.retracts) {
    lookup_ = Lookup::kNone;
  } else if (!spec_.uniqueKey.empty() && contains(spec_.keys, spec_.uniqueKey)) {
    lookup_ = Lookup::kByJoinKey;
  } else if (!spec_.uniqueKey.empty() && spec_.maySkipUpdateBefore) {
    lookup_ = Lookup::kByUniqueKey;
  } else {
    lookup_ = Lookup::kByValue;
  }
  StateSchema schema;
  schema.name = spec_.name;
  schema.kind = StateKind::kKeyedRows;
  schema.key = spec_.keyTypes;
  schema.keyNames = pickNames(spec_.columnNames, spec_.keys);
  schema.row = spec_.types;
  schema.rowNames = spec_.columnNames;
  if (spec_.countsMatches) schema.order = "matches of " + spec_.condition;
  schema.extraBytes = (spec_.countsMatches ? 8 : 0) + (lookup_ == Lookup::kByUniqueKey ? 8 : 0);
  schema.ttlMillis = context.stateTtlMillis(spec_.ttlMillis);
  rows_ = TRY(context.state->openRows(std::move(schema), {.indexed = lookup_ == Lookup::kByValue,
                                                          .appendOnly = lookup_ == Lookup::kNone}));
  if (lookup_ == Lookup::kByJoinKey) {
    auto scratch = std::make_shared<StateSchema>();
    scratch->name = "latest";
    scratch->key = spec_.keyTypes;
    scratch->parts = {{"position", "BIGINT", 8, {}}};
    latest_ = std::make_unique<KeyedTable>(std::move(scratch));
  }
  return {};
}

void JoinSide::resolve(const Batch& batch) {
  live_ = batch.rows();
  keyColumns_.clear();
  liveList_.clear();
  bool filtered = false;
  for (size_t i = 0; i < spec_.keys.size(); ++i) {
    const ColumnPtr& column = batch.column(spec_.keys[i]);
    keyColumns_.push_back(column);
    bool matchesNull = !spec_.nullSafe.empty() && spec_.nullSafe[i] != 0;
    if (matchesNull || !column->mayHaveNulls()) continue;
    if (!filtered) {
      filtered = true;
      forEachRow(live_, [&](uint32_t row) {
        if (!column->isNull(row)) liveList_.push_back(row);
      });
    } else {
      std::erase_if(liveList_, [&](uint32_t row) { return column->isNull(row); });
    }
  }
  if (filtered) live_ = Rows::of(liveList_);
  keys_.encode(rows_->encoder(), keyColumns_, live_);
}

void JoinSide::store(const Batch& batch, const std::vector<int64_t>& matches) {
  if (live_.empty()) return;
  switch (lookup_) {
    case Lookup::kNone:
      return add(batch, keys_, live_, matches, nullptr);
    case Lookup::kByValue:
      return storeByValue(batch, matches);
    case Lookup::kByJoinKey:
      return storeLatest(batch, matches);
    case Lookup::kByUniqueKey:
      return storeByUniqueKey(batch, matches);
  }
}

// order[i]: the position among the live rows of the i-th of `rows`; nullptr = i.
void JoinSide::add(const Batch& batch, const KeyBatch& keys, const Rows& rows,
                   const std::vector<int64_t>& matches, const uint32_t* order) {
  if (rows.empty()) return;
  bool needRefs = spec_.countsMatches || lookup_ == Lookup::kByUniqueKey;
  if (needRefs) refs_.resize(rows.count());
  rows_->add(keys, batch.columns(), rows, needRefs ? refs_.data() : nullptr);
  if (!spec_.countsMatches) return;
  for (uint32_t i = 0; i < rows.count(); ++i) {
    this->matches(refs_[i]) = matches[order != nullptr ? order[i] : i];
  }
}

void JoinSide::appendKey(KeyBatch& target, uint32_t k) const {
  target.append(keys_.hashes()[k], keys_.bytes(k));
}

// The order of changes of different rows does not matter, and a row is retracted after it was
// added: all additions first, then all retractions gives the same multiset.
void JoinSide::storeByValue(const Batch& batch, const std::vector<int64_t>& matches) {
  for (bool adding : {true, false}) {
    chosen_.clear();
    chosenOrder_.clear();
    chosenKeys_.reset(rows_->encoder());
    for (uint32_t k = 0; k < live_.count(); ++k) {
      if (isAdd(batch.kind(live_[k])) != adding) continue;
      chosen_.push_back(live_[k]);
      chosenOrder_.push_back(k);
      appendKey(chosenKeys_, k);
    }
    if (adding) {
      add(batch, chosenKeys_, Rows::of(chosen_), matches, chosenOrder_.data());
    } else if (!chosen_.empty()) {
      eraseEqual(batch);
    }
  }
}

// Removes one row equal to each of the chosen ones. Equal chosen rows get the same answer at first.
void JoinSide::eraseEqual(const Batch& batch) {
  Rows rows = Rows::of(chosen_);
  refs_.resize(rows.count());
  rows_->findEqual(chosenKeys_, batch.columns(), rows, refs_.data());
  std::vector<std::pair<StateRow*, uint32_t>> found;
  for (uint32_t i = 0; i < rows.count(); ++i) {
    if (refs_[i] != nullptr) found.push_back({refs_[i], i});
  }
  std::sort(found.begin(), found.end());
  KeyBatch one;
  for (size_t i = 0; i < found.size(); ++i) {
    StateRow* row = found[i].first;
    if (i > 0 && row == found[i - 1].first) {
      uint32_t position = found[i].second;
      one.reset(rows_->encoder());
      appendKey(one, chosenOrder_[position]);
      Rows single{nullptr, chosen_[position], chosen_[position] + 1};
      rows_->findEqual(one, batch.columns(), single, &row);
    }
    if (row != nullptr) refs_[found[i].second] = row;
    if (row != nullptr) rows_->erase(row);
  }
}

// The last change of each key decides.
void JoinSide::storeLatest(const Batch& batch, const std::vector<int64_t>& matches) {
  uint32_t n = live_.count();
  values_.resize(n);
  latest_->findOrInsert(keys_, values_.data(), nullptr);
  for (uint32_t k = 0; k < n; ++k) *reinterpret_cast<int64_t*>(values_[k]) = k;
  refs_.resize(n);
  rows_->first(keys_, refs_.data());
  chosen_.clear();
  chosenOrder_.clear();
  chosenKeys_.reset(rows_->encoder());
  for (uint32_t k = 0; k < n; ++k) {
    if (*reinterpret_cast<int64_t*>(values_[k]) != k) continue;
    if (refs_[k] != nullptr) rows_->eraseKeyOf(refs_[k]);
    if (!isAdd(batch.kind(live_[k]))) continue;
    chosen_.push_back(live_[k]);
    chosenOrder_.push_back(k);
    appendKey(chosenKeys_, k);
  }
  latest_->clear();
  add(batch, chosenKeys_, Rows::of(chosen_), matches, chosenOrder_.data());
}

// Row by row: a row replaces the one with its unique key under the same join key.
void JoinSide::storeByUniqueKey(const Batch& batch, const std::vector<int64_t>& matches) {
  std::vector<ColumnPtr> columns;
  for (uint32_t column : spec_.uniqueKey) columns.push_back(batch.column(column));
  std::vector<uint64_t> hashes(live_.count());
  hashKeys(columns, live_, hashes.data());
  for (uint32_t k = 0; k < live_.count(); ++k) {
    uint32_t row = live_[k];
    RowKind kind = batch.kind(row);
    chosenKeys_.reset(rows_->encoder());
    appendKey(chosenKeys_, k);
    if (kind != RowKind::kInsert) {
      if (StateRow* old = findUnique(batch, row, hashes[k])) rows_->erase(old);
    }
    if (!isAdd(kind)) continue;
    add(batch, chosenKeys_, Rows{nullptr, row, row + 1}, matches, &k);
    uniqueHash(refs_[0]) = hashes[k];
  }
}

// The row under the chosen key whose unique key is that of a row of the batch, or nullptr.
StateRow* JoinSide::findUnique(const Batch& batch, uint32_t row, uint64_t hash) {
  StateRow* candidate = nullptr;
  rows_->first(chosenKeys_, &candidate);
  for (; candidate != nullptr; candidate = KeyedRows::next(candidate)) {
    if (uniqueHash(candidate) != hash) continue;
    const char* bytes = rows_->rowBytes(candidate);
    std::vector<MutableColumnPtr> old;
    layout().decode(&bytes, 1, spec_.uniqueKey, old);
    uint8_t differs = 0;
    for (size_t i = 0; i < spec_.uniqueKey.size(); ++i) {
      ColumnPtr value = gather(*batch.column(spec_.uniqueKey[i]), {&row, 1});
      markDifferences(*old[i], *value, 1, &differs);
    }
    if (differs == 0) return candidate;
  }
  return nullptr;
}

}  // namespace millrace
