// PolicyAggregator: makes an Aggregator from a policy, a small class that says how one value
// changes one state. The loops over rows, NULLs, filters and row kinds are here, once, and are
// compiled per policy: nothing is called virtually per row.
//
//   struct Policy {
//     using State = ...;         // plain data, 8-byte aligned, all zero is the empty state
//     using Input = int64_t;     // a value of the argument column; NoInput for COUNT(*)
//     static constexpr bool kHasString = false;  // true: a StateString at offset 0
//     void add(State& state, Input value, StringHeap* heap) const;
//     void retract(State& state, Input value, StringHeap* heap) const;
//     void merge(State& target, const State& source, StringHeap* heap, const StringHeap* from)
//     const; void write(const State& state, const StringHeap* heap, Column& out, size_t position)
//     const; void reset(State& state, StringHeap* heap) const;    // back to all zero std::string
//     schema() const;
//   };
//
// NULL arguments are ignored. Immutable.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "state/aggregate_function.h"
#include "state/string_heap.h"

namespace millrace {

struct NoInput {};

// States without strings: empty is all zero.
template <typename StateType, typename InputType>
struct PlainPolicy {
  using State = StateType;
  using Input = InputType;
  static constexpr bool kHasString = false;  // a StateString at offset 0 of the state
  void reset(State& state, StringHeap*) const { state = State(); }
};

template <typename Policy>
class PolicyAggregator final : public Aggregator {
 public:
  using State = typename Policy::State;
  using Input = typename Policy::Input;
  static_assert(sizeof(State) % 8 == 0 && alignof(State) <= 8);

  explicit PolicyAggregator(Policy policy) : policy_(std::move(policy)) {}

  uint32_t stateBytes() const override { return sizeof(State); }
  std::span<const uint32_t> strings() const override {
    static constexpr uint32_t kOffsets[] = {0};
    return Policy::kHasString ? std::span<const uint32_t>(kOffsets) : std::span<const uint32_t>();
  }
  std::string stateSchema() const override { return policy_.schema(); }

  void update(const AggregateRows& rows, uint32_t offset) const override {
    if constexpr (std::is_same_v<Input, NoInput>) {
      updateWith(
          rows, offset, [](uint32_t) { return NoInput(); }, false);
    } else {
      const Column& column = *rows.args[0];
      const Input* values = column.template values<Input>();
      if (column.isConstant()) {
        // A constant is NULL for all rows or for none.
        if (column.isNull(0)) return;
        updateWith(
            rows, offset, [values](uint32_t) { return values[0]; }, false);
      } else {
        updateWith(
            rows, offset, [values](uint32_t row) { return values[row]; }, column.mayHaveNulls());
      }
    }
  }

  void updateTracked(const AggregateRows& rows, uint32_t offset, const uint8_t* restart,
                     Column& before, Column& after) const override {
    uint32_t n = rows.rows.count();
    for (uint32_t k = 0; k < n; ++k) {
      State& state = at(rows.states[k], offset);
      if (restart && restart[k]) policy_.reset(state, rows.heap);
      policy_.write(state, rows.heap, before, k);
      applyRow(state, rows, rows.rows[k]);
      policy_.write(state, rows.heap, after, k);
    }
  }

  void merge(std::byte* const* targets, uint32_t offset, const std::byte* const* sources,
             uint32_t sourceOffset, size_t n, StringHeap* heap,
             const StringHeap* sourceHeap) const override {
    for (size_t k = 0; k < n; ++k) {
      policy_.merge(at(targets[k], offset), at(sources[k], sourceOffset), heap, sourceHeap);
    }
  }

  void result(const std::byte* const* states, uint32_t offset, size_t n, const StringHeap* heap,
              Column& out) const override {
    for (size_t k = 0; k < n; ++k) policy_.write(at(states[k], offset), heap, out, k);
  }

 private:
  static State& at(std::byte* state, uint32_t offset) {
    return *reinterpret_cast<State*>(state + offset);
  }
  static const State& at(const std::byte* state, uint32_t offset) {
    return *reinterpret_cast<const State*>(state + offset);
  }

  void applyRow(State& state, const AggregateRows& rows, uint32_t row) const {
    if (rows.filter && !rows.filter[row]) return;
    Input value{};
    if constexpr (!std::is_same_v<Input, NoInput>) {
      const Column& column = *rows.args[0];
      if (column.isNull(row)) return;
      value = column.template values<Input>()[column.position(row)];
    }
    if (!rows.kinds || isAdd(rows.kinds[row])) {
      policy_.add(state, value, rows.heap);
    } else {
      policy_.retract(state, value, rows.heap);
    }
  }

  // valueAt(row) reads the argument; it must not be NULL unless mayHaveNulls.
  template <typename ValueAt>
  void updateWith(const AggregateRows& rows, uint32_t offset, ValueAt&& valueAt,
                  bool mayHaveNulls) const {
    if (rows.filter || rows.kinds || mayHaveNulls) {
      uint32_t n = rows.rows.count();
      for (uint32_t k = 0; k < n; ++k) applyRow(at(rows.states[k], offset), rows, rows.rows[k]);
    } else if (rows.rows.isDense()) {
      uint32_t begin = rows.rows.begin;
      addAll(rows, offset, [&](uint32_t k) { return valueAt(begin + k); });
    } else {
      const uint32_t* indices = rows.rows.indices + rows.rows.begin;
      addAll(rows, offset, [&](uint32_t k) { return valueAt(indices[k]); });
    }
  }

  template <typename ValueOf>
  void addAll(const AggregateRows& rows, uint32_t offset, ValueOf&& valueOf) const {
    uint32_t n = rows.rows.count();
    if (n == 0) return;
    if (Policy::kHasString || rows.states[0] != rows.states[n / 2] ||
        rows.states[0] != rows.states[n - 1]) {
      for (uint32_t k = 0; k < n; ++k) {
        policy_.add(at(rows.states[k], offset), valueOf(k), rows.heap);
      }
      return;
    }
    // One key, or nearly so: the state of a run stays in registers.
    for (uint32_t k = 0; k < n;) {
      std::byte* address = rows.states[k];
      State state = at(address, offset);
      do {
        policy_.add(state, valueOf(k), rows.heap);
        ++k;
      } while (k < n && rows.states[k] == address);
      at(address, offset) = state;
    }
  }

  Policy policy_;
};

template <typename Policy>
std::unique_ptr<Aggregator> makePolicyAggregator(Policy policy) {
  return std::make_unique<PolicyAggregator<Policy>>(std::move(policy));
}

}  // namespace millrace
