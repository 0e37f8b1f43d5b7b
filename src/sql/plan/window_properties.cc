#include "sql/plan/window_properties.h"

#include <algorithm>

namespace millrace {

namespace {

using Properties = std::optional<WindowProperties>;

Properties completed(WindowProperties properties) {
  if (!properties.complete()) return std::nullopt;
  return properties;
}

Properties ofWindowTable(const LogicalWindowTable& node) {
  int base = static_cast<int>(node.inputs[0]->schema.size());
  return WindowProperties{node.window, node.schema[static_cast<size_t>(base) + 2].type, base,
                          base + 1, base + 2};
}

Properties ofProject(const LogicalProject& node) {
  Properties below = windowPropertiesOf(*node.input());
  if (!below) return std::nullopt;
  WindowProperties mapped{below->window, below->timeType};
  for (size_t i = 0; i < node.exprs.size(); ++i) {
    if (node.exprs[i]->kind != ExprKind::kInput) continue;
    int source = static_cast<int>(node.exprs[i]->index);
    int target = static_cast<int>(i);
    if (source == below->start && mapped.start < 0) mapped.start = target;
    if (source == below->end && mapped.end < 0) mapped.end = target;
    if (source == below->time && mapped.time < 0) mapped.time = target;
  }
  return completed(mapped);
}

Properties ofAggregate(const LogicalAggregate& node) {
  Properties below = windowPropertiesOf(*node.input());
  if (!below) return std::nullopt;
  WindowProperties mapped{below->window, below->timeType};
  for (size_t i = 0; i < node.keys.size(); ++i) {
    int source = static_cast<int>(node.keys[i]);
    if (source == below->start) mapped.start = static_cast<int>(i);
    if (source == below->end) mapped.end = static_cast<int>(i);
    if (source == below->time) mapped.time = static_cast<int>(i);
  }
  return completed(mapped);
}

Properties ofWindowAggregate(const LogicalWindowAggregate& node) {
  if (node.legacy) return std::nullopt;
  WindowProperties mapped{node.window, node.timeType};
  int base = static_cast<int>(node.keys.size() + node.calls.size());
  for (size_t i = 0; i < node.properties.size(); ++i) {
    int column = base + static_cast<int>(i);
    if (node.properties[i] == WindowProperty::kStart) mapped.start = column;
    if (node.properties[i] == WindowProperty::kEnd) mapped.end = column;
    if (node.properties[i] == WindowProperty::kTime) mapped.time = column;
  }
  return completed(mapped);
}

Properties ofUnion(const LogicalNode& node) {
  Properties first = windowPropertiesOf(*node.inputs[0]);
  for (const LogicalPtr& input : node.inputs) {
    Properties other = windowPropertiesOf(*input);
    bool same = first && other && first->window == other->window && first->start == other->start &&
                first->end == other->end && first->time == other->time;
    if (!same) return std::nullopt;
  }
  return first;
}

}  // namespace

std::optional<WindowProperties> windowPropertiesOf(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kWindowTable:
      return ofWindowTable(node.as<LogicalWindowTable>());
    case LogicalKind::kProject:
      return ofProject(node.as<LogicalProject>());
    case LogicalKind::kAggregate:
      return ofAggregate(node.as<LogicalAggregate>());
    case LogicalKind::kWindowAggregate:
      return ofWindowAggregate(node.as<LogicalWindowAggregate>());
    case LogicalKind::kUnion:
      return ofUnion(node);
    case LogicalKind::kFilter:
    case LogicalKind::kOver:
    case LogicalKind::kWindowRank:
    case LogicalKind::kWindowJoin:
    case LogicalKind::kLookupJoin:
      return windowPropertiesOf(*node.inputs[0]);
    default:
      return std::nullopt;
  }
}

}  // namespace millrace
