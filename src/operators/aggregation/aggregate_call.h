// AggregateCall: one aggregate of a GROUP BY or window, resolved to columns of the operator's
// input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "state/aggregate_function.h"
#include "types/type.h"

namespace millrace {

struct AggregateCall {
  const AggregateFunction* function = nullptr;
  ResolvedAggregate resolved;       // argument columns already have exactly these types
  std::vector<uint32_t> arguments;  // input columns; empty for COUNT(*)
  int filter = -1;                  // BOOLEAN input column, or -1
  bool distinct = false;
  // MIN and MAX of values that only go their way: retractions change nothing.
  bool ignoresRetractions = false;
  std::string name;  // "SUM(price)": for state schemas and EXPLAIN
};

}  // namespace millrace
