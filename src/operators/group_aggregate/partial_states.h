// PartialStates: the states of a group's aggregates as bytes, on their way from the local to the
// global half of a two-phase aggregation: the fixed block as it is in the entry, then the bytes of
// its long strings in order.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "operators/aggregation/aggregate_set.h"
#include "state/string_heap.h"
#include "types/column.h"

namespace millrace {

class PartialStates {
 public:
  explicit PartialStates(const AggregateSet& aggregates)
      : bytes_(aggregates.stateBytes()), strings_(aggregates.stringOffsets()) {}

  // One value per entry of `states` (the addresses of the first states).
  ColumnPtr encode(const std::byte* const* states, size_t n, const StringHeap& heap) const;
  // Unpacks the selected rows of a column. The states and the heap belong to this object until the
  // next call.
  const std::vector<const std::byte*>& decode(const Column& column, const Rows& rows);
  const StringHeap& heap() const { return heap_; }

 private:
  uint32_t bytes_;
  std::vector<uint32_t> strings_;
  StringHeap heap_;
  std::vector<uint64_t> block_;
  std::vector<const std::byte*> states_;
};

}  // namespace millrace
