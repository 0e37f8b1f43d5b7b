#include "operators/group_aggregate/group_aggregate.h"

#include "operators/changelog/interleave.h"
#include "operators/group_aggregate/group_table.h"
#include "types/gather.h"

namespace millrace {

namespace {

// What an input row does to its group.
enum class Effect : uint8_t { kNone, kFirst, kUpdate, kLast };

// Emits the changes of each input row by itself: GROUP BY without mini-batch.
class GroupAggregate final : public Operator {
 public:
  GroupAggregate(const GroupAggregateSpec& spec, GroupTable groups)
      : spec_(spec), groups_(std::move(groups)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    int64_t ttlMillis = context.stateTtlMillis(spec_.stateTtlMillis);
    // With a time to live results are sent again even when they stay equal, as in Flink.
    alwaysChanged_ = ttlMillis > 0;
    return groups_.open(*context.state, spec_.keys, spec_.input, ttlMillis);
  }

  Status processBatch(int, Batch batch, Output& out) override {
    if (batch.empty()) {
      if (batch.marks().empty()) return {};
      Batch marks = emptyOutput();
      for (const WatermarkMark& mark : batch.marks()) {
        marks.mutableMarks().push_back({0, mark.watermark});
      }
      return out.emit(std::move(marks));
    }
    context_->refreshTime();
    groups_.resolve(batch);
    const uint8_t* live = spec_.inputRetracts ? findEffects(batch) : findInserts();
    groups_.aggregates.prepare(batch, groups_.keys, live);
    groups_.aggregates.updateTracked(groups_.values.data(), &groups_.table->strings(),
                                     restart_.data(), before_, after_);
    Status status = emitChanges(batch, out);
    groups_.erase(ended_);
    return status;
  }

 private:
  const uint8_t* findInserts() {
    size_t n = groups_.values.size();
    effects_.resize(n);
    restart_.assign(n, 0);
    for (size_t k = 0; k < n; ++k) {
      effects_[k] = groups_.isNew[k] != 0 ? Effect::kFirst : Effect::kUpdate;
    }
    return nullptr;
  }

  // Returns the rows that count by physical row, or nullptr when all do. A retraction of a group
  // that does not exist is ignored.
  const uint8_t* findEffects(const Batch& batch) {
    Rows rows = batch.rows();
    size_t n = rows.count();
    effects_.resize(n);
    restart_.assign(n, 0);
    live_.resize(batch.numRows());
    bool ignored = false;
    for (uint32_t k = 0; k < n; ++k) {
      GroupHeader& header = GroupHeader::of(groups_.values[k]);
      int64_t count = header.rows();
      bool add = isAdd(batch.kind(rows[k]));
      live_[rows[k]] = add || count > 0;
      if (add) {
        effects_[k] = count == 0 ? Effect::kFirst : Effect::kUpdate;
        restart_[k] = count == 0;
        header.setRows(count + 1);
      } else if (count == 0) {
        effects_[k] = Effect::kNone;
        ignored = true;
        ended_.push_back(groups_.values[k]);
      } else {
        effects_[k] = count == 1 ? Effect::kLast : Effect::kUpdate;
        header.setRows(count - 1);
        if (count == 1) ended_.push_back(groups_.values[k]);
      }
    }
    return ignored ? live_.data() : nullptr;
  }

  void findChanged(size_t n) {
    changed_.assign(n, alwaysChanged_ ? 1 : 0);
    if (alwaysChanged_) return;
    for (size_t i = 0; i < before_.size(); ++i) {
      markDifferences(*before_[i], *after_[i], n, changed_.data());
    }
  }

  void add(RowKind kind, uint32_t row, uint32_t pick) {
    kinds_.push_back(kind);
    keyRows_.push_back(row);
    picks_.push_back(pick);
  }

  void addChanges(uint32_t k, uint32_t row) {
    switch (effects_[k]) {
      case Effect::kNone:
        return;
      case Effect::kFirst:
        add(RowKind::kInsert, row, k | kFromSecond);
        return;
      case Effect::kLast:
        add(RowKind::kDelete, row, k);
        return;
      case Effect::kUpdate:
        if (changed_[k] == 0) return;
        if (spec_.emitUpdateBefore) add(RowKind::kUpdateBefore, row, k);
        add(RowKind::kUpdateAfter, row, k | kFromSecond);
    }
  }

  Status emitChanges(const Batch& batch, Output& out) {
    Rows rows = batch.rows();
    size_t n = rows.count();
    findChanged(n);
    kinds_.clear();
    keyRows_.clear();
    picks_.clear();
    std::vector<WatermarkMark> marks = batch.marks();
    size_t nextMark = 0;
    for (uint32_t k = 0; k < n; ++k) {
      uint32_t row = rows[k];
      while (nextMark < marks.size() && marks[nextMark].position <= row) {
        marks[nextMark++].position = static_cast<uint32_t>(kinds_.size());
      }
      addChanges(k, row);
    }
    while (nextMark < marks.size()) {
      marks[nextMark++].position = static_cast<uint32_t>(kinds_.size());
    }
    if (kinds_.empty() && marks.empty()) return {};
    std::vector<ColumnPtr> columns;
    for (uint32_t key : spec_.keys) columns.push_back(gather(*batch.column(key), keyRows_));
    for (size_t i = 0; i < before_.size(); ++i) {
      columns.push_back(interleave(before_[i].get(), after_[i].get(), picks_));
    }
    Batch changes(std::move(columns), kinds_.size());
    std::copy(kinds_.begin(), kinds_.end(), changes.allocateKinds());
    changes.mutableMarks() = std::move(marks);
    return out.emit(std::move(changes));
  }

  Batch emptyOutput() const {
    std::vector<ColumnPtr> columns;
    for (uint32_t key : spec_.keys) columns.push_back(Column::make(spec_.input[key], 0));
    for (size_t i = 0; i < groups_.aggregates.size(); ++i) {
      columns.push_back(Column::make(groups_.aggregates.resultType(i), 0));
    }
    return Batch(std::move(columns), 0);
  }

  GroupAggregateSpec spec_;
  GroupTable groups_;
  OperatorContext* context_ = nullptr;
  bool alwaysChanged_ = false;
  std::vector<Effect> effects_;
  std::vector<uint8_t> restart_;
  std::vector<uint8_t> live_;
  std::vector<uint8_t> changed_;
  std::vector<std::byte*> ended_;
  std::vector<MutableColumnPtr> before_;
  std::vector<MutableColumnPtr> after_;
  // The changes: kind, physical input row (for the key) and row of before_ or after_.
  std::vector<RowKind> kinds_;
  std::vector<uint32_t> keyRows_;
  std::vector<uint32_t> picks_;
};

// Chooses between the exact and the mini-batch operator when the options are known.
class GroupAggregateChoice final : public Operator {
 public:
  GroupAggregateChoice(OperatorPtr exact, OperatorPtr miniBatch)
      : exact_(std::move(exact)), miniBatch_(std::move(miniBatch)) {}

  Status open(OperatorContext& context) override {
    chosen_ = context.options->miniBatch ? miniBatch_.get() : exact_.get();
    return chosen_->open(context);
  }
  Status processBatch(int input, Batch batch, Output& out) override {
    return chosen_->processBatch(input, std::move(batch), out);
  }
  Status inputIdle(int input, bool idle, Output& out) override {
    return chosen_->inputIdle(input, idle, out);
  }
  Status endInput(int input, Output& out) override { return chosen_->endInput(input, out); }
  Status finish(Output& out) override { return chosen_->finish(out); }
  Status flush(Output& out) override { return chosen_->flush(out); }
  int64_t nextProcessingTime() const override { return chosen_->nextProcessingTime(); }
  Status onProcessingTime(int64_t now, Output& out) override {
    return chosen_->onProcessingTime(now, out);
  }

 private:
  OperatorPtr exact_;
  OperatorPtr miniBatch_;
  Operator* chosen_ = nullptr;
};

}  // namespace

Result<OperatorPtr> makeGroupAggregate(const GroupAggregateSpec& spec) {
  GroupTable groups = TRY(GroupTable::make(spec));
  OperatorPtr exact = std::make_unique<GroupAggregate>(spec, std::move(groups));
  OperatorPtr miniBatch = TRY(makeMiniBatchGroupAggregate(spec, false));
  return OperatorPtr(
      std::make_unique<GroupAggregateChoice>(std::move(exact), std::move(miniBatch)));
}

}  // namespace millrace
