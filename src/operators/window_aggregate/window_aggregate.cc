#include "operators/window_aggregate/window_aggregate.h"

#include "operators/window_aggregate/window_aggregates.h"

namespace millrace {

std::vector<Type> outputTypes(const WindowAggregateSpec& spec) {
  std::vector<Type> types;
  for (uint32_t key : spec.keys) types.push_back(spec.input[key]);
  for (const AggregateCall& call : spec.aggregates) types.push_back(call.resolved.result);
  return types;
}

Result<OperatorPtr> makeWindowAggregate(const WindowAggregateSpec& spec) {
  bool attached = spec.timeColumn < 0 && spec.windowEndColumn >= 0;
  if (!attached) TRY(spec.window.check());
  WindowCalls calls = TRY(WindowCalls::make(spec.aggregates, spec.inputRetracts));
  if (!attached && spec.window.kind == WindowKind::kSession) {
    return makeSessionWindowAggregate(spec, std::move(calls));
  }
  return makeSlicingWindowAggregate(spec, std::move(calls));
}

}  // namespace millrace
