#include "sql/planner/monotonicity.h"

#include <algorithm>

#include "sql/optimizer/rewrite.h"

namespace millrace {

namespace {

using Columns = std::vector<Monotonicity>;

bool isStable(Monotonicity m) {
  return m == Monotonicity::kConstant || m == Monotonicity::kDerived;
}

bool appendsOnly(const Columns& columns) {
  return std::all_of(columns.begin(), columns.end(), isStable);
}

Columns constants(size_t count) { return Columns(count, Monotonicity::kConstant); }

const Expr& withoutCasts(const Expr& expr) {
  const Expr* inner = &expr;
  while (inner->kind == ExprKind::kCast) inner = inner->args[0].get();
  return *inner;
}

bool isStableExpr(const Expr& expr, const Columns& input) {
  if (!expr.isDeterministic()) return false;
  std::vector<uint32_t> used;
  collectInputs(expr, used);
  return std::all_of(used.begin(), used.end(), [&](uint32_t c) { return isStable(input[c]); });
}

// Whether a row that passes the conjunct goes on passing it. Only comparisons of a column with a
// constant are looked into; what is not certain counts as no, which costs state but never a result.
bool staysTrue(const Expr& conjunct, const Columns& input) {
  if (isStableExpr(conjunct, input)) return true;
  if (conjunct.kind != ExprKind::kCall || conjunct.args.size() != 2) return false;
  const std::string& op = conjunct.function->name;
  const Expr* column = &withoutCasts(*conjunct.args[0]);
  const Expr* constant = conjunct.args[1].get();
  bool above = op == ">" || op == ">=";
  if (!above && op != "<" && op != "<=") return false;
  if (column->isLiteral()) {
    constant = column;
    column = &withoutCasts(*conjunct.args[1]);
    above = !above;
  }
  if (column->kind != ExprKind::kInput || !withoutCasts(*constant).isLiteral()) return false;
  return input[column->index] == (above ? Monotonicity::kIncreasing : Monotonicity::kDecreasing);
}

}  // namespace

const Monotonicities& MonotonicityInference::of(const LogicalPtr& node) {
  auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  Monotonicities inferred = infer(node);
  return done_.emplace(node.get(), std::move(inferred)).first->second;
}

bool MonotonicityInference::ignoresRetractions(const LogicalAggregate& node, size_t i) {
  const AggregateCall& call = node.calls[i];
  if (call.function->name != "MAX" && call.function->name != "MIN") return false;
  Monotonicities own = ofAggregate(node);
  if (!own) return false;
  Monotonicity wanted =
      call.function->name == "MAX" ? Monotonicity::kIncreasing : Monotonicity::kDecreasing;
  return (*own)[node.keys.size() + i] == wanted;
}

Monotonicities MonotonicityInference::infer(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kScan:
      return constants(node->schema.size());
    case LogicalKind::kWatermark: {
      const Monotonicities& input = of(node->input());
      if (!input || !appendsOnly(*input)) return std::nullopt;
      return constants(node->schema.size());
    }
    case LogicalKind::kProject:
      return ofProject(node->as<LogicalProject>());
    case LogicalKind::kFilter:
      return ofFilter(node->as<LogicalFilter>());
    case LogicalKind::kAggregate:
      return ofAggregate(node->as<LogicalAggregate>());
    case LogicalKind::kJoin:
      return ofJoin(node->as<LogicalJoin>());
    case LogicalKind::kUnion:
      return ofUnion(node->as<LogicalUnion>());
    case LogicalKind::kDeduplicate:
      return ofDeduplicate(node->as<LogicalDeduplicate>());
    default:
      return std::nullopt;
  }
}

Monotonicities MonotonicityInference::ofProject(const LogicalProject& node) {
  const Monotonicities& input = of(node.input());
  if (!input) return std::nullopt;
  if (appendsOnly(*input)) return constants(node.exprs.size());
  Columns columns;
  for (const ExprPtr& expr : node.exprs) {
    const Expr& inner = withoutCasts(*expr);
    if (inner.kind == ExprKind::kInput) {
      columns.push_back((*input)[inner.index]);
    } else {
      columns.push_back(isStableExpr(*expr, *input) ? Monotonicity::kDerived : Monotonicity::kNone);
    }
  }
  return columns;
}

Monotonicities MonotonicityInference::ofFilter(const LogicalFilter& node) {
  const Monotonicities& input = of(node.input());
  if (!input) return std::nullopt;
  for (const ExprPtr& conjunct : conjunctsOf(node.condition)) {
    if (!staysTrue(*conjunct, *input)) return Columns(input->size(), Monotonicity::kNone);
  }
  return input;
}

// Of a call alone, then only as far as its updated argument goes the same way.
Monotonicity MonotonicityInference::ofCall(const AggregateCall& call, const Columns& input) {
  if (call.filter >= 0 && !isStable(input[static_cast<size_t>(call.filter)])) {
    return Monotonicity::kNone;
  }
  const std::string& name = call.function->name;
  Monotonicity own = name == "COUNT" || name == "MAX" ? Monotonicity::kIncreasing
                     : name == "MIN"                  ? Monotonicity::kDecreasing
                                                      : Monotonicity::kNone;
  if (call.arguments.empty() || appendsOnly(input)) return own;
  if (call.arguments.size() > 1) return Monotonicity::kNone;
  Monotonicity argument = input[call.arguments[0]];
  // A value that moves in one direction does not become NULL, so that it stays counted.
  bool counts = name == "COUNT" && !call.distinct && argument != Monotonicity::kNone;
  return counts || argument == own ? own : Monotonicity::kNone;
}

Monotonicities MonotonicityInference::ofAggregate(const LogicalAggregate& node) {
  const Monotonicities& input = of(node.input());
  if (!input) return std::nullopt;
  for (uint32_t key : node.keys) {
    if ((*input)[key] != Monotonicity::kConstant) return std::nullopt;
  }
  Columns columns = constants(node.keys.size());
  for (const AggregateCall& call : node.calls) columns.push_back(ofCall(call, *input));
  return columns;
}

Monotonicities MonotonicityInference::ofJoin(const LogicalJoin& node) {
  if (node.joinKind != JoinKind::kInner && node.joinKind != JoinKind::kSemi) return std::nullopt;
  const Monotonicities& left = of(node.inputs[0]);
  const Monotonicities& right = of(node.inputs[1]);
  if (!left || !right) return std::nullopt;
  bool updates = !appendsOnly(*left) || !appendsOnly(*right);
  if (updates && node.condition) return std::nullopt;
  for (size_t k = 0; k < node.leftKeys.size(); ++k) {
    if ((*left)[node.leftKeys[k]] != Monotonicity::kConstant) return std::nullopt;
    if ((*right)[node.rightKeys[k]] != Monotonicity::kConstant) return std::nullopt;
  }
  if (node.joinKind == JoinKind::kSemi) return left;
  Columns columns = *left;
  columns.insert(columns.end(), right->begin(), right->end());
  return columns;
}

Monotonicities MonotonicityInference::ofUnion(const LogicalUnion& node) {
  for (const LogicalPtr& input : node.inputs) {
    if (!of(input)) return std::nullopt;
  }
  const Monotonicities& first = of(node.inputs[0]);
  for (const LogicalPtr& input : node.inputs) {
    if (of(input) != first) return Columns(node.schema.size(), Monotonicity::kNone);
  }
  return first;
}

Monotonicities MonotonicityInference::ofDeduplicate(const LogicalDeduplicate& node) {
  const Monotonicities& input = of(node.input());
  if (!input || !appendsOnly(*input)) return std::nullopt;
  if (!node.keepLast && !node.isRowtime) return constants(node.schema.size());
  Columns columns(node.schema.size(), Monotonicity::kNone);
  for (uint32_t key : node.keys) columns[key] = Monotonicity::kConstant;
  return columns;
}

}  // namespace millrace
