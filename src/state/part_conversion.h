// The value of a table's entry as that of a changed schema, part by part.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"
#include "state/column_conversion.h"
#include "state/state_schema.h"
#include "state/string_heap.h"

namespace millrace {

// Whether the values of an aggregate can be read as those of another type: where its states are
// kept as they are, or are numbers that widen.
bool aggregateWidens(const ValuePart& stored, const ValuePart& wanted);

class PartConversion {
 public:
  // from[i]: the stored part of wanted part i, -1 = it stays zero.
  static Result<PartConversion> make(const std::vector<ValuePart>& stored,
                                     const std::vector<ValuePart>& wanted,
                                     const std::vector<int>& from);

  // Requires: the target is all zero.
  Status copy(const std::byte* stored, const StringHeap& storedHeap, std::byte* target,
              StringHeap& heap);

 private:
  struct Step {
    uint32_t from = 0;  // offsets in the values
    uint32_t to = 0;
    ValuePart stored;
    ValuePart wanted;
    bool same = false;                   // bytes are copied
    std::shared_ptr<RowConversion> row;  // of a row kept as a string; shared to be movable
  };
  std::vector<Step> steps_;
};

}  // namespace millrace
