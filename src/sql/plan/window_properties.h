// Which columns of a plan are the start, end and time of a window. Flink calls these the window
// properties of a relation; aggregates, joins and Top-N on them become window operators.
#pragma once

#include <optional>

#include "sql/plan/logical.h"

namespace millrace {

struct WindowProperties {
  WindowSpec window;
  Type timeType;  // of the time attribute the windows were made from
  int start = -1;
  int end = -1;
  int time = -1;

  bool complete() const { return start >= 0 && end >= 0; }
};

// Nothing when the rows of the node do not belong to windows any more.
std::optional<WindowProperties> windowPropertiesOf(const LogicalNode& node);

}  // namespace millrace
