// Projections on top of one another become one; projections that change nothing go away.
#include <unordered_map>

#include "sql/binder/query_binder.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

bool isTrivial(const LogicalProject& project) {
  for (const ExprPtr& expr : project.exprs) {
    if (expr->kind != ExprKind::kInput && !expr->isLiteral()) return false;
  }
  return true;
}

bool isDeterministic(const LogicalProject& project) {
  for (const ExprPtr& expr : project.exprs) {
    if (!expr->isDeterministic()) return false;
  }
  return true;
}

}  // namespace

std::vector<LogicalPtr> mergeProjections(const std::vector<LogicalPtr>& roots) {
  std::unordered_map<const LogicalNode*, int> parents = countParents(roots);
  std::unordered_map<const LogicalNode*, bool> shared;  // of rewritten nodes
  std::unordered_map<const LogicalNode*, LogicalPtr> done;
  auto merge = [&](const LogicalPtr& node) -> LogicalPtr {
    const auto* outer = node->tryAs<LogicalProject>();
    if (outer == nullptr) return node;
    LogicalPtr input = outer->input();
    const auto* inner = input->tryAs<LogicalProject>();
    std::vector<ExprPtr> exprs = outer->exprs;
    bool mergeable =
        inner != nullptr && isDeterministic(*inner) && (isTrivial(*inner) || !shared[input.get()]);
    if (mergeable) {
      for (ExprPtr& expr : exprs) expr = substitute(expr, inner->exprs);
      input = inner->input();
    }
    bool sameNames = namesOf(node->schema) == namesOf(input->schema);
    if (isIdentity(exprs, input->schema) && sameNames) return input;
    return mergeable ? makeProject(input, std::move(exprs), namesOf(node->schema)) : node;
  };
  std::function<LogicalPtr(const LogicalPtr&)> rewrite = [&](const LogicalPtr& node) -> LogicalPtr {
    auto found = done.find(node.get());
    if (found != done.end()) return found->second;
    std::vector<LogicalPtr> inputs;
    for (const LogicalPtr& input : node->inputs) inputs.push_back(rewrite(input));
    LogicalPtr result = merge(withInputs(node, std::move(inputs)));
    shared[result.get()] = shared[result.get()] || parents[node.get()] > 1;
    return done[node.get()] = result;
  };
  std::vector<LogicalPtr> rewritten;
  for (const LogicalPtr& root : roots) rewritten.push_back(rewrite(root));
  return rewritten;
}

}  // namespace millrace
