// TemporalSort: ORDER BY a rowtime attribute ascending (and further columns): rows are held until
// the watermark passes their time, then emitted in order; late rows are dropped. By proctime rows
// of the same millisecond are ordered by the further columns.
#pragma once

#include <string>
#include <vector>

#include "runtime/operator.h"
#include "types/sort_order.h"
#include "types/type.h"

namespace millrace {

struct TemporalSortSpec {
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  std::vector<SortOrder> order;  // order[0] is the time attribute
  bool isRowtime = true;
};

Result<OperatorPtr> makeTemporalSort(const TemporalSortSpec& spec);

}  // namespace millrace
