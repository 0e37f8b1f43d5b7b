#include <algorithm>
#include <optional>

#include "operators/group_aggregate/bundle.h"
#include "operators/group_aggregate/group_table.h"
#include "operators/group_aggregate/partial_states.h"

namespace millrace {

namespace {

constexpr size_t kEmitGroups = 4096;

// Folds a bundle of rows per key in front of the keyed exchange. Nothing survives a bundle, so its
// table is no state of the job.
class LocalGroupAggregate final : public Operator {
 public:
  LocalGroupAggregate(const GroupAggregateSpec& spec, GroupTable groups)
      : spec_(spec), groups_(std::move(groups)) {
    for (uint32_t key : spec.keys) keyTypes_.push_back(spec.input[key]);
  }

  Status open(OperatorContext& context) override {
    bundle_.open(context);
    auto schema = std::make_shared<const StateSchema>(groups_.schema(keyTypes_));
    table_.emplace(schema);
    groups_.table = &*table_;
    groups_.keyColumns = spec_.keys;
    partials_.emplace(groups_.aggregates);
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    if (!batch.empty()) fold(batch);
    return bundle_.add(batch) ? flush(out) : Status();
  }

  Status endInput(int, Output& out) override { return flush(out); }
  Status finish(Output& out) override { return flush(out); }

  int64_t nextProcessingTime() const override { return bundle_.deadline(); }
  Status onProcessingTime(int64_t now, Output& out) override {
    return now >= bundle_.deadline() ? flush(out) : Status();
  }

  Status flush(Output& out) override {
    if (bundle_.empty()) return {};
    size_t begin = 0;
    do {
      size_t end = std::min(begin + kEmitGroups, entries_.size());
      Batch batch = partialsOf(begin, end);
      if (end == entries_.size()) bundle_.finish(batch);
      TRY(out.emit(std::move(batch)));
      begin = end;
    } while (begin < entries_.size());
    table_->clear();
    entries_.clear();
    return {};
  }

 private:
  void fold(const Batch& batch) {
    groups_.resolve(batch);
    for (size_t k = 0; k < groups_.values.size(); ++k) {
      if (groups_.isNew[k] != 0) entries_.push_back(groups_.values[k]);
    }
    groups_.aggregates.prepare(batch, groups_.keys, nullptr);
    groups_.aggregates.update(groups_.values.data(), &table_->strings());
  }

  Batch partialsOf(size_t begin, size_t end) {
    std::vector<ColumnPtr> columns;
    if (!keyTypes_.empty()) columns = table_->decodeKeys(entries_.data() + begin, end - begin);
    std::vector<const std::byte*> states;
    for (size_t k = begin; k < end; ++k) states.push_back(entries_[k] + GroupHeader::kBytes);
    columns.push_back(partials_->encode(states.data(), states.size(), table_->strings()));
    return Batch(std::move(columns), end - begin);
  }

  GroupAggregateSpec spec_;
  GroupTable groups_;
  std::vector<Type> keyTypes_;
  std::optional<KeyedTable> table_;
  std::optional<PartialStates> partials_;
  Bundle bundle_;
  std::vector<std::byte*> entries_;  // in the order of first appearance
};

}  // namespace

bool supportsTwoPhase(const GroupAggregateSpec& spec) {
  if (spec.inputRetracts) return false;
  return std::none_of(
      spec.aggregates.begin(), spec.aggregates.end(),
      [](const AggregateCall& call) { return call.distinct && !call.function->ignoresDistinct; });
}

Result<OperatorPtr> makeLocalGroupAggregate(const GroupAggregateSpec& spec) {
  GroupTable groups = TRY(GroupTable::make(spec));
  return OperatorPtr(std::make_unique<LocalGroupAggregate>(spec, std::move(groups)));
}

Result<OperatorPtr> makeGlobalGroupAggregate(const GroupAggregateSpec& spec) {
  return makeMiniBatchGroupAggregate(spec, true);
}

}  // namespace millrace
