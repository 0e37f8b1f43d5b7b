// Watermarks that no operator or sink above them uses are not made.
#include <functional>
#include <unordered_map>

#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

bool readsWatermark(const Expr& expr) {
  if (expr.kind == ExprKind::kCall && expr.function->name == "CURRENT_WATERMARK") return true;
  for (const ExprPtr& arg : expr.args) {
    if (readsWatermark(*arg)) return true;
  }
  return false;
}

bool sinkNeeds(const LogicalSink& sink) {
  if (!sink.table) return false;
  auto kind = sink.options.find("connector");
  if (kind == sink.options.end()) return false;
  const ConnectorDescriptor* connector = ConnectorCatalog::builtin().find(kind->second);
  if (connector == nullptr || connector->sinkNeedsWatermarks == nullptr) return false;
  TableDefinition table = sink.table->definition();
  table.options = sink.options;
  return connector->sinkNeedsWatermarks(table);
}

bool nodeNeeds(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kWindowTable:
      return !node.as<LogicalWindowTable>().window.isProctime;
    case LogicalKind::kWindowAggregate:
      return !node.as<LogicalWindowAggregate>().window.isProctime;
    case LogicalKind::kSort:
      return true;
    case LogicalKind::kOver: {
      // The first row per key by event time is known when the watermark has passed it.
      const auto& order = node.as<LogicalOver>().order;
      return order.size() == 1 && order[0].ascending &&
             node.input()->schema[order[0].column].type.isRowtime();
    }
    case LogicalKind::kSink:
      return sinkNeeds(node.as<LogicalSink>());
    case LogicalKind::kFilter:
      return readsWatermark(*node.as<LogicalFilter>().condition);
    case LogicalKind::kProject:
      for (const ExprPtr& expr : node.as<LogicalProject>().exprs) {
        if (readsWatermark(*expr)) return true;
      }
      return false;
    default:
      return false;
  }
}

void markNeeded(const LogicalPtr& node, bool needed,
                std::unordered_map<const LogicalNode*, bool>& marks) {
  needed = needed || nodeNeeds(*node);
  auto [mark, isNew] = marks.emplace(node.get(), needed);
  if (!isNew && (mark->second || !needed)) return;
  mark->second = needed;
  for (const LogicalPtr& input : node->inputs) markNeeded(input, needed, marks);
}

}  // namespace

std::vector<LogicalPtr> dropUnusedWatermarks(const std::vector<LogicalPtr>& roots) {
  std::unordered_map<const LogicalNode*, bool> needed;
  for (const LogicalPtr& root : roots) markNeeded(root, false, needed);
  std::unordered_map<const LogicalNode*, LogicalPtr> done;
  std::function<LogicalPtr(const LogicalPtr&)> rewrite = [&](const LogicalPtr& node) -> LogicalPtr {
    auto found = done.find(node.get());
    if (found != done.end()) return found->second;
    LogicalPtr result;
    if (node->kind == LogicalKind::kWatermark && !needed[node.get()]) {
      result = rewrite(node->input());
    } else {
      std::vector<LogicalPtr> inputs;
      for (const LogicalPtr& input : node->inputs) inputs.push_back(rewrite(input));
      result = withInputs(node, std::move(inputs));
    }
    return done[node.get()] = result;
  };
  std::vector<LogicalPtr> rewritten;
  for (const LogicalPtr& root : roots) rewritten.push_back(rewrite(root));
  return rewritten;
}

}  // namespace millrace
