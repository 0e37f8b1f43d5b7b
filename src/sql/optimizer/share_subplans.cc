// Sub-plans that compute the same become one node with several parents.
#include <fmt/format.h>

#include <unordered_map>

#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"
#include "sql/plan/describe.h"

namespace millrace {

namespace {

bool isDeterministic(const LogicalNode& node) {
  if (const auto* project = node.tryAs<LogicalProject>()) {
    for (const ExprPtr& expr : project->exprs) {
      if (!expr->isDeterministic()) return false;
    }
  }
  if (const auto* filter = node.tryAs<LogicalFilter>()) return filter->condition->isDeterministic();
  return node.kind != LogicalKind::kSink;
}

std::string digest(const LogicalNode& node,
                   const std::unordered_map<const LogicalNode*, size_t>& ids) {
  std::string text = describe(node);
  for (const Field& field : node.schema) text += "|" + field.type.toString();
  for (const LogicalPtr& input : node.inputs) text += fmt::format("#{}", ids.at(input.get()));
  if (const auto* scan = node.tryAs<LogicalScan>()) {
    text += fmt::format("@{}", static_cast<const void*>(scan->table.get()));
    for (const auto& [key, value] : scan->options) text += key + "=" + value + ";";
    for (const DecodedField& field : scan->fields) {
      for (uint32_t step : field.path) text += fmt::format(".{}", step);
      text += ",";
    }
  }
  // Names may repeat in a schema, so that the columns behind them must be told apart.
  auto exprKey = [&](const ExprPtr& expr) { text += fmt::format("~{:x}", hashExpr(*expr)); };
  if (const auto* project = node.tryAs<LogicalProject>()) {
    for (const ExprPtr& expr : project->exprs) exprKey(expr);
  }
  if (const auto* filter = node.tryAs<LogicalFilter>()) exprKey(filter->condition);
  if (const auto* join = node.tryAs<LogicalJoin>(); join && join->condition) {
    exprKey(join->condition);
  }
  auto columns = [&](const std::vector<uint32_t>& list) {
    for (uint32_t column : list) text += fmt::format("^{}", column);
  };
  if (const auto* aggregate = node.tryAs<LogicalAggregate>()) {
    columns(aggregate->keys);
    for (const AggregateCall& call : aggregate->calls) columns(call.arguments);
  }
  if (const auto* aggregate = node.tryAs<LogicalWindowAggregate>()) {
    columns(aggregate->keys);
    for (const AggregateCall& call : aggregate->calls) columns(call.arguments);
    text += fmt::format("t{}s{}e{}", aggregate->timeColumn, aggregate->windowStartColumn,
                        aggregate->windowEndColumn);
  }
  if (const auto* join = node.tryAs<LogicalJoin>()) {
    columns(join->leftKeys);
    columns(join->rightKeys);
  }
  return text;
}

}  // namespace

std::vector<LogicalPtr> shareSubplans(const std::vector<LogicalPtr>& roots) {
  std::unordered_map<std::string, LogicalPtr> byDigest;
  std::unordered_map<const LogicalNode*, size_t> ids;
  PlanRewriter rewriter([&](const LogicalPtr& node) -> LogicalPtr {
    if (ids.contains(node.get())) return node;
    if (isDeterministic(*node)) {
      auto [entry, isNew] = byDigest.emplace(digest(*node, ids), node);
      if (!isNew) return entry->second;
    }
    ids.emplace(node.get(), ids.size());
    return node;
  });
  std::vector<LogicalPtr> shared;
  for (const LogicalPtr& root : roots) shared.push_back(rewriter.rewrite(root));
  return shared;
}

}  // namespace millrace
