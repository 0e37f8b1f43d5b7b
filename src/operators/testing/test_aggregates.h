// Small aggregate functions for unit tests and benchmarks of operators, which must not depend on
// the built-in functions: TALLY(*) counts, TOTAL(BIGINT) sums (NULL when nothing was added),
// LAST(STRING) keeps the last text, LEAST(BIGINT) is a MIN that needs a view when its input
// retracts.
#pragma once

#include <cstring>

#include "operators/aggregation/aggregate_call.h"
#include "state/string_heap.h"

namespace millrace {

// Add, retract and write of one state, from which the batched functions follow.
template <typename State, typename Steps>
class TestAggregator final : public Aggregator {
 public:
  uint32_t stateBytes() const override { return sizeof(State); }
  std::span<const uint32_t> strings() const override { return Steps::strings(); }
  std::string stateSchema() const override { return Steps::kSchema; }

  void update(const AggregateRows& in, uint32_t offset) const override {
    for (uint32_t k = 0; k < in.rows.count(); ++k) apply(in, k, state(in.states[k], offset));
  }
  void updateTracked(const AggregateRows& in, uint32_t offset, const uint8_t* restart,
                     Column& before, Column& after) const override {
    for (uint32_t k = 0; k < in.rows.count(); ++k) {
      State& target = state(in.states[k], offset);
      if (restart != nullptr && restart[k] != 0) Steps::reset(target, in.heap);
      Steps::write(target, in.heap, before, k);
      apply(in, k, target);
      Steps::write(target, in.heap, after, k);
    }
  }
  void merge(std::byte* const* targets, uint32_t offset, const std::byte* const* sources,
             uint32_t sourceOffset, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap) const override {
    for (size_t k = 0; k < n; ++k) {
      State source;
      std::memcpy(&source, sources[k] + sourceOffset, sizeof(source));
      Steps::merge(state(targets[k], offset), source, heap, sourceHeap);
    }
  }
  void result(const std::byte* const* states, uint32_t offset, size_t n, const StringHeap* heap,
              Column& out) const override {
    for (size_t k = 0; k < n; ++k) {
      Steps::write(state(const_cast<std::byte*>(states[k]), offset), heap, out, k);
    }
  }

 private:
  static State& state(std::byte* value, uint32_t offset) {
    return *reinterpret_cast<State*>(value + offset);
  }
  static void apply(const AggregateRows& in, uint32_t k, State& target) {
    uint32_t row = in.rows[k];
    if (in.filter != nullptr && in.filter[row] == 0) return;
    bool add = in.kinds == nullptr || isAdd(in.kinds[row]);
    Steps::apply(target, in, row, add);
  }
};

struct TallyState {
  int64_t count;
};
struct TallySteps {
  static constexpr const char* kSchema = "count BIGINT";
  static std::span<const uint32_t> strings() { return {}; }
  static void reset(TallyState& state, StringHeap*) { state = {}; }
  static void apply(TallyState& state, const AggregateRows&, uint32_t, bool add) {
    state.count += add ? 1 : -1;
  }
  static void merge(TallyState& state, const TallyState& source, StringHeap*, const StringHeap*) {
    state.count += source.count;
  }
  static void write(const TallyState& state, const StringHeap*, Column& out, size_t position) {
    out.mutableValues<int64_t>()[position] = state.count;
  }
};

struct TotalState {
  int64_t sum;
  int64_t count;
};
struct TotalSteps {
  static constexpr const char* kSchema = "sum BIGINT, count BIGINT";
  static std::span<const uint32_t> strings() { return {}; }
  static void reset(TotalState& state, StringHeap*) { state = {}; }
  static void apply(TotalState& state, const AggregateRows& in, uint32_t row, bool add) {
    const Column& column = *in.args[0];
    if (column.isNull(row)) return;
    int64_t value = column.values<int64_t>()[column.position(row)];
    state.sum += add ? value : -value;
    state.count += add ? 1 : -1;
  }
  static void merge(TotalState& state, const TotalState& source, StringHeap*, const StringHeap*) {
    state.sum += source.sum;
    state.count += source.count;
  }
  static void write(const TotalState& state, const StringHeap*, Column& out, size_t position) {
    out.mutableValues<int64_t>()[position] = state.sum;
    if (state.count == 0) out.setNull(position);
  }
};

struct LastSteps {
  static constexpr const char* kSchema = "text STRING";
  static std::span<const uint32_t> strings() {
    static constexpr uint32_t kOffsets[] = {0};
    return kOffsets;
  }
  static void reset(StateString& state, StringHeap* heap) { heap->free(state); }
  static void apply(StateString& state, const AggregateRows& in, uint32_t row, bool) {
    const Column& column = *in.args[0];
    heapAssign(state, in.heap, column.values<StringView>()[column.position(row)].view());
  }
  static void merge(StateString& state, const StateString& source, StringHeap* heap,
                    const StringHeap* sourceHeap) {
    heapAssign(state, heap, sourceHeap->view(source));
  }
  static void write(const StateString& state, const StringHeap* heap, Column& out,
                    size_t position) {
    out.setString(position, heap->view(state));
  }
  static void heapAssign(StateString& state, StringHeap* heap, std::string_view text) {
    heap->assign(state, text);
  }
};

inline AggregateFunction testAggregate(const std::string& name) {
  AggregateFunction function;
  function.name = name;
  function.make = [](const ResolvedAggregate& call, bool) -> Result<std::unique_ptr<Aggregator>> {
    if (call.arguments.empty()) {
      return std::unique_ptr<Aggregator>(new TestAggregator<TallyState, TallySteps>);
    }
    if (call.arguments[0].isCharacter()) {
      return std::unique_ptr<Aggregator>(new TestAggregator<StateString, LastSteps>);
    }
    return std::unique_ptr<Aggregator>(new TestAggregator<TotalState, TotalSteps>);
  };
  if (name == "LEAST") function.retract = RetractSupport::kSortedView;
  if (name == "LATEST") {
    function.retract = RetractSupport::kOrderedView;
    function.viewFromEnd = true;
  }
  return function;
}

// A call of one of the functions above with one or no argument.
inline AggregateCall testCall(const AggregateFunction& function, std::vector<Type> types,
                              std::vector<uint32_t> arguments) {
  AggregateCall call;
  call.function = &function;
  call.resolved.arguments = types;
  call.resolved.result = types.empty() ? Type::bigint().withNullable(false) : types[0];
  call.arguments = std::move(arguments);
  call.name = function.name;
  return call;
}

}  // namespace millrace
