#include "operators/window_aggregate/window_aggregate.h"

#include "operators/window_aggregate/window_aggregates.h"

namespace millrace {

namespace {

Error invalid(std::string message, std::string hint) {
  return Error(ErrorKind::kValidation, std::move(message)).withHint(std::move(hint));
}

Status checkWindow(const WindowSpec& window) {
  if (window.sizeMillis <= 0) {
    return invalid("the size of a window must be positive", "Use an interval above zero.");
  }
  bool slides = window.kind == WindowKind::kHop || window.kind == WindowKind::kCumulate;
  if (slides && window.slideMillis <= 0) {
    return invalid("the slide or step of a window must be positive",
                   "Use an interval above zero.");
  }
  if (window.kind == WindowKind::kCumulate && window.sizeMillis % window.slideMillis != 0) {
    return invalid("the maximum size of CUMULATE must be a multiple of its step",
                   "Choose a step that divides the maximum size.");
  }
  return {};
}

}  // namespace

Result<OperatorPtr> makeWindowAggregate(const WindowAggregateSpec& spec) {
  bool attached = spec.timeColumn < 0 && spec.windowEndColumn >= 0;
  if (!attached) TRY(checkWindow(spec.window));
  WindowCalls calls = TRY(WindowCalls::make(spec.aggregates, spec.inputRetracts));
  if (!attached && spec.window.kind == WindowKind::kSession) {
    return makeSessionWindowAggregate(spec, std::move(calls));
  }
  return makeSlicingWindowAggregate(spec, std::move(calls));
}

}  // namespace millrace
