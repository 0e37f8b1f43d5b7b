#include "sql/binder/query_binder.h"

#include <fmt/format.h>

#include "expr/evaluator.h"
#include "sql/plan/query_block.h"
#include "types/cast.h"
#include "types/least_restrictive.h"

namespace millrace {

LogicalPtr makeProject(LogicalPtr input, std::vector<ExprPtr> exprs,
                       std::vector<std::string> names) {
  auto node = std::make_shared<LogicalProject>();
  for (size_t i = 0; i < exprs.size(); ++i) {
    node->schema.push_back({std::move(names[i]), exprs[i]->type});
  }
  node->exprs = std::move(exprs);
  node->inputs = {std::move(input)};
  return node;
}

LogicalPtr makeFilter(LogicalPtr input, ExprPtr condition) {
  auto node = std::make_shared<LogicalFilter>();
  node->schema = input->schema;
  node->condition = std::move(condition);
  node->inputs = {std::move(input)};
  return node;
}

std::vector<ExprPtr> inputsOf(const Schema& schema) {
  std::vector<ExprPtr> exprs;
  for (size_t i = 0; i < schema.size(); ++i) {
    exprs.push_back(Expr::input(static_cast<uint32_t>(i), schema[i].type));
  }
  return exprs;
}

Type withoutTimeAttribute(const Type& type) { return type.withTimeAttribute(TimeAttribute::kNone); }

Result<LogicalPtr> QueryBinder::bindQuery(const ParsedQuery& query, const Scope* outer) {
  commonTables_.emplace_back();
  Result<LogicalPtr> bound = [&]() -> Result<LogicalPtr> {
    for (const ParsedCommonTable& table : query.with) {
      LogicalPtr plan = TRY(bindNestedQuery(*table.query, outer));
      if (!table.columns.empty()) {
        if (table.columns.size() != plan->schema.size()) {
          return Error(ErrorKind::kValidation,
                       fmt::format("'{}' has {} columns but {} names", table.name.name,
                                   plan->schema.size(), table.columns.size()))
              .at(table.name.position);
        }
        std::vector<std::string> names;
        for (const ParsedIdentifier& column : table.columns) names.push_back(column.name);
        plan = makeProject(plan, inputsOf(plan->schema), names);
      }
      commonTables_.back()[table.name.name] = inBlock(plan, table.name.name);
    }
    const auto* orderBy = query.orderBy.empty() ? nullptr : &query.orderBy;
    LogicalPtr plan = TRY(bindBody(*query.body, outer, orderBy));
    return bindLimit(plan, query);
  }();
  commonTables_.pop_back();
  return bound;
}

Result<LogicalPtr> QueryBinder::bindNestedQuery(const ParsedQuery& query, const Scope* outer) {
  LogicalPtr plan = TRY(bindQuery(query, outer));
  if (query.orderBy.empty() || query.limit || query.offset) return plan;
  if (plan->kind == LogicalKind::kSort) return plan->input();
  auto copy = plan->as<LogicalProject>().copy();
  copy->inputs = plan->input()->inputs;
  return LogicalPtr(copy);
}

Result<LogicalPtr> QueryBinder::bindBody(const ParsedQueryBody& body, const Scope* outer,
                                         const std::vector<ParsedOrderItem>* orderBy) {
  if (const auto* select = body.tryAs<ParsedSelect>()) return bindSelect(*select, outer, orderBy);
  LogicalPtr plan;
  switch (body.kind) {
    case ParsedQueryBody::Kind::kValues:
      plan = TRY(bindValues(body.as<ParsedValues>()));
      break;
    case ParsedQueryBody::Kind::kTable:
      plan = TRY(bindName(body.as<ParsedTableBody>().name, body.as<ParsedTableBody>().hints));
      if (context_.expansion != nullptr) {
        context_.expansion->tableColumns[&body.as<ParsedTableBody>().name] = namesOf(plan->schema);
      }
      break;
    case ParsedQueryBody::Kind::kSetOperation:
      plan = TRY(bindSetOperation(body.as<ParsedSetOperation>(), outer));
      break;
    default:
      plan = TRY(bindQuery(*body.as<ParsedNestedBody>().query, outer));
  }
  return orderBy ? bindOrderByOutput(plan, *orderBy) : plan;
}

Result<LogicalPtr> QueryBinder::bindValues(const ParsedValues& values) {
  Scope none;
  ExpressionBinder binder(context_, none, "VALUES");
  std::vector<std::vector<ExprPtr>> rows;
  for (const auto& parsedRow : values.rows) {
    std::vector<ExprPtr> row;
    for (const ParsedExpressionPtr& item : parsedRow) {
      row.push_back(foldConstants(TRY(binder.bind(*item)), context_.eval));
    }
    if (!rows.empty() && row.size() != rows[0].size()) {
      return Error(ErrorKind::kValidation, "the rows of VALUES have different numbers of columns")
          .at(values.position);
    }
    rows.push_back(std::move(row));
  }
  auto node = std::make_shared<LogicalValues>();
  node->position = values.position;
  bool constant = true;
  for (size_t c = 0; c < rows[0].size(); ++c) {
    std::vector<Type> types;
    bool nullable = false;
    for (const auto& row : rows) {
      types.push_back(row[c]->type);
      nullable = nullable || row[c]->type.nullable();
    }
    Result<Type> type = leastRestrictive(types);
    if (!type.ok()) {
      return Error(ErrorKind::kTypeMismatch,
                   fmt::format("column {} of VALUES has values of incompatible types", c + 1))
          .at(values.position);
    }
    node->schema.push_back({fmt::format("EXPR${}", c), type.value().withNullable(nullable)});
    for (auto& row : rows) {
      row[c] = foldConstants(coerce(row[c], type.value()), context_.eval);
      constant = constant && row[c]->isLiteral();
    }
  }
  if (constant) {
    for (const auto& row : rows) {
      std::vector<Value> literals;
      for (const ExprPtr& item : row) literals.push_back(item->literal);
      node->rows.push_back(std::move(literals));
    }
    return LogicalPtr(node);
  }
  auto all = std::make_shared<LogicalUnion>();
  all->schema = node->schema;
  for (auto& row : rows) {
    auto one = std::make_shared<LogicalValues>();
    one->rows.emplace_back();
    all->inputs.push_back(makeProject(one, std::move(row), namesOf(node->schema)));
  }
  return all->inputs.size() == 1 ? all->inputs[0] : LogicalPtr(all);
}

namespace {

const char* nameOf(const ParsedSetOperation& operation) {
  switch (operation.type) {
    case ParsedSetOperation::Type::kUnion:
      return "UNION";
    case ParsedSetOperation::Type::kIntersect:
      return "INTERSECT";
    default:
      return "EXCEPT";
  }
}

// The two sides with columns of the same types, as the inputs of a union.
Result<std::shared_ptr<LogicalUnion>> alignSides(const ParsedSetOperation& operation,
                                                 const LogicalPtr& left, const LogicalPtr& right) {
  const char* name = nameOf(operation);
  if (left->schema.size() != right->schema.size()) {
    return Error(ErrorKind::kValidation, fmt::format("column count mismatch in {}: {} and {}", name,
                                                     left->schema.size(), right->schema.size()))
        .at(operation.operatorPosition);
  }
  auto node = std::make_shared<LogicalUnion>();
  for (size_t c = 0; c < left->schema.size(); ++c) {
    const Type& a = left->schema[c].type;
    const Type& b = right->schema[c].type;
    Type types[] = {a, b};
    Result<Type> common = a == b ? Result<Type>(a) : leastRestrictive(types);
    if (!common.ok()) {
      return Error(ErrorKind::kTypeMismatch,
                   fmt::format("type mismatch in column {} of {}: {} and {}", c + 1, name,
                               a.toString(), b.toString()))
          .at(operation.operatorPosition);
    }
    Type type = common.value().withNullable(a.nullable() || b.nullable());
    if (a.timeAttribute() == b.timeAttribute()) type = type.withTimeAttribute(a.timeAttribute());
    node->schema.push_back({left->schema[c].name, type});
  }
  for (const LogicalPtr& side : {left, right}) {
    std::vector<ExprPtr> exprs = inputsOf(side->schema);
    bool changed = false;
    for (size_t c = 0; c < exprs.size(); ++c) {
      ExprPtr cast = coerce(exprs[c], node->schema[c].type);
      changed = changed || cast != exprs[c];
      exprs[c] = cast;
    }
    node->inputs.push_back(changed ? makeProject(side, exprs, namesOf(node->schema)) : side);
  }
  return node;
}

LogicalPtr distinctRows(const LogicalPtr& input) {
  auto distinct = std::make_shared<LogicalAggregate>();
  for (uint32_t c = 0; c < input->schema.size(); ++c) {
    const Field& field = input->schema[c];
    distinct->keys.push_back(c);
    distinct->schema.push_back({field.name, withoutTimeAttribute(field.type)});
  }
  distinct->inputs = {input};
  return distinct;
}

}  // namespace

Result<LogicalPtr> QueryBinder::bindSetOperation(const ParsedSetOperation& operation,
                                                 const Scope* outer) {
  bool isUnion = operation.type == ParsedSetOperation::Type::kUnion;
  if (!isUnion && operation.all) {
    return Error(ErrorKind::kUnsupported, fmt::format("{} ALL", nameOf(operation)))
        .at(operation.operatorPosition)
        .withHint("Without ALL it is supported.");
  }
  LogicalPtr left = TRY(bindNestedQuery(*operation.left, outer));
  LogicalPtr right = TRY(bindNestedQuery(*operation.right, outer));
  std::shared_ptr<LogicalUnion> both = TRY(alignSides(operation, left, right));
  if (isUnion) return operation.all ? LogicalPtr(both) : distinctRows(both);
  // The rows of the left side that have (or have not) an equal one, NULLs being equal.
  const ScalarFunction& same = *context_.functions->scalar("IS NOT DISTINCT FROM");
  auto numColumns = static_cast<uint32_t>(both->schema.size());
  std::vector<ExprPtr> conditions;
  for (uint32_t c = 0; c < numColumns; ++c) {
    conditions.push_back(
        TRY(makeCall(same, {Expr::input(c, both->inputs[0]->schema[c].type),
                            Expr::input(numColumns + c, both->inputs[1]->schema[c].type)})));
  }
  bool negated = operation.type == ParsedSetOperation::Type::kExcept;
  return distinctRows(TRY(semiJoin(both->inputs[0], both->inputs[1], std::move(conditions), negated,
                                   operation.operatorPosition)));
}

// ORDER BY of a query that is not a SELECT: output columns by name or position.
Result<LogicalPtr> QueryBinder::bindOrderByOutput(LogicalPtr plan,
                                                  const std::vector<ParsedOrderItem>& orderBy) {
  Scope scope;
  scope.add("", plan->schema);
  ExpressionBinder binder(context_, scope, "ORDER BY");
  auto node = std::make_shared<LogicalSort>();
  for (const ParsedOrderItem& item : orderBy) {
    ExprPtr expr = TRY(binder.bind(*item.expression));
    if (expr->kind != ExprKind::kInput) {
      return Error(ErrorKind::kUnsupported, "ORDER BY an expression over UNION or VALUES")
          .at(item.expression->position)
          .withHint("Order by a column of the result.");
    }
    bool ascending = !item.descending;
    bool nullsFirst = item.nulls == ParsedOrderItem::Nulls::kDefault
                          ? ascending
                          : item.nulls == ParsedOrderItem::Nulls::kFirst;
    node->order.push_back({expr->index, ascending, nullsFirst});
  }
  node->schema = plan->schema;
  node->inputs = {plan};
  return LogicalPtr(node);
}

namespace {

Result<int64_t> constantCount(const ParsedExpression& expression, const BindContext& context,
                              const char* what) {
  Scope none;
  ExpressionBinder binder(context, none, what);
  ExprPtr bound = foldConstants(TRY(binder.bind(expression)), context.eval);
  if (!bound->isLiteral() || !bound->type.isInteger() || bound->literal.integer() < 0) {
    return Error(ErrorKind::kValidation, fmt::format("{} must be a whole number", what))
        .at(expression.position);
  }
  return bound->literal.integer();
}

}  // namespace

Result<LogicalPtr> QueryBinder::bindLimit(LogicalPtr plan, const ParsedQuery& query) {
  if (!query.limit && !query.offset) return plan;
  if (const auto* project = plan->tryAs<LogicalProject>(); project && !query.orderBy.empty()) {
    // Behind the sort, the columns that only ORDER BY needed were dropped.
    auto copy = project->copy();
    copy->inputs = {TRY(bindLimit(project->input(), query))};
    return LogicalPtr(copy);
  }
  auto node = std::make_shared<LogicalSort>();
  const auto* sorted = plan->tryAs<LogicalSort>();
  if (sorted != nullptr && !sorted->limit && sorted->offset == 0) {
    node->order = sorted->order;
    plan = sorted->inputs[0];
  }
  if (query.offset) node->offset = TRY(constantCount(*query.offset, context_, "OFFSET"));
  if (query.limit) node->limit = TRY(constantCount(*query.limit, context_, "LIMIT"));
  node->schema = plan->schema;
  node->position = query.position;
  node->inputs = {plan};
  return LogicalPtr(node);
}

}  // namespace millrace
