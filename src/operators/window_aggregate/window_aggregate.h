// WindowAggregate: aggregates per key and window, emitted once when the watermark (or the clock)
// passes the window's end - 1 ms. TUMBLE, HOP and CUMULATE share slices; sessions merge. A row all
// of whose windows are over is dropped and counted as late; for HOP and CUMULATE the slices that
// are still open take it. Used by window TVF aggregation and by the legacy group windows.
//
// Output: key columns, aggregate columns, then the properties in the order of `properties`.
#pragma once

#include <string>
#include <vector>

#include "operators/aggregation/aggregate_call.h"
#include "operators/window/window_output.h"
#include "operators/window/window_spec.h"
#include "runtime/operator.h"
#include "types/type.h"

namespace millrace {

struct WindowAggregateSpec {
  WindowSpec window;
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> aggregates;
  std::vector<WindowProperty> properties;
  // Where windows come from: a time column of the input, or (timeColumn = -1) the window_start and
  // window_end columns that an earlier window operator attached (cascaded aggregation; the input's
  // watermark closes them).
  int timeColumn = -1;
  int windowStartColumn = -1;
  int windowEndColumn = -1;
  // Legacy group windows take updating input; window TVFs do not.
  bool inputRetracts = false;
  // Legacy group windows over no keys and window TVFs without keys: one implicit key.
  Type timeType;  // type of the time attribute, for kTime
};

Result<OperatorPtr> makeWindowAggregate(const WindowAggregateSpec& spec);

}  // namespace millrace
