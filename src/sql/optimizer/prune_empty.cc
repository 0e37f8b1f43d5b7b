// Conditions that are never true make their part of the plan empty: nothing is read for it. An
// aggregate without keys over nothing is then known while planning, one row, as in Flink (over an
// input that only happens to be empty it emits nothing).
#include <algorithm>

#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

bool isEmpty(const LogicalPtr& node) {
  const auto* values = node->tryAs<LogicalValues>();
  return values != nullptr && values->rows.empty();
}

LogicalPtr nothing(const LogicalPtr& instead) {
  auto node = std::make_shared<LogicalValues>();
  node->schema = instead->schema;
  node->position = instead->position;
  return node;
}

bool isNeverTrue(const ExprPtr& condition) {
  return condition && condition->isLiteral() &&
         (condition->literal.isNull() || !condition->literal.boolean());
}

LogicalPtr aggregateOfNothing(const LogicalAggregate& aggregate) {
  auto node = std::make_shared<LogicalValues>();
  node->schema = aggregate.schema;
  node->position = aggregate.position;
  node->rows.emplace_back();
  for (const AggregateCall& call : aggregate.calls) {
    node->rows[0].push_back(call.function->name == "COUNT" ? Value(int64_t{0}) : Value());
  }
  return node;
}

LogicalPtr pruneJoin(const LogicalPtr& plan) {
  const auto& join = plan->as<LogicalJoin>();
  bool left = isEmpty(join.inputs[0]);
  bool right = isEmpty(join.inputs[1]) || isNeverTrue(join.condition);
  switch (join.joinKind) {
    case JoinKind::kInner:
    case JoinKind::kSemi:
      return left || right ? nothing(plan) : plan;
    case JoinKind::kAnti:
      return left ? nothing(plan) : right ? join.inputs[0] : plan;
    case JoinKind::kLeft:
      return left ? nothing(plan) : plan;
    default:
      return left && isEmpty(join.inputs[1]) ? nothing(plan) : plan;
  }
}

LogicalPtr pruneUnion(const LogicalPtr& plan) {
  std::vector<LogicalPtr> inputs = plan->inputs;
  std::erase_if(inputs, isEmpty);
  if (inputs.size() == plan->inputs.size()) return plan;
  if (inputs.empty()) return nothing(plan);
  if (inputs.size() > 1) return withInputs(plan, std::move(inputs));
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names = namesOf(plan->schema);
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    exprs.push_back(Expr::input(i, inputs[0]->schema[i].type));
  }
  auto renamed = std::make_shared<LogicalProject>();
  renamed->exprs = std::move(exprs);
  renamed->schema = plan->schema;
  renamed->inputs = std::move(inputs);
  return renamed;
}

LogicalPtr prune(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
    case LogicalKind::kValues:
    case LogicalKind::kSink:
    case LogicalKind::kWindowJoin:
      return node;
    case LogicalKind::kFilter:
      if (isNeverTrue(node->as<LogicalFilter>().condition)) return nothing(node);
      break;
    case LogicalKind::kJoin:
      return pruneJoin(node);
    case LogicalKind::kUnion:
      return pruneUnion(node);
    case LogicalKind::kAggregate:
      if (isEmpty(node->input()) && node->as<LogicalAggregate>().keys.empty()) {
        return aggregateOfNothing(node->as<LogicalAggregate>());
      }
      break;
    default:
      break;
  }
  return isEmpty(node->input()) ? nothing(node) : node;
}

}  // namespace

LogicalPtr pruneEmpty(const LogicalPtr& root) {
  PlanRewriter rewriter(prune);
  return rewriter.rewrite(root);
}

}  // namespace millrace
