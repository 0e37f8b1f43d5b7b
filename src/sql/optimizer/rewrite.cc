#include "sql/optimizer/rewrite.h"

#include <unordered_set>

namespace millrace {

LogicalPtr withInputs(const LogicalPtr& node, std::vector<LogicalPtr> inputs) {
  if (inputs == node->inputs) return node;
  std::shared_ptr<LogicalNode> copy = node->copy();
  copy->inputs = std::move(inputs);
  return copy;
}

LogicalPtr PlanRewriter::rewrite(const LogicalPtr& node) {
  auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  std::vector<LogicalPtr> inputs;
  for (const LogicalPtr& input : node->inputs) inputs.push_back(rewrite(input));
  LogicalPtr result = replace_(withInputs(node, std::move(inputs)));
  alive_.push_back(node);
  done_[node.get()] = result;
  return result;
}

namespace {

void countBelow(const LogicalPtr& node, std::unordered_map<const LogicalNode*, int>& counts) {
  if (++counts[node.get()] > 1) return;
  for (const LogicalPtr& input : node->inputs) countBelow(input, counts);
}

}  // namespace

std::unordered_map<const LogicalNode*, int> countParents(const std::vector<LogicalPtr>& roots) {
  std::unordered_map<const LogicalNode*, int> counts;
  for (const LogicalPtr& root : roots) countBelow(root, counts);
  return counts;
}

std::vector<ExprPtr> conjunctsOf(const ExprPtr& condition) {
  if (!condition) return {};
  if (condition->kind != ExprKind::kAnd) return {condition};
  std::vector<ExprPtr> all;
  for (const ExprPtr& arg : condition->args) {
    for (ExprPtr& inner : conjunctsOf(arg)) all.push_back(std::move(inner));
  }
  return all;
}

ExprPtr conjunctionOf(std::vector<ExprPtr> conjuncts) {
  if (conjuncts.empty()) return nullptr;
  return Expr::conjunction(std::move(conjuncts));
}

ExprPtr remap(const ExprPtr& expr, const std::vector<int>& map) {
  if (expr->kind == ExprKind::kInput) {
    CHECK(expr->index < map.size() && map[expr->index] >= 0);
    uint32_t index = static_cast<uint32_t>(map[expr->index]);
    return index == expr->index ? expr : Expr::input(index, expr->type);
  }
  if (expr->args.empty()) return expr;
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = remap(arg, map);
  return copy;
}

ExprPtr shiftInputs(const ExprPtr& expr, int by) {
  if (expr->kind == ExprKind::kInput) {
    return Expr::input(static_cast<uint32_t>(static_cast<int>(expr->index) + by), expr->type);
  }
  if (expr->args.empty()) return expr;
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = shiftInputs(arg, by);
  return copy;
}

bool isIdentity(const std::vector<ExprPtr>& exprs, const Schema& input) {
  if (exprs.size() != input.size()) return false;
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (exprs[i]->kind != ExprKind::kInput || exprs[i]->index != i) return false;
  }
  return true;
}

}  // namespace millrace
