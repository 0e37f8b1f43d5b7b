// Filters move through projections, unions and joins; a filter above a join becomes part of it.
#include "expr/evaluator.h"
#include "sql/binder/query_binder.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

LogicalPtr filtered(LogicalPtr input, std::vector<ExprPtr> conjuncts) {
  ExprPtr condition = conjunctionOf(std::move(conjuncts));
  return condition ? makeFilter(std::move(input), std::move(condition)) : input;
}

bool allDeterministic(const std::vector<ExprPtr>& exprs) {
  for (const ExprPtr& expr : exprs) {
    if (!expr->isDeterministic()) return false;
  }
  return true;
}

class FilterPusher {
 public:
  FilterPusher(const BindContext& context, std::unordered_map<const LogicalNode*, int> parents)
      : context_(context), parents_(std::move(parents)) {}

  LogicalPtr push(const LogicalPtr& node, std::vector<ExprPtr> conjuncts);

 private:
  LogicalPtr pushIntoJoin(const LogicalJoin& join, std::vector<ExprPtr> conjuncts);
  LogicalPtr pushIntoLookup(const LogicalLookupJoin& join, const std::vector<ExprPtr>& conjuncts);
  LogicalPtr pushIntoProject(const LogicalPtr& node, std::vector<ExprPtr> conjuncts);
  LogicalPtr rebuilt(const LogicalPtr& node);

  bool isShared(const LogicalPtr& node) const {
    auto found = parents_.find(node.get());
    return found != parents_.end() && found->second > 1;
  }
  ExprPtr fold(const ExprPtr& expr) const { return foldConstants(expr, context_.eval); }

  const BindContext& context_;
  std::unordered_map<const LogicalNode*, int> parents_;
  std::unordered_map<const LogicalNode*, LogicalPtr> done_;
};

// The node itself with its inputs rewritten, no filters pushed in.
LogicalPtr FilterPusher::rebuilt(const LogicalPtr& node) {
  auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  std::vector<LogicalPtr> inputs;
  for (const LogicalPtr& input : node->inputs) inputs.push_back(push(input, {}));
  LogicalPtr result = withInputs(node, std::move(inputs));
  if (const auto* project = result->tryAs<LogicalProject>()) {
    auto copy = std::static_pointer_cast<LogicalProject>(project->copy());
    for (ExprPtr& expr : copy->exprs) expr = fold(expr);
    result = copy;
  }
  done_[node.get()] = result;
  return result;
}

LogicalPtr FilterPusher::pushIntoProject(const LogicalPtr& node, std::vector<ExprPtr> conjuncts) {
  const auto& project = node->as<LogicalProject>();
  if (!allDeterministic(project.exprs)) return filtered(rebuilt(node), std::move(conjuncts));
  for (ExprPtr& conjunct : conjuncts) conjunct = fold(substitute(conjunct, project.exprs));
  std::vector<ExprPtr> exprs;
  for (const ExprPtr& expr : project.exprs) exprs.push_back(fold(expr));
  LogicalPtr input = push(node->input(), std::move(conjuncts));
  return makeProject(input, std::move(exprs), namesOf(node->schema));
}

LogicalPtr FilterPusher::pushIntoJoin(const LogicalJoin& join, std::vector<ExprPtr> conjuncts) {
  int numLeft = static_cast<int>(join.inputs[0]->schema.size());
  JoinKind kind = join.joinKind;
  bool fromAbove = true;
  std::vector<ExprPtr> above;
  std::vector<ExprPtr> left;
  std::vector<ExprPtr> right;
  std::vector<ExprPtr> inside;
  // A filter above may go to a side that is not padded with NULLs; a condition of the join itself
  // to a side whose unmatched rows are dropped anyway.
  auto place = [&](const ExprPtr& conjunct) {
    std::vector<uint32_t> inputs;
    collectInputs(*conjunct, inputs);
    bool usesLeft = !inputs.empty() && static_cast<int>(inputs.front()) < numLeft;
    bool usesRight = !inputs.empty() && static_cast<int>(inputs.back()) >= numLeft;
    bool leftKept =
        kind == JoinKind::kInner || kind == JoinKind::kSemi ||
        (fromAbove ? kind == JoinKind::kLeft || kind == JoinKind::kAnti : kind == JoinKind::kRight);
    bool rightKept = kind == JoinKind::kInner || (kind == JoinKind::kSemi && !fromAbove) ||
                     (kind == JoinKind::kAnti && !fromAbove) ||
                     (fromAbove ? kind == JoinKind::kRight : kind == JoinKind::kLeft);
    if (!conjunct->isDeterministic()) {
      (fromAbove ? above : inside).push_back(conjunct);
    } else if (usesLeft && !usesRight && leftKept) {
      left.push_back(conjunct);
    } else if (usesRight && !usesLeft && rightKept) {
      right.push_back(shiftInputs(conjunct, -numLeft));
    } else if (!fromAbove || kind == JoinKind::kInner) {
      inside.push_back(conjunct);
    } else {
      above.push_back(conjunct);
    }
  };
  for (const ExprPtr& conjunct : conjuncts) place(conjunct);
  fromAbove = false;
  for (const ExprPtr& conjunct : conjunctsOf(join.condition)) place(fold(conjunct));
  auto copy = std::static_pointer_cast<LogicalJoin>(join.copy());
  copy->condition = conjunctionOf(std::move(inside));
  copy->inputs = {push(join.inputs[0], std::move(left)), push(join.inputs[1], std::move(right))};
  return filtered(copy, std::move(above));
}

// The table that is looked up has no filter of its own: what uses it becomes a condition.
LogicalPtr FilterPusher::pushIntoLookup(const LogicalLookupJoin& join,
                                        const std::vector<ExprPtr>& conjuncts) {
  size_t numLeft = join.input()->schema.size();
  std::vector<ExprPtr> above;
  std::vector<ExprPtr> left;
  std::vector<ExprPtr> inside = conjunctsOf(join.condition);
  for (const ExprPtr& conjunct : conjuncts) {
    std::vector<uint32_t> inputs;
    collectInputs(*conjunct, inputs);
    bool usesTable = !inputs.empty() && inputs.back() >= numLeft;
    if (!conjunct->isDeterministic() || (usesTable && join.joinKind != JoinKind::kInner)) {
      above.push_back(conjunct);
    } else {
      (usesTable ? inside : left).push_back(conjunct);
    }
  }
  auto copy = std::static_pointer_cast<LogicalLookupJoin>(join.copy());
  copy->condition = conjunctionOf(std::move(inside));
  copy->inputs = {push(join.input(), std::move(left))};
  return filtered(copy, std::move(above));
}

LogicalPtr FilterPusher::push(const LogicalPtr& node, std::vector<ExprPtr> conjuncts) {
  if (isShared(node) && node->kind != LogicalKind::kProject) {
    // Pushing into a shared node would compute it twice.
    LogicalPtr below = node->kind == LogicalKind::kFilter || node->kind == LogicalKind::kJoin
                           ? nullptr
                           : rebuilt(node);
    if (!below) {
      auto found = done_.find(node.get());
      if (found == done_.end()) {
        parents_[node.get()] = 1;
        LogicalPtr made = push(node, {});
        done_[node.get()] = made;
        parents_[node.get()] = 2;
        below = made;
      } else {
        below = found->second;
      }
    }
    return filtered(below, std::move(conjuncts));
  }
  switch (node->kind) {
    case LogicalKind::kFilter: {
      for (const ExprPtr& conjunct : conjunctsOf(node->as<LogicalFilter>().condition)) {
        ExprPtr folded = fold(conjunct);
        bool isTrue = folded->isLiteral() && !folded->literal.isNull() && folded->literal.boolean();
        if (!isTrue) conjuncts.push_back(folded);
      }
      return push(node->input(), std::move(conjuncts));
    }
    case LogicalKind::kProject:
      if (conjuncts.empty()) return rebuilt(node);
      return pushIntoProject(node, std::move(conjuncts));
    case LogicalKind::kJoin:
      return pushIntoJoin(node->as<LogicalJoin>(), std::move(conjuncts));
    case LogicalKind::kLookupJoin:
      return pushIntoLookup(node->as<LogicalLookupJoin>(), conjuncts);
    case LogicalKind::kUnion: {
      std::vector<LogicalPtr> inputs;
      for (const LogicalPtr& input : node->inputs) inputs.push_back(push(input, conjuncts));
      return withInputs(node, std::move(inputs));
    }
    default:
      return filtered(rebuilt(node), std::move(conjuncts));
  }
}

}  // namespace

LogicalPtr pushFilters(const LogicalPtr& root, const BindContext& context) {
  FilterPusher pusher(context, countParents({root}));
  return pusher.push(root, {});
}

}  // namespace millrace
