// Joins: JOIN .. ON and USING, lookup joins, and sub-queries of WHERE as semi and anti joins.
#include <fmt/format.h>

#include <tuple>

#include "sql/binder/query_binder.h"

namespace millrace {

namespace {

JoinKind joinKindOf(ParsedJoin::Type type) {
  switch (type) {
    case ParsedJoin::Type::kLeft:
      return JoinKind::kLeft;
    case ParsedJoin::Type::kRight:
      return JoinKind::kRight;
    case ParsedJoin::Type::kFull:
      return JoinKind::kFull;
    default:
      return JoinKind::kInner;
  }
}

// The column with this name on one side of NATURAL or USING.
Result<uint32_t> usingColumn(const BoundRelation& relation, const std::string& name,
                             SourcePosition position) {
  Scope scope;
  scope.columns() = relation.columns;
  ResolvedColumn found = TRY(scope.resolve({name}, position));
  return found.index;
}

std::vector<ParsedIdentifier> commonColumns(const BoundRelation& left, const BoundRelation& right) {
  std::vector<ParsedIdentifier> names;
  for (const ScopeColumn& a : left.columns) {
    for (const ScopeColumn& b : right.columns) {
      if (a.name == b.name) names.push_back({{}, a.name});
    }
  }
  return names;
}

// Schema of a join's output: outer sides become nullable, rowtime attributes survive (a window join
// keeps them; a regular join loses them when it is planned).
Schema joinSchema(const std::vector<ScopeColumn>& columns) {
  Schema schema;
  for (const ScopeColumn& column : columns) schema.push_back({column.name, column.type});
  return schema;
}

}  // namespace

Result<ExprPtr> QueryBinder::bindJoinCondition(const ParsedJoin& join, BoundRelation& left,
                                               BoundRelation& right, const Scope* outer,
                                               std::vector<ScopeColumn>& columns) {
  columns = left.columns;
  columns.insert(columns.end(), right.columns.begin(), right.columns.end());
  if (join.condition) {
    Scope scope(outer);
    scope.columns() = columns;
    ExpressionBinder binder(context_, scope, "ON");
    return binder.bindCondition(*join.condition);
  }
  std::vector<ParsedIdentifier> names = join.usingColumns;
  if (join.natural) names = commonColumns(left, right);
  std::vector<ExprPtr> equalities;
  size_t numLeft = left.columns.size();
  for (const ParsedIdentifier& name : names) {
    uint32_t a = TRY(usingColumn(left, name.name, name.position));
    uint32_t b = TRY(usingColumn(right, name.name, name.position)) + static_cast<uint32_t>(numLeft);
    const ScalarFunction* equals = context_.functions->scalar("=");
    equalities.push_back(
        TRY(makeCall(*equals, {Expr::input(a, columns[a].type), Expr::input(b, columns[b].type)})));
    columns[b].hidden = true;
  }
  if (equalities.empty()) return ExprPtr();
  return Expr::conjunction(std::move(equalities));
}

namespace {

// USING and NATURAL: the common columns come first, once, and hide those of the two sides. Their
// value is the one of the side that is not padded.
Status mergeUsing(const BindContext& context, const BoundRelation& left, JoinKind kind,
                  BoundRelation& result) {
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  std::vector<ScopeColumn> columns;
  size_t numLeft = left.columns.size();
  for (uint32_t r = static_cast<uint32_t>(numLeft); r < result.columns.size(); ++r) {
    if (!result.columns[r].hidden) continue;
    uint32_t l = 0;
    while (l < numLeft &&
           (result.columns[l].name != result.columns[r].name || result.columns[l].hidden)) {
      ++l;
    }
    if (l == numLeft) continue;
    ExprPtr a = Expr::input(l, result.columns[l].type);
    ExprPtr b = Expr::input(r, result.columns[r].type);
    if (kind == JoinKind::kFull) {
      ExprPtr known = TRY(makeCall(*context.functions->scalar("IS NOT NULL"), {a}));
      exprs.push_back(Expr::caseWhen({known, a, coerce(b, a->type)}, a->type));
    } else {
      exprs.push_back(kind == JoinKind::kRight ? b : a);
    }
    names.push_back(result.columns[r].name);
    columns.push_back({"", result.columns[r].name, exprs.back()->type});
    result.columns[l].hidden = true;
  }
  for (uint32_t i = 0; i < result.columns.size(); ++i) {
    exprs.push_back(Expr::input(i, result.columns[i].type));
    names.push_back(result.columns[i].name);
    columns.push_back(result.columns[i]);
  }
  result.plan = makeProject(result.plan, std::move(exprs), std::move(names));
  result.columns = std::move(columns);
  return {};
}

}  // namespace

Result<BoundRelation> QueryBinder::bindJoin(const ParsedJoin& join, const Scope* outer) {
  BoundRelation left = TRY(bindTable(*join.left, outer));
  if (const auto* named = join.right->tryAs<ParsedNamedTable>(); named && named->systemTime) {
    return bindLookupJoin(join, *named, std::move(left), outer);
  }
  BoundRelation right = TRY(bindTable(*join.right, outer));
  auto node = std::make_shared<LogicalJoin>();
  node->joinKind = joinKindOf(join.type);
  node->position = join.operatorPosition;
  if (ttlHints_ != nullptr) {
    std::tie(node->leftTtl, node->rightTtl) = TRY(ttlHints_->ofJoin(left.name, right.name));
  }
  BoundRelation result;
  node->condition = TRY(bindJoinCondition(join, left, right, outer, result.columns));
  size_t numLeft = left.columns.size();
  bool leftOptional = node->joinKind == JoinKind::kRight || node->joinKind == JoinKind::kFull;
  bool rightOptional = node->joinKind == JoinKind::kLeft || node->joinKind == JoinKind::kFull;
  for (size_t i = 0; i < result.columns.size(); ++i) {
    Type& type = result.columns[i].type;
    if (i < numLeft ? leftOptional : rightOptional) type = type.withNullable(true);
  }
  node->schema = joinSchema(result.columns);
  node->inputs = {left.plan, right.plan};
  result.plan = node;
  if (join.natural || !join.usingColumns.empty()) {
    TRY(mergeUsing(context_, left, node->joinKind, result));
  }
  return renamed(std::move(result), join);
}

Result<BoundRelation> QueryBinder::bindLookupJoin(const ParsedJoin& join,
                                                  const ParsedNamedTable& table, BoundRelation left,
                                                  const Scope* outer) {
  Scope leftScope(outer);
  leftScope.columns() = left.columns;
  ExpressionBinder timeBinder(context_, leftScope, "FOR SYSTEM_TIME AS OF");
  ExprPtr time = TRY(timeBinder.bind(*table.systemTime));
  if (!time->type.isProctime()) {
    return Error(ErrorKind::kUnsupported,
                 "temporal joins by event time (FOR SYSTEM_TIME AS OF a rowtime)")
        .at(table.systemTime->position)
        .withHint("A lookup join needs a processing time attribute: PROCTIME().");
  }
  if (joinKindOf(join.type) != JoinKind::kInner && join.type != ParsedJoin::Type::kLeft) {
    return Error(ErrorKind::kUnsupported, "a lookup join other than INNER and LEFT")
        .at(join.operatorPosition);
  }
  LogicalPtr plan = TRY(bindName(table.name, table.hints));
  // The chain that scanOf made: computed columns over a scan. A watermark means nothing here.
  if (plan->kind == LogicalKind::kWatermark) plan = plan->input();
  if (plan->kind != LogicalKind::kProject || plan->input()->kind != LogicalKind::kScan) {
    return Error(ErrorKind::kUnsupported, "a lookup join with a view or query").at(table.position);
  }
  for (const ExprPtr& expr : plan->as<LogicalProject>().exprs) {
    if (expr->kind != ExprKind::kInput) {
      return Error(ErrorKind::kUnsupported, "a lookup join with a table that has computed columns")
          .at(table.position);
    }
  }
  auto scan = std::static_pointer_cast<const LogicalScan>(plan->input());
  BoundRelation right;
  for (const Field& field : scan->schema) {
    right.columns.push_back({table.name.last(), field.name, field.type});
  }
  right.plan = scan;
  right.name = table.name.last();
  right = TRY(renamed(std::move(right), table));
  // Its state is the table that is looked up, which has no time to live.
  if (ttlHints_ != nullptr) (void)TRY(ttlHints_->ofJoin(left.name, right.name));
  auto node = std::make_shared<LogicalLookupJoin>();
  node->table = scan;
  node->joinKind = joinKindOf(join.type);
  node->position = join.operatorPosition;
  BoundRelation result;
  node->condition = TRY(bindJoinCondition(join, left, right, outer, result.columns));
  if (node->joinKind == JoinKind::kLeft) {
    for (size_t i = left.columns.size(); i < result.columns.size(); ++i) {
      result.columns[i].type = result.columns[i].type.withNullable(true);
    }
  }
  node->schema = joinSchema(result.columns);
  node->inputs = {left.plan};
  result.plan = node;
  return result;
}

namespace {

struct Subquery {
  const ParsedQuery* query = nullptr;
  const ParsedExpression* operand = nullptr;  // of IN
  bool negated = false;
};

// Recognises [NOT] EXISTS (query) and x [NOT] IN (query).
Subquery subqueryOf(const ParsedExpression& conjunct) {
  Subquery found;
  const ParsedExpression* expression = &conjunct;
  while (const auto* unary = expression->tryAs<ParsedUnary>()) {
    if (unary->op != ParsedUnary::Op::kNot) return found;
    found.negated = !found.negated;
    expression = unary->operand.get();
  }
  if (const auto* exists = expression->tryAs<ParsedExists>()) found.query = exists->query.get();
  if (const auto* in = expression->tryAs<ParsedInQuery>()) {
    found.query = in->query.get();
    found.operand = in->operand.get();
    found.negated = found.negated != in->negated;
  }
  return found;
}

bool mentionsOuter(const Expr& expr) {
  if (expr.kind == ExprKind::kInput) return expr.index >= kOuterBase;
  for (const ExprPtr& arg : expr.args) {
    if (mentionsOuter(*arg)) return true;
  }
  return false;
}

// An expression over (query columns, kOuterBase + outer columns) as one over (outer, query
// columns).
ExprPtr shiftCorrelated(const ExprPtr& expr, uint32_t numOuter) {
  if (expr->kind == ExprKind::kInput) {
    bool isOuter = expr->index >= kOuterBase;
    return Expr::input(isOuter ? expr->index - kOuterBase : expr->index + numOuter, expr->type);
  }
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = shiftCorrelated(arg, numOuter);
  return copy;
}

// Takes correlated conjuncts out of the filters on top of a sub-query. Only a WHERE directly below
// the projections can be taken apart.
struct Decorrelated {
  LogicalPtr plan;
  std::vector<ExprPtr> correlated;  // over the plan's columns and kOuterBase + outer columns
};

bool planMentionsOuter(const LogicalNode& node) {
  if (const auto* project = node.tryAs<LogicalProject>()) {
    for (const ExprPtr& expr : project->exprs) {
      if (mentionsOuter(*expr)) return true;
    }
  }
  if (const auto* filter = node.tryAs<LogicalFilter>()) {
    if (mentionsOuter(*filter->condition)) return true;
  }
  if (const auto* join = node.tryAs<LogicalJoin>(); join && join->condition) {
    if (mentionsOuter(*join->condition)) return true;
  }
  for (const LogicalPtr& input : node.inputs) {
    if (planMentionsOuter(*input)) return true;
  }
  return false;
}

std::vector<ExprPtr> conjunctsOf(const ExprPtr& condition) {
  if (condition->kind == ExprKind::kAnd) return condition->args;
  return {condition};
}

Result<Decorrelated> decorrelate(const LogicalPtr& plan, SourcePosition position) {
  Error unsupported =
      Error(ErrorKind::kUnsupported, "a correlated sub-query of this form")
          .at(position)
          .withHint("Correlate by conditions joined by AND in the sub-query's WHERE.");
  if (!planMentionsOuter(*plan)) return Decorrelated{plan, {}};
  if (const auto* filter = plan->tryAs<LogicalFilter>()) {
    if (planMentionsOuter(*filter->input())) return unsupported;
    Decorrelated result{filter->input(), {}};
    std::vector<ExprPtr> local;
    for (const ExprPtr& conjunct : conjunctsOf(filter->condition)) {
      (mentionsOuter(*conjunct) ? result.correlated : local).push_back(conjunct);
    }
    if (!local.empty()) result.plan = makeFilter(result.plan, Expr::conjunction(std::move(local)));
    return result;
  }
  if (const auto* project = plan->tryAs<LogicalProject>()) {
    for (const ExprPtr& expr : project->exprs) {
      if (mentionsOuter(*expr)) return unsupported;
    }
    // The projection is widened by all columns below, which the correlated conjuncts may use.
    Decorrelated inner = TRY(decorrelate(project->input(), position));
    std::vector<ExprPtr> exprs = project->exprs;
    std::vector<std::string> names = namesOf(project->schema);
    uint32_t base = static_cast<uint32_t>(exprs.size());
    std::vector<ExprPtr> replacements;
    for (uint32_t i = 0; i < inner.plan->schema.size(); ++i) {
      const Field& field = inner.plan->schema[i];
      exprs.push_back(Expr::input(i, field.type));
      names.push_back(field.name);
    }
    struct Shifter {
      uint32_t base;
      ExprPtr operator()(const ExprPtr& expr) const {
        if (expr->kind == ExprKind::kInput) {
          return expr->index >= kOuterBase ? expr : Expr::input(expr->index + base, expr->type);
        }
        auto copy = std::make_shared<Expr>(*expr);
        for (ExprPtr& arg : copy->args) arg = (*this)(arg);
        return copy;
      }
    } shift{base};
    for (ExprPtr& conjunct : inner.correlated) conjunct = shift(conjunct);
    inner.plan = makeProject(inner.plan, std::move(exprs), std::move(names));
    return inner;
  }
  return unsupported;
}

}  // namespace

namespace {

// Whether a query has at most one row whatever it reads.
bool hasOneRow(const LogicalPtr& plan) {
  if (const auto* values = plan->tryAs<LogicalValues>()) return values->rows.size() <= 1;
  if (const auto* aggregate = plan->tryAs<LogicalAggregate>()) return aggregate->keys.empty();
  bool passes = plan->kind == LogicalKind::kProject || plan->kind == LogicalKind::kFilter;
  return passes && hasOneRow(plan->input());
}

}  // namespace

Result<ExprPtr> QueryBinder::addScalarQuery(const ParsedScalarQuery& scalar, const Scope& scope,
                                            LogicalPtr& plan) {
  LogicalPtr query = TRY(bindQuery(*scalar.query, &scope));
  if (query->schema.size() != 1) {
    return Error(ErrorKind::kValidation,
                 fmt::format("a sub-query as a value has one column, not {}", query->schema.size()))
        .at(scalar.position);
  }
  if (planMentionsOuter(*query)) {
    return Error(ErrorKind::kUnsupported, "a correlated sub-query as a value")
        .at(scalar.position)
        .withHint("Write the query as a LEFT JOIN with a grouped query.");
  }
  if (!hasOneRow(query)) {
    return Error(ErrorKind::kUnsupported, "a sub-query as a value that may have several rows")
        .at(scalar.position)
        .withHint("Aggregate it without GROUP BY, for example with MAX.");
  }
  auto node = std::make_shared<LogicalJoin>();
  node->joinKind = JoinKind::kLeft;
  node->position = scalar.position;
  node->schema = plan->schema;
  Type type = withoutTimeAttribute(query->schema[0].type).withNullable(true);
  node->schema.push_back({fmt::format("$q{}", plan->schema.size()), type});
  node->inputs = {plan, query};
  auto column = static_cast<uint32_t>(plan->schema.size());
  plan = node;
  return Expr::input(column, type);
}

Result<LogicalPtr> QueryBinder::semiJoin(LogicalPtr input, LogicalPtr query,
                                         std::vector<ExprPtr> conditions, bool negated,
                                         SourcePosition position) {
  auto node = std::make_shared<LogicalJoin>();
  node->joinKind = negated ? JoinKind::kAnti : JoinKind::kSemi;
  if (!conditions.empty()) node->condition = Expr::conjunction(std::move(conditions));
  node->schema = input->schema;
  node->position = position;
  node->inputs = {std::move(input), std::move(query)};
  return LogicalPtr(node);
}

Result<LogicalPtr> QueryBinder::applySubquery(const ParsedExpression& conjunct, LogicalPtr input,
                                              const Scope& scope) {
  Subquery subquery = subqueryOf(conjunct);
  LogicalPtr query = TRY(bindQuery(*subquery.query, &scope));
  uint32_t numOuter = static_cast<uint32_t>(input->schema.size());
  Decorrelated inner = TRY(decorrelate(query, conjunct.position));
  std::vector<ExprPtr> conditions;
  for (const ExprPtr& condition : inner.correlated) {
    conditions.push_back(shiftCorrelated(condition, numOuter));
  }
  if (subquery.operand != nullptr) {
    ExpressionBinder binder(context_, scope, "IN");
    std::vector<ExprPtr> operands;
    if (const auto* row = subquery.operand->tryAs<ParsedConstructor>();
        row != nullptr && row->type == ParsedConstructor::Type::kRow) {
      for (const ParsedExpressionPtr& item : row->items) {
        operands.push_back(TRY(binder.bind(*item)));
      }
    } else {
      operands.push_back(TRY(binder.bind(*subquery.operand)));
    }
    if (operands.size() != query->schema.size()) {
      return Error(ErrorKind::kValidation,
                   fmt::format("IN compares {} values with a sub-query of {} columns",
                               operands.size(), query->schema.size()))
          .at(conjunct.position);
    }
    for (uint32_t i = 0; i < operands.size(); ++i) {
      const Type& type = query->schema[i].type;
      ExprPtr inner = Expr::input(numOuter + i, type);
      ExprPtr equal = TRY(makeCall(*context_.functions->scalar("="), {operands[i], inner}));
      if (subquery.negated && (operands[i]->type.nullable() || type.nullable())) {
        // NOT IN keeps a row only when no comparison is TRUE or UNKNOWN.
        const ScalarFunction& isNull = *context_.functions->scalar("IS NULL");
        equal = Expr::disjunction(
            {equal, TRY(makeCall(isNull, {operands[i]})), TRY(makeCall(isNull, {inner}))});
      }
      conditions.push_back(equal);
    }
  }
  return semiJoin(std::move(input), inner.plan, std::move(conditions), subquery.negated,
                  conjunct.position);
}

}  // namespace millrace
