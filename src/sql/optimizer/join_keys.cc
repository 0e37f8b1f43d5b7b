// Equalities between the two sides of a join become its keys.
#include "sql/binder/query_binder.h"
#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

enum class Side { kNone, kLeft, kRight, kBoth };

Side sideOf(const Expr& expr, uint32_t numLeft) {
  std::vector<uint32_t> inputs;
  collectInputs(expr, inputs);
  if (inputs.empty()) return Side::kNone;
  bool left = inputs.front() < numLeft;
  bool right = inputs.back() >= numLeft;
  return left && right ? Side::kBoth : left ? Side::kLeft : Side::kRight;
}

// One side of the join while computed keys are appended to it.
struct JoinSide {
  LogicalPtr plan;
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  size_t numOriginal;

  explicit JoinSide(const LogicalPtr& input)
      : plan(input),
        exprs(inputsOf(input->schema)),
        names(namesOf(input->schema)),
        numOriginal(exprs.size()) {}

  uint32_t column(const ExprPtr& expr) {
    for (uint32_t i = 0; i < exprs.size(); ++i) {
      if (sameExpr(*exprs[i], *expr)) return i;
    }
    exprs.push_back(expr);
    names.push_back("$key" + std::to_string(exprs.size()));
    return static_cast<uint32_t>(exprs.size() - 1);
  }
  bool extended() const { return exprs.size() > numOriginal; }
  LogicalPtr finish() { return extended() ? makeProject(plan, exprs, names) : plan; }
};

struct Keys {
  std::vector<uint32_t> left, right;
  std::vector<uint8_t> nullSafe;
  std::vector<ExprPtr> rest;
};

Keys takeKeys(const ExprPtr& condition, JoinSide& left, JoinSide& right) {
  Keys keys;
  uint32_t numLeft = static_cast<uint32_t>(left.numOriginal);
  for (const ExprPtr& conjunct : conjunctsOf(condition)) {
    bool equals = conjunct->kind == ExprKind::kCall && conjunct->function->name == "=";
    bool nullSafe =
        conjunct->kind == ExprKind::kCall && conjunct->function->name == "IS NOT DISTINCT FROM";
    if (equals || nullSafe) {
      ExprPtr a = conjunct->args[0];
      ExprPtr b = conjunct->args[1];
      Side sideA = sideOf(*a, numLeft);
      Side sideB = sideOf(*b, numLeft);
      if (sideA == Side::kRight && sideB == Side::kLeft) {
        std::swap(a, b);
        std::swap(sideA, sideB);
      }
      if (sideA == Side::kLeft && sideB == Side::kRight && a->type.sameAs(b->type)) {
        keys.left.push_back(left.column(a));
        keys.right.push_back(right.column(shiftInputs(b, -static_cast<int>(numLeft))));
        keys.nullSafe.push_back(nullSafe);
        continue;
      }
    }
    keys.rest.push_back(conjunct);
  }
  return keys;
}

// Inputs of a condition over (left, right) after the left side has grown by some columns.
ExprPtr widen(const ExprPtr& condition, size_t numLeft, size_t numRight, size_t newLeft) {
  if (!condition) return nullptr;
  std::vector<int> map;
  for (size_t i = 0; i < numLeft; ++i) map.push_back(static_cast<int>(i));
  for (size_t i = 0; i < numRight; ++i) map.push_back(static_cast<int>(newLeft + i));
  return remap(condition, map);
}

LogicalPtr keyedJoin(const LogicalJoin& join) {
  JoinSide left(join.inputs[0]);
  JoinSide right(join.inputs[1]);
  Keys keys = takeKeys(join.condition, left, right);
  auto copy = std::static_pointer_cast<LogicalJoin>(join.copy());
  copy->leftKeys = keys.left;
  copy->rightKeys = keys.right;
  copy->nullSafe = keys.nullSafe;
  size_t numLeft = left.numOriginal;
  size_t numRight = right.numOriginal;
  copy->condition =
      widen(conjunctionOf(std::move(keys.rest)), numLeft, numRight, left.exprs.size());
  copy->inputs = {left.finish(), right.finish()};
  bool leftOnly = join.joinKind == JoinKind::kSemi || join.joinKind == JoinKind::kAnti;
  if (!left.extended() && (!right.extended() || leftOnly)) return copy;
  // The computed keys do not leave the join.
  Schema wide;
  std::vector<ExprPtr> exprs;
  auto take = [&](const LogicalPtr& input, size_t numOriginal, size_t outputBase) {
    for (size_t i = 0; i < input->schema.size(); ++i) {
      Field field = input->schema[i];
      if (i < numOriginal) {
        field.type = join.schema[outputBase + i].type;
        exprs.push_back(Expr::input(static_cast<uint32_t>(wide.size()), field.type));
      }
      wide.push_back(field);
    }
  };
  take(copy->inputs[0], numLeft, 0);
  if (!leftOnly) take(copy->inputs[1], numRight, numLeft);
  copy->schema = wide;
  return makeProject(copy, std::move(exprs), namesOf(join.schema));
}

// The looked-up side has no computed keys: such equalities stay in the condition.
LogicalPtr keyedLookup(const LogicalLookupJoin& join) {
  JoinSide left(join.inputs[0]);
  uint32_t numLeft = static_cast<uint32_t>(left.numOriginal);
  auto copy = std::static_pointer_cast<LogicalLookupJoin>(join.copy());
  std::vector<ExprPtr> rest;
  for (const ExprPtr& conjunct : conjunctsOf(join.condition)) {
    bool equals = conjunct->kind == ExprKind::kCall && conjunct->function->name == "=";
    if (equals) {
      ExprPtr a = conjunct->args[0];
      ExprPtr b = conjunct->args[1];
      if (sideOf(*a, numLeft) == Side::kRight) std::swap(a, b);
      if (sideOf(*a, numLeft) != Side::kRight && sideOf(*a, numLeft) != Side::kBoth &&
          b->kind == ExprKind::kInput && b->index >= numLeft) {
        copy->leftKeys.push_back(left.column(a));
        copy->rightKeys.push_back(b->index - numLeft);
        continue;
      }
    }
    rest.push_back(conjunct);
  }
  size_t numRight = join.table->schema.size();
  copy->condition = widen(conjunctionOf(std::move(rest)), numLeft, numRight, left.exprs.size());
  copy->inputs = {left.finish()};
  if (!left.extended()) return copy;
  Schema wide;
  std::vector<ExprPtr> exprs;
  for (size_t i = 0; i < copy->inputs[0]->schema.size() + numRight; ++i) {
    bool computed = i >= numLeft && i < left.exprs.size();
    if (computed) {
      wide.push_back(copy->inputs[0]->schema[i]);
      continue;
    }
    const Field& field = join.schema[exprs.size()];
    exprs.push_back(Expr::input(static_cast<uint32_t>(i), field.type));
    wide.push_back(field);
  }
  copy->schema = wide;
  return makeProject(copy, std::move(exprs), namesOf(join.schema));
}

}  // namespace

LogicalPtr extractJoinKeys(const LogicalPtr& root) {
  PlanRewriter rewriter([](const LogicalPtr& node) -> LogicalPtr {
    if (const auto* join = node->tryAs<LogicalJoin>()) return keyedJoin(*join);
    if (const auto* lookup = node->tryAs<LogicalLookupJoin>()) return keyedLookup(*lookup);
    return node;
  });
  return rewriter.rewrite(root);
}

}  // namespace millrace
