// WindowTableFunction: TUMBLE, HOP, CUMULATE and SESSION as table functions without aggregation:
// appends window_start, window_end and window_time to each row, one output row per window. Only
// SESSION keeps rows, until their session is over. Rows with a NULL time are dropped, as in Flink.
#pragma once

#include <string>
#include <vector>

#include "operators/window/window_spec.h"
#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

struct WindowTableFunctionSpec {
  WindowSpec window;
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  uint32_t timeColumn = 0;
  std::vector<uint32_t> partitionKeys;  // SESSION only
};

Result<OperatorPtr> makeWindowTableFunction(const WindowTableFunctionSpec& spec);

}  // namespace millrace
