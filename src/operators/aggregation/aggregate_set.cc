#include "operators/aggregation/aggregate_set.h"

#include <algorithm>

#include "state/column_list.h"

namespace millrace {

Result<AggregateSet> AggregateSet::make(const std::vector<AggregateCall>& calls, bool retracting,
                                        std::vector<std::string> inputNames) {
  AggregateSet set;
  set.inputNames_ = std::move(inputNames);
  for (const AggregateCall& call : calls) {
    Call entry;
    entry.call = call;
    bool retracts = retracting && !call.ignoresRetractions;
    bool needsView = retracts && call.function->retract != RetractSupport::kInState;
    if (needsView) {
      entry.view = AggregateView::make(call);
      set.hasViews_ = true;
    } else {
      entry.aggregator = TRY(call.function->make(call.resolved, retracts));
    }
    if (call.distinct && !call.function->ignoresDistinct && !call.arguments.empty()) {
      auto same = std::find_if(
          set.distincts_.begin(), set.distincts_.end(),
          [&](const DistinctValues& values) { return values.arguments() == call.arguments; });
      if (same == set.distincts_.end()) {
        set.distincts_.emplace_back(call.arguments, retracting);
        same = set.distincts_.end() - 1;
      }
      entry.distinct = static_cast<int>(same - set.distincts_.begin());
      entry.variant = same->addVariant(call.filter);
    }
    auto known = [&](const FilterMask& mask) { return mask.column == call.filter; };
    if (call.filter >= 0 && std::none_of(set.filters_.begin(), set.filters_.end(), known)) {
      set.filters_.push_back({call.filter, false, {}});
    }
    set.calls_.push_back(std::move(entry));
  }
  return set;
}

std::string AggregateSet::nameOf(size_t call) const {
  const std::string& name = calls_[call].call.name;
  return name.empty() ? "aggregate " + std::to_string(call) : name;
}

// The aggregates that look at the values of a DISTINCT.
std::vector<std::string> AggregateSet::usersOf(size_t distinct) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].distinct == static_cast<int>(distinct)) names.push_back(nameOf(i));
  }
  return names;
}

void AggregateSet::addParts(StateSchema& schema) {
  uint32_t offset = 0;
  for (const ValuePart& part : schema.parts) offset += part.bytes;
  firstOffset_ = offset;
  for (size_t i = 0; i < calls_.size(); ++i) {
    Call& entry = calls_[i];
    entry.offset = offset;
    if (!entry.aggregator) continue;
    ValuePart part;
    part.name = nameOf(i);
    part.type = entry.aggregator->stateSchema();
    part.bytes = (entry.aggregator->stateBytes() + 7) / 8 * 8;
    for (uint32_t string : entry.aggregator->strings()) {
      part.strings.push_back(string);
      strings_.push_back(offset - firstOffset_ + string);
    }
    part.result = {entry.call.resolved.result};
    offset += part.bytes;
    schema.parts.push_back(std::move(part));
  }
  stateBytes_ = offset - firstOffset_;
}

Status AggregateSet::open(StateStore& store, const std::vector<uint32_t>& keys,
                          const std::vector<Type>& input, const std::vector<std::string>& keyNames,
                          int64_t ttlMillis) {
  keys_ = keys;
  StateSchema base;
  base.key = pickTypes(input, keys);
  base.keyNames = keyNames;
  base.ttlMillis = ttlMillis;
  for (size_t i = 0; i < distincts_.size(); ++i) {
    StateSchema schema = base;
    schema.name = "distinct " + std::to_string(i);
    schema.aggregates = usersOf(i);
    TRY(distincts_[i].open(store, std::move(schema), input, inputNames_));
  }
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (!calls_[i].view) continue;
    StateSchema schema = base;
    schema.name = "all of " + nameOf(i);
    schema.aggregates = {nameOf(i)};
    if (!inputNames_.empty()) schema.rowNames = {"value"};
    TRY(calls_[i].view->open(store, std::move(schema)));
  }
  return {};
}

const uint8_t* AggregateSet::filterMask(const Batch& batch, int filter, const uint8_t* live) {
  if (filter < 0) return live;
  for (FilterMask& mask : filters_) {
    if (mask.column != filter) continue;
    if (!mask.filled) {
      mask.filled = true;
      mask.rows.resize(batch.numRows());
      const Column& column = *batch.column(filter);
      ColumnValues<uint8_t> values(column);
      forEachRow(batch.rows(), [&](uint32_t row) {
        mask.rows[row] = values[row] != 0 && !column.isNull(row) && (live == nullptr || live[row]);
      });
    }
    return mask.rows.data();
  }
  UNREACHABLE();
}

void AggregateSet::prepare(const Batch& batch, const KeyBatch& keys, const uint8_t* live) {
  batch_ = &batch;
  keyBatch_ = &keys;
  for (FilterMask& mask : filters_) mask.filled = false;
  std::vector<const uint8_t*> passes;
  for (DistinctValues& values : distincts_) {
    passes.clear();
    for (size_t v = 0; v < values.numVariants(); ++v) {
      passes.push_back(filterMask(batch, values.filterOf(v), live));
    }
    values.apply(batch, keys_, passes);
  }
  for (Call& entry : calls_) {
    entry.mask = entry.distinct >= 0 ? distincts_[entry.distinct].mask(entry.variant)
                                     : filterMask(batch, entry.call.filter, live);
    entry.args.clear();
    for (uint32_t argument : entry.call.arguments) entry.args.push_back(batch.column(argument));
  }
}

AggregateRows AggregateSet::rowsOf(const Call& entry, std::byte* const* states,
                                   StringHeap* heap) const {
  return {.rows = batch_->rows(),
          .states = states,
          .kinds = batch_->kinds(),
          .filter = entry.mask,
          .args = entry.args,
          .heap = heap};
}

void AggregateSet::update(std::byte* const* states, StringHeap* heap) {
  for (Call& entry : calls_) {
    if (entry.view) {
      entry.view->update(*batch_, *keyBatch_, entry.mask, nullptr, nullptr);
    } else {
      entry.aggregator->update(rowsOf(entry, states, heap), entry.offset);
    }
  }
}

void AggregateSet::updateTracked(std::byte* const* states, StringHeap* heap, const uint8_t* restart,
                                 std::vector<MutableColumnPtr>& before,
                                 std::vector<MutableColumnPtr>& after) {
  before.clear();
  after.clear();
  size_t n = batch_->numSelected();
  for (Call& entry : calls_) {
    before.push_back(Column::make(entry.call.resolved.result, n));
    after.push_back(Column::make(entry.call.resolved.result, n));
    if (entry.view) {
      entry.view->update(*batch_, *keyBatch_, entry.mask, before.back().get(), after.back().get());
    } else {
      entry.aggregator->updateTracked(rowsOf(entry, states, heap), entry.offset, restart,
                                      *before.back(), *after.back());
    }
  }
}

std::vector<MutableColumnPtr> AggregateSet::results(std::byte* const* states, size_t n,
                                                    const StringHeap& heap, const KeyBatch& keys) {
  std::vector<MutableColumnPtr> columns;
  for (Call& entry : calls_) {
    columns.push_back(Column::make(entry.call.resolved.result, n));
    if (entry.view) {
      entry.view->result(keys, *columns.back());
    } else {
      entry.aggregator->result(states, entry.offset, n, &heap, *columns.back());
    }
  }
  return columns;
}

void AggregateSet::merge(std::byte* const* states, const std::byte* const* sources, size_t n,
                         StringHeap* heap, const StringHeap* sourceHeap) {
  for (Call& entry : calls_) {
    entry.aggregator->merge(states, entry.offset, sources, entry.offset - firstOffset_, n, heap,
                            sourceHeap);
  }
}

}  // namespace millrace
