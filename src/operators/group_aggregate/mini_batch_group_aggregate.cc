#include "operators/changelog/interleave.h"
#include "operators/group_aggregate/bundle.h"
#include "operators/group_aggregate/group_table.h"
#include "operators/group_aggregate/partial_states.h"
#include "types/gather.h"

namespace millrace {

namespace {

constexpr size_t kEmitGroups = 4096;

// A group that has been touched in the bundle.
struct TouchedGroup {
  std::byte* value = nullptr;
  bool existed = false;
  // False while the group is new and only retractions came, which are ignored.
  bool counts = false;
};

class MiniBatchGroupAggregate final : public Operator {
 public:
  MiniBatchGroupAggregate(const GroupAggregateSpec& spec, GroupTable groups, bool mergesPartials)
      : spec_(spec), groups_(std::move(groups)), mergesPartials_(mergesPartials) {
    for (size_t i = 0; i < spec.keys.size(); ++i) {
      keyTypes_.push_back(spec.input[spec.keys[i]]);
      keyColumns_.push_back(mergesPartials ? static_cast<uint32_t>(i) : spec.keys[i]);
    }
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    int64_t ttlMillis = context.stateTtlMillis(spec_.stateTtlMillis);
    alwaysChanged_ = ttlMillis > 0;
    bundle_.open(context);
    before_.resize(groups_.aggregates.size());
    TRY(groups_.open(*context.state, keyColumns_, mergesPartials_ ? keyTypes_ : spec_.input,
                     ttlMillis));
    // The offsets of the states are known now.
    if (mergesPartials_) partials_.emplace(groups_.aggregates);
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    // Groups stay until their bundle is emitted.
    if (touched_.empty()) context_->refreshTime();
    if (!batch.empty()) fold(batch);
    if (bundle_.add(batch) || touched_.size() + batch.numRows() > kMaxTouched) {
      return flush(out);
    }
    return {};
  }

  Status endInput(int, Output& out) override { return flush(out); }
  Status finish(Output& out) override { return flush(out); }

  int64_t nextProcessingTime() const override { return bundle_.deadline(); }
  Status onProcessingTime(int64_t now, Output& out) override {
    return now >= bundle_.deadline() ? flush(out) : Status();
  }

  Status flush(Output& out) override {
    if (bundle_.empty()) return {};
    Status status = emitBundle(out);
    for (TouchedGroup& group : touched_) {
      GroupHeader::of(group.value).setPlace(0);
      if (spec_.inputRetracts && GroupHeader::of(group.value).rows() == 0) {
        ended_.push_back(group.value);
      }
    }
    groups_.erase(ended_);
    touched_.clear();
    for (auto& chunks : before_) chunks.clear();
    return status;
  }

 private:
  static constexpr size_t kMaxTouched = GroupHeader::kMaxPlace - 100'000;

  void fold(const Batch& batch) {
    groups_.resolve(batch);
    touch();
    const uint8_t* live = spec_.inputRetracts ? countRows(batch) : nullptr;
    StringHeap* heap = &groups_.table->strings();
    if (mergesPartials_) {
      const auto& sources = partials_->decode(*batch.column(keyColumns_.size()), batch.rows());
      groups_.aggregates.merge(groups_.values.data(), sources.data(), sources.size(), heap,
                               &partials_->heap());
      return;
    }
    groups_.aggregates.prepare(batch, groups_.keys, live);
    groups_.aggregates.update(groups_.values.data(), heap);
  }

  // Remembers the groups that the bundle has not met before, with their results so far.
  void touch() {
    size_t n = groups_.values.size();
    newlyTouched_.clear();
    newlyTouchedRows_.clear();
    for (size_t k = 0; k < n; ++k) {
      std::byte* value = groups_.values[k];
      GroupHeader& header = GroupHeader::of(value);
      if (header.place() != 0) continue;
      bool existed = groups_.isNew[k] == 0;
      touched_.push_back({value, existed, existed || !spec_.inputRetracts});
      header.setPlace(static_cast<uint32_t>(touched_.size()));
      newlyTouched_.push_back(value);
      newlyTouchedRows_.push_back(k);
    }
    if (newlyTouched_.empty()) return;
    KeyBatch keys;
    if (groups_.aggregates.hasViews()) {
      keys.reset(groups_.table->encoder());
      for (size_t k : newlyTouchedRows_) {
        keys.append(groups_.keys.hashes()[k], groups_.keys.bytes(k));
      }
    }
    std::vector<MutableColumnPtr> results = groups_.aggregates.results(
        newlyTouched_.data(), newlyTouched_.size(), groups_.table->strings(), keys);
    for (size_t i = 0; i < results.size(); ++i) before_[i].push_back(std::move(results[i]));
  }

  const uint8_t* countRows(const Batch& batch) {
    Rows rows = batch.rows();
    live_.resize(batch.numRows());
    bool ignored = false;
    for (uint32_t k = 0; k < rows.count(); ++k) {
      GroupHeader& header = GroupHeader::of(groups_.values[k]);
      TouchedGroup& group = touched_[header.place() - 1];
      bool add = isAdd(batch.kind(rows[k]));
      group.counts = group.counts || add;
      live_[rows[k]] = group.counts;
      ignored = ignored || !group.counts;
      if (group.counts) header.setRows(header.rows() + (add ? 1 : -1));
    }
    return ignored ? live_.data() : nullptr;
  }

  Status emitBundle(Output& out) {
    std::vector<ColumnPtr> before;
    for (auto& chunks : before_) {
      if (!chunks.empty()) before.push_back(chunks.size() == 1 ? chunks[0] : concat(chunks));
    }
    size_t begin = 0;
    do {
      size_t end = std::min(begin + kEmitGroups, touched_.size());
      Batch changes = changesOf(begin, end, before);
      if (end == touched_.size()) bundle_.finish(changes);
      if (!changes.empty() || !changes.marks().empty()) TRY(out.emit(std::move(changes)));
      begin = end;
    } while (begin < touched_.size());
    return {};
  }

  Batch changesOf(size_t begin, size_t end, const std::vector<ColumnPtr>& allBefore) {
    size_t n = end - begin;
    std::vector<std::byte*> values(n);
    for (size_t k = 0; k < n; ++k) values[k] = touched_[begin + k].value;
    KeyedTable& table = *groups_.table;
    KeyBatch keys;
    if (groups_.aggregates.hasViews()) {
      keys.reset(table.encoder());
      for (const std::byte* value : values) {
        keys.append(table.keyHash(value), {table.keyBytes(value), table.keySize(value)});
      }
    }
    std::vector<MutableColumnPtr> after =
        groups_.aggregates.results(values.data(), n, table.strings(), keys);
    std::vector<ColumnPtr> before;
    changed_.assign(n, alwaysChanged_ ? 1 : 0);
    for (size_t i = 0; n > 0 && i < after.size(); ++i) {
      before.push_back(slice(*allBefore[i], begin, n));
      markDifferences(*before[i], *after[i], n, changed_.data());
    }
    addChanges(begin, end);
    std::vector<ColumnPtr> columns;
    if (!keyTypes_.empty()) {
      for (const ColumnPtr& key : table.decodeKeys(values.data(), n)) {
        columns.push_back(gather(*key, keyRows_));
      }
    }
    for (size_t i = 0; i < after.size(); ++i) {
      columns.push_back(n > 0 ? interleave(before[i].get(), after[i].get(), picks_)
                              : ColumnPtr(after[i]));
    }
    Batch changes(std::move(columns), kinds_.size());
    std::copy(kinds_.begin(), kinds_.end(), changes.allocateKinds());
    return changes;
  }

  void addChanges(size_t begin, size_t end) {
    kinds_.clear();
    keyRows_.clear();
    picks_.clear();
    for (size_t i = begin; i < end; ++i) {
      uint32_t k = static_cast<uint32_t>(i - begin);
      const TouchedGroup& group = touched_[i];
      bool ended = spec_.inputRetracts && GroupHeader::of(group.value).rows() == 0;
      if (ended) {
        if (group.existed) add(RowKind::kDelete, k, k);
      } else if (!group.existed) {
        add(RowKind::kInsert, k, k | kFromSecond);
      } else if (changed_[k] != 0) {
        if (spec_.emitUpdateBefore) add(RowKind::kUpdateBefore, k, k);
        add(RowKind::kUpdateAfter, k, k | kFromSecond);
      }
    }
  }

  void add(RowKind kind, uint32_t row, uint32_t pick) {
    kinds_.push_back(kind);
    keyRows_.push_back(row);
    picks_.push_back(pick);
  }

  GroupAggregateSpec spec_;
  GroupTable groups_;
  bool mergesPartials_;
  OperatorContext* context_ = nullptr;
  std::vector<Type> keyTypes_;
  std::vector<uint32_t> keyColumns_;
  std::optional<PartialStates> partials_;
  bool alwaysChanged_ = false;
  Bundle bundle_;
  std::vector<TouchedGroup> touched_;
  std::vector<std::vector<ColumnPtr>> before_;  // per aggregate, chunks in the order of touched_
  std::vector<std::byte*> newlyTouched_;
  std::vector<size_t> newlyTouchedRows_;
  std::vector<uint8_t> live_;
  std::vector<uint8_t> changed_;
  std::vector<std::byte*> ended_;
  std::vector<RowKind> kinds_;
  std::vector<uint32_t> keyRows_;
  std::vector<uint32_t> picks_;
};

}  // namespace

Result<OperatorPtr> makeMiniBatchGroupAggregate(const GroupAggregateSpec& spec,
                                                bool mergesPartials) {
  GroupTable groups = TRY(GroupTable::make(spec));
  return OperatorPtr(
      std::make_unique<MiniBatchGroupAggregate>(spec, std::move(groups), mergesPartials));
}

}  // namespace millrace
