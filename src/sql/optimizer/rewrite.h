// Rewriting plans and expressions; used by all phases.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

// Calls `replace` for every node, inputs first, each node once however many parents it has.
// `replace` gets a node whose inputs are already rewritten and returns it or another one.
class PlanRewriter {
 public:
  explicit PlanRewriter(std::function<LogicalPtr(const LogicalPtr&)> replace)
      : replace_(std::move(replace)) {}
  LogicalPtr rewrite(const LogicalPtr& node);

 private:
  std::function<LogicalPtr(const LogicalPtr&)> replace_;
  std::unordered_map<const LogicalNode*, LogicalPtr> done_;
  std::vector<LogicalPtr> alive_;  // keeps the keys of done_ valid
};

// The node with other inputs: itself when they are the same.
LogicalPtr withInputs(const LogicalPtr& node, std::vector<LogicalPtr> inputs);

// How many parents each node of the plans has.
std::unordered_map<const LogicalNode*, int> countParents(const std::vector<LogicalPtr>& roots);

// The conjuncts of a condition (none for nullptr), and back (nullptr for none).
std::vector<ExprPtr> conjunctsOf(const ExprPtr& condition);
ExprPtr conjunctionOf(std::vector<ExprPtr> conjuncts);

// Replaces input i by map[i]; every input that occurs must be mapped (>= 0).
ExprPtr remap(const ExprPtr& expr, const std::vector<int>& map);
ExprPtr shiftInputs(const ExprPtr& expr, int by);

bool isIdentity(const std::vector<ExprPtr>& exprs, const Schema& input);

}  // namespace millrace
