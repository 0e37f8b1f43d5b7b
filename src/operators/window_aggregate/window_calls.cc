#include "operators/window_aggregate/window_calls.h"

#include <algorithm>
#include <cstring>

#include "state/string_heap.h"

namespace millrace {

Result<WindowCalls> WindowCalls::make(const std::vector<AggregateCall>& calls, bool retracting) {
  WindowCalls made;
  for (const AggregateCall& call : calls) {
    Call entry;
    entry.call = call;
    bool needsValues = retracting && call.function->retract != RetractSupport::kInState;
    if (needsValues && call.function->retract == RetractSupport::kOrderedView) {
      return Error(ErrorKind::kUnsupported,
                   call.function->name + " in a window over an input with updates")
          .withHint("Use MIN or MAX, or aggregate before the updates arise.");
    }
    entry.deferred = needsValues;
    made.hasDeferred_ = made.hasDeferred_ || needsValues;
    entry.aggregator = TRY(call.function->make(call.resolved, retracting && !needsValues));
    bool distinct = call.distinct && !call.function->ignoresDistinct && !call.arguments.empty();
    if (distinct || needsValues) made.useMultiset(entry);
    auto known = [&](const auto& filter) { return filter.first == call.filter; };
    if (call.filter >= 0 && std::none_of(made.filters_.begin(), made.filters_.end(), known)) {
      made.filters_.push_back({call.filter, {}});
    }
    made.calls_.push_back(std::move(entry));
  }
  for (const Multiset& multiset : made.multisets_) {
    made.masks_.emplace_back(multiset.filters.size());
  }
  return made;
}

void WindowCalls::useMultiset(Call& entry) {
  auto found = std::find_if(multisets_.begin(), multisets_.end(), [&](const Multiset& multiset) {
    return multiset.arguments == entry.call.arguments;
  });
  if (found == multisets_.end()) {
    multisets_.push_back({entry.call.arguments, {}});
    found = multisets_.end() - 1;
  }
  entry.multiset = static_cast<int>(found - multisets_.begin());
  std::vector<int>& filters = found->filters;
  auto variant = std::find(filters.begin(), filters.end(), entry.call.filter);
  entry.variant = variant - filters.begin();
  if (variant == filters.end()) filters.push_back(entry.call.filter);
}

std::string WindowCalls::nameOf(size_t call) const {
  const std::string& name = calls_[call].call.name;
  return name.empty() ? "aggregate " + std::to_string(call) : name;
}

std::string WindowCalls::multisetName(size_t m, const std::vector<std::string>& inputNames) const {
  if (inputNames.empty()) return "values " + std::to_string(m);
  std::string name = "values of";
  for (uint32_t argument : multisets_[m].arguments) name += " " + inputNames[argument];
  return name;
}

std::vector<std::string> WindowCalls::usersOf(size_t m) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].multiset == static_cast<int>(m)) names.push_back(nameOf(i));
  }
  return names;
}

std::string WindowCalls::filtersText(size_t m, const std::vector<std::string>& inputNames) const {
  std::string text = "rows";
  for (int filter : multisets_[m].filters) {
    bool named = filter >= 0 && !inputNames.empty();
    text += "; " + (named        ? inputNames[static_cast<size_t>(filter)]
                    : filter < 0 ? "all"
                                 : "filter");
  }
  return text;
}

void WindowCalls::addParts(StateSchema& schema) {
  uint32_t offset = 0;
  for (const ValuePart& part : schema.parts) offset += part.bytes;
  for (size_t i = 0; i < calls_.size(); ++i) {
    Call& entry = calls_[i];
    entry.offset = offset;
    ValuePart part;
    part.name = nameOf(i);
    part.type = entry.aggregator->stateSchema();
    part.bytes = (entry.aggregator->stateBytes() + 7) / 8 * 8;
    std::span<const uint32_t> strings = entry.aggregator->strings();
    part.strings.assign(strings.begin(), strings.end());
    part.result = {entry.call.resolved.result};
    offset += part.bytes;
    schema.parts.push_back(std::move(part));
  }
}

void WindowCalls::beginBatch(const Batch& batch) {
  batch_ = &batch;
  for (auto& [filter, mask] : filters_) {
    mask.resize(batch.numRows());
    const Column& column = *batch.column(filter);
    ColumnValues<uint8_t> values(column);
    uint8_t* out = mask.data();
    if (column.mayHaveNulls()) {
      forEachRow(batch.rows(),
                 [&](uint32_t row) { out[row] = values[row] != 0 && !column.isNull(row); });
    } else {
      forEachRow(batch.rows(), [&](uint32_t row) { out[row] = values[row]; });
    }
  }
  for (auto& variants : masks_) {
    for (std::vector<uint8_t>& mask : variants) mask.resize(batch.numRows());
  }
  for (Call& entry : calls_) {
    entry.args.clear();
    for (uint32_t argument : entry.call.arguments) entry.args.push_back(batch.column(argument));
  }
}

const uint8_t* WindowCalls::filterMask(int filter) const {
  if (filter < 0) return nullptr;
  for (const auto& [column, mask] : filters_) {
    if (column == filter) return mask.data();
  }
  UNREACHABLE();
}

const uint8_t* WindowCalls::maskOf(const Call& entry) const {
  if (entry.multiset >= 0) return masks_[entry.multiset][entry.variant].data();
  return filterMask(entry.call.filter);
}

void WindowCalls::update(const Rows& rows, std::byte* const* states, StringHeap* heap) const {
  for (const Call& entry : calls_) {
    if (entry.deferred) continue;
    entry.aggregator->update({.rows = rows,
                              .states = states,
                              .kinds = batch_->kinds(),
                              .filter = maskOf(entry),
                              .args = entry.args,
                              .heap = heap},
                             entry.offset);
  }
}

void WindowCalls::addValues(size_t multiset, bool deferred, size_t n,
                            std::span<const ColumnPtr> arguments, std::byte* const* states,
                            StringHeap* heap) const {
  for (const Call& entry : calls_) {
    if (entry.multiset != static_cast<int>(multiset) || entry.deferred != deferred) continue;
    entry.aggregator->update({.rows = Rows::dense(n),
                              .states = states,
                              .kinds = nullptr,
                              .filter = maskOf(entry),
                              .args = arguments,
                              .heap = heap},
                             entry.offset);
  }
}

void WindowCalls::resetDeferred(std::byte* const* states, size_t n, StringHeap* heap) const {
  for (const Call& entry : calls_) {
    if (!entry.deferred) continue;
    for (size_t k = 0; k < n; ++k) {
      std::byte* state = states[k] + entry.offset;
      for (uint32_t string : entry.aggregator->strings()) {
        heap->free(*reinterpret_cast<StateString*>(state + string));
      }
      std::memset(state, 0, entry.aggregator->stateBytes());
    }
  }
}

void WindowCalls::merge(std::byte* const* targets, const std::byte* const* sources, size_t n,
                        StringHeap* heap, const StringHeap* sourceHeap) const {
  for (const Call& entry : calls_) {
    if (entry.multiset >= 0) continue;
    entry.aggregator->merge(targets, entry.offset, sources, entry.offset, n, heap, sourceHeap);
  }
}

void WindowCalls::results(const std::byte* const* states, size_t n, const StringHeap& heap,
                          std::vector<ColumnPtr>& out) const {
  for (const Call& entry : calls_) {
    MutableColumnPtr column = Column::make(entry.call.resolved.result, n);
    entry.aggregator->result(states, entry.offset, n, &heap, *column);
    out.push_back(std::move(column));
  }
}

}  // namespace millrace
