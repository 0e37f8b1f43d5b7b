// The two kinds of window aggregation behind makeWindowAggregate.
#pragma once

#include "operators/window_aggregate/window_aggregate.h"
#include "operators/window_aggregate/window_calls.h"

namespace millrace {

// The columns in front of the windows' properties: keys, then aggregates.
std::vector<Type> outputTypes(const WindowAggregateSpec& spec);

// TUMBLE, HOP, CUMULATE, and windows that the input brings along.
OperatorPtr makeSlicingWindowAggregate(const WindowAggregateSpec& spec, WindowCalls calls);
// SESSION over a time column.
OperatorPtr makeSessionWindowAggregate(const WindowAggregateSpec& spec, WindowCalls calls);

}  // namespace millrace
