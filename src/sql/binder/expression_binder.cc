#include "sql/binder/expression_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/close_matches.h"
#include "expr/evaluator.h"
#include "sql/ast/query.h"
#include "sql/binder/literal_binder.h"
#include "sql/binder/type_binder.h"
#include "types/cast.h"
#include "types/least_restrictive.h"

namespace millrace {

ExpressionBinder::ExpressionBinder(const BindContext& context, const Scope& scope,
                                   std::string clause, BoundCalls* calls)
    : context_(context), scope_(scope), clause_(std::move(clause)), calls_(calls) {}

ExprPtr coerce(ExprPtr expr, const Type& type) {
  const Type& from = expr->type;
  if (from.sameAs(type)) return expr;
  if (expr->isLiteral() && expr->literal.isNull()) return Expr::constant(Value(), type);
  return Expr::cast(std::move(expr), type.withNullable(from.nullable()));
}

// Says of which function the arguments are wrong: a line may hold several calls.
template <typename Resolved>
static Result<Resolved> naming(const std::string& function, Result<Resolved> resolved) {
  if (resolved.ok() || resolved.error().kind() != ErrorKind::kTypeMismatch) return resolved;
  return std::move(resolved).error().withContext(fmt::format("'{}'", function));
}

Result<ExprPtr> makeCall(const ScalarFunction& function, std::vector<ExprPtr> args) {
  std::vector<ArgumentInfo> infos;
  bool nullable = false;
  for (const ExprPtr& arg : args) {
    bool known = arg->isLiteral();
    infos.push_back(
        {arg->type.withTimeAttribute(TimeAttribute::kNone), known ? &arg->literal : nullptr});
    nullable = nullable || arg->type.nullable();
  }
  ResolvedCall resolved = TRY(naming(function.name, function.resolve(infos)));
  CHECK(resolved.arguments.size() == args.size(), function.name);
  for (size_t i = 0; i < args.size(); ++i) {
    args[i] = coerce(std::move(args[i]), resolved.arguments[i]);
  }
  if (function.nulls == NullRule::kPropagate && nullable) {
    resolved.result = resolved.result.withNullable(true);
  }
  return Expr::call(function, std::move(resolved), std::move(args));
}

Result<ExprPtr> ExpressionBinder::bind(const ParsedExpression& expression) {
  Result<ExprPtr> bound = bindNode(expression);
  if (!bound.ok()) return std::move(bound).error().at(expression.position);
  return bound;
}

Result<ExprPtr> ExpressionBinder::bindCondition(const ParsedExpression& expression) {
  ExprPtr bound = TRY(bind(expression));
  if (bound->type.kind() == TypeKind::kNull) return coerce(bound, Type::boolean());
  if (bound->type.kind() != TypeKind::kBoolean) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("{} must be a condition of type BOOLEAN, found {}", clause_,
                             bound->type.toString()))
        .at(expression.position);
  }
  return bound;
}

Result<ExprPtr> ExpressionBinder::bindNode(const ParsedExpression& expression) {
  using Kind = ParsedExpression::Kind;
  switch (expression.kind) {
    case Kind::kLiteral:
      return bindLiteral(expression.as<ParsedLiteral>(), context_.eval);
    case Kind::kColumn:
      return bindColumn(expression.as<ParsedColumn>());
    case Kind::kFieldAccess:
      return bindFieldAccess(expression.as<ParsedFieldAccess>());
    case Kind::kSubscript: {
      const auto& subscript = expression.as<ParsedSubscript>();
      ExprPtr base = TRY(bind(*subscript.base));
      ExprPtr index = TRY(bind(*subscript.index));
      return callFunction("ITEM", {base, index}, expression.position);
    }
    case Kind::kUnary:
      return bindUnary(expression.as<ParsedUnary>());
    case Kind::kBinary:
      return bindBinary(expression.as<ParsedBinary>());
    case Kind::kBetween:
      return bindBetween(expression.as<ParsedBetween>());
    case Kind::kInList:
      return bindInList(expression.as<ParsedInList>());
    case Kind::kLike:
      return bindLike(expression.as<ParsedLike>());
    case Kind::kIsJson: {
      const auto& json = expression.as<ParsedIsJson>();
      static constexpr const char* kNames[] = {"IS JSON", "IS JSON OBJECT", "IS JSON ARRAY",
                                               "IS JSON SCALAR"};
      ExprPtr arg = TRY(bind(*json.operand));
      ExprPtr call = TRY(callFunction(kNames[static_cast<int>(json.type)], {arg}, json.position));
      return negate(call, json.negated, json.position);
    }
    case Kind::kCase:
      return bindCase(expression.as<ParsedCase>());
    case Kind::kCast:
      return bindCast(expression.as<ParsedCast>());
    case Kind::kCall:
      return bindCall(expression.as<ParsedCall>());
    case Kind::kSymbol: {
      const std::string& word = expression.as<ParsedSymbol>().word;
      return Expr::constant(Value(word),
                            Type::character(static_cast<int>(word.size())).withNullable(false));
    }
    case Kind::kConstructor:
      return bindConstructor(expression.as<ParsedConstructor>());
    case Kind::kScalarQuery:
      if (bindScalarQuery_ && !insideAggregate_) {
        return bindScalarQuery_(expression.as<ParsedScalarQuery>());
      }
      [[fallthrough]];
    case Kind::kInQuery:
    case Kind::kExists:
    case Kind::kQuantified:
      return Error(ErrorKind::kUnsupported, "a sub-query at this place")
          .withHint(
              "Use IN and EXISTS sub-queries as conditions of WHERE joined by AND, or write "
              "the query as a join.");
    case Kind::kStar:
      return Error(ErrorKind::kValidation, "'*' is not allowed here");
    default:
      return Error(ErrorKind::kUnsupported,
                   fmt::format("expression '{}' at this place", expression.toString()));
  }
}

Result<std::vector<ExprPtr>> ExpressionBinder::bindAll(
    const std::vector<ParsedExpressionPtr>& expressions) {
  std::vector<ExprPtr> bound;
  for (const ParsedExpressionPtr& expression : expressions) {
    bound.push_back(TRY(bind(*expression)));
  }
  return bound;
}

Result<ExprPtr> ExpressionBinder::bindColumn(const ParsedColumn& column) {
  // PI is a function that Flink lets be written without parentheses.
  if (column.parts.size() == 1 && column.parts[0] == "PI" && !scope_.has("PI")) {
    return callFunction("PI", {}, column.position);
  }
  ResolvedColumn found = TRY(scope_.resolve(column.parts, column.position));
  if (found.depth > 1) {
    return Error(ErrorKind::kUnsupported, "a reference to a column two queries further out");
  }
  const Scope& scope = found.depth == 0 ? scope_ : *scope_.outer();
  uint32_t base = found.depth == 0 ? 0 : kOuterBase;
  const ScopeColumn& meant = scope.columns()[found.index];
  ExprPtr bound = Expr::input(base + found.index, meant.type);
  QueryExpansion::Path path = {meant.madeAlias.empty() ? meant.relation : meant.madeAlias,
                               meant.name};
  for (uint32_t field : found.fields) {
    path.push_back(bound->type.fieldNames()[field]);
    bound = Expr::field(bound, field);
  }
  if (context_.expansion != nullptr && !path[0].empty())
    context_.expansion->columns[&column] = std::move(path);
  return bound;
}

Result<ExprPtr> ExpressionBinder::bindFieldAccess(const ParsedFieldAccess& access) {
  ExprPtr base = TRY(bind(*access.base));
  int index = base->type.fieldIndex(access.field.name);
  if (index < 0) {
    return Error(ErrorKind::kUnknownColumn,
                 fmt::format("field '{}' not found in a value of type {}", access.field.name,
                             base->type.toString()))
        .at(access.field.position)
        .withHint(didYouMean(access.field.name, base->type.fieldNames()));
  }
  return Expr::field(base, static_cast<uint32_t>(index));
}

namespace {

// Functions of Flink that are not here yet: "unsupported" rather than "not found".
bool isFlinkFunction(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "ARRAY_AGG",      "COLLECT",        "CUME_DIST",     "GROUPING",      "GROUP_ID",
      "GROUPING_ID",    "JSON",           "LAG",           "LEAD",          "MATCH_ROWTIME",
      "MATCH_PROCTIME", "NTILE",          "PARSE_JSON",    "PERCENTILE",    "PERCENT_RANK",
      "SINGLE_VALUE",   "TRY_PARSE_JSON", "JSON_ARRAYAGG", "JSON_OBJECTAGG"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

Result<ExprPtr> ExpressionBinder::callFunction(const std::string& name, std::vector<ExprPtr> args,
                                               SourcePosition position) {
  const ScalarFunction* function = context_.functions->scalar(name);
  if (function == nullptr) {
    if (isFlinkFunction(name)) {
      return Error(ErrorKind::kUnsupported, fmt::format("function '{}'", name)).at(position);
    }
    return Error(ErrorKind::kUnknownFunction, fmt::format("function '{}' not found", name))
        .at(position)
        .withHint(didYouMean(name, context_.functions->names()));
  }
  Result<ExprPtr> call = makeCall(*function, std::move(args));
  if (!call.ok()) return std::move(call).error().at(position);
  return call;
}

Result<ExprPtr> ExpressionBinder::negate(ExprPtr condition, bool negated, SourcePosition position) {
  if (!negated) return condition;
  return callFunction("NOT", {std::move(condition)}, position);
}

namespace {

// The number behind a chain of minuses, or nullptr.
const ParsedLiteral* signedNumber(const ParsedUnary& unary, bool& negative) {
  const ParsedUnary* sign = &unary;
  negative = false;
  while (sign->op == ParsedUnary::Op::kMinus) {
    negative = !negative;
    const auto* literal = sign->operand->tryAs<ParsedLiteral>();
    if (literal != nullptr) {
      return literal->type == ParsedLiteral::Type::kExactNumber ? literal : nullptr;
    }
    sign = sign->operand->tryAs<ParsedUnary>();
    if (sign == nullptr) return nullptr;
  }
  return nullptr;
}

}  // namespace

Result<ExprPtr> ExpressionBinder::bindUnary(const ParsedUnary& unary) {
  bool negative = false;
  if (const ParsedLiteral* number = signedNumber(unary, negative)) {
    return negative ? bindNegative(*number) : bindLiteral(*number, context_.eval);
  }
  ExprPtr operand = TRY(bind(*unary.operand));
  switch (unary.op) {
    case ParsedUnary::Op::kPlus:
      return operand;
    case ParsedUnary::Op::kMinus: {
      ExprPtr call = TRY(callFunction("-", {operand}, unary.position));
      return operand->isLiteral() ? foldConstants(call, context_.eval) : call;
    }
    case ParsedUnary::Op::kIsASet:
    case ParsedUnary::Op::kIsNotASet:
    case ParsedUnary::Op::kIsEmpty:
    case ParsedUnary::Op::kIsNotEmpty:
    case ParsedUnary::Op::kRunning:
    case ParsedUnary::Op::kFinal:
      return Error(ErrorKind::kUnsupported, fmt::format("operator '{}'", unaryOpName(unary.op)));
    default:
      return callFunction(unaryOpName(unary.op), {operand}, unary.position);
  }
}

namespace {

bool isRowConstructor(const ExprPtr& expr) {
  return expr->kind == ExprKind::kCall && expr->function->name == "ROW";
}

// Flattens a chain of ANDs (or ORs) so that deep chains do not become deep expressions.
void collectChain(const ParsedExpression& expression, ParsedBinary::Op op,
                  std::vector<const ParsedExpression*>& parts) {
  const auto* binary = expression.tryAs<ParsedBinary>();
  if (binary != nullptr && binary->op == op) {
    collectChain(*binary->left, op, parts);
    collectChain(*binary->right, op, parts);
  } else {
    parts.push_back(&expression);
  }
}

}  // namespace

Result<ExprPtr> ExpressionBinder::bindBinary(const ParsedBinary& binary) {
  using Op = ParsedBinary::Op;
  if (binary.op == Op::kAnd || binary.op == Op::kOr) {
    std::vector<const ParsedExpression*> parts;
    collectChain(binary, binary.op, parts);
    std::vector<ExprPtr> bound;
    for (const ParsedExpression* part : parts) {
      ExprPtr condition = TRY(bind(*part));
      if (condition->type.kind() == TypeKind::kNull) {
        return Error(ErrorKind::kValidation, "illegal use of 'NULL'").at(part->position);
      }
      if (condition->type.kind() != TypeKind::kBoolean) {
        return Error(ErrorKind::kTypeMismatch,
                     fmt::format("operand of {} must be BOOLEAN, found {}", binaryOpName(binary.op),
                                 condition->type.toString()))
            .at(part->position);
      }
      bound.push_back(std::move(condition));
    }
    return binary.op == Op::kAnd ? Expr::conjunction(std::move(bound))
                                 : Expr::disjunction(std::move(bound));
  }
  ExprPtr left = TRY(bind(*binary.left));
  ExprPtr right = TRY(bind(*binary.right));
  bool rows = binary.op == Op::kEqual && isRowConstructor(left) && isRowConstructor(right) &&
              left->args.size() == right->args.size();
  if (rows) {  // field by field, so that a NULL makes it unknown; <> and nested rows differ then
    std::vector<ExprPtr> equalities;
    for (size_t i = 0; i < left->args.size(); ++i) {
      equalities.push_back(
          TRY(callFunction("=", {left->args[i], right->args[i]}, binary.operatorPosition)));
    }
    return Expr::conjunction(std::move(equalities));
  }
  return callFunction(binaryOpName(binary.op), {left, right}, binary.operatorPosition);
}

Result<ExprPtr> ExpressionBinder::bindBetween(const ParsedBetween& between) {
  ExprPtr operand = TRY(bind(*between.operand));
  ExprPtr low = TRY(bind(*between.low));
  ExprPtr high = TRY(bind(*between.high));
  auto inside = [&](const ExprPtr& a, const ExprPtr& b) -> Result<ExprPtr> {
    ExprPtr above = TRY(callFunction(">=", {operand, a}, between.position));
    ExprPtr below = TRY(callFunction("<=", {operand, b}, between.position));
    return Expr::conjunction({above, below});
  };
  ExprPtr condition = TRY(inside(low, high));
  if (between.symmetric) {
    condition = Expr::disjunction({condition, TRY(inside(high, low))});
  }
  return negate(condition, between.negated, between.position);
}

namespace {

// What CASE, IN and ARRAY refuse though COALESCE converts it: a DATE beside a TIMESTAMP, numbers
// beside times.
bool mixesFamilies(const std::vector<Type>& types) {
  auto family = [](const Type& type) {
    if (type.isCharacter()) return TypeKind::kVarchar;
    if (type.isBinaryString()) return TypeKind::kVarbinary;
    if (type.isNumeric()) return TypeKind::kInteger;
    return type.isTimestamp() ? TypeKind::kTimestamp : type.kind();
  };
  std::optional<TypeKind> first;
  for (const Type& type : types) {
    if (type.kind() == TypeKind::kNull) continue;
    if (!first) first = family(type);
    if (*first != family(type)) return true;
  }
  return false;
}

}  // namespace

namespace {

// Whether a text meets something else: IN converts its values to the type of the operand then.
bool mixesText(const Type& operand, const Type& item) {
  auto canMeet = [](const Type& type) {
    return type.isNumeric() || type.isCharacter() || type.isDatetime() ||
           type.kind() == TypeKind::kBoolean;
  };
  return operand.isCharacter() != item.isCharacter() && canMeet(operand) && canMeet(item);
}

}  // namespace

// (a, b) = (c, d) field by field, so that a NULL field makes it unknown.
Result<ExprPtr> ExpressionBinder::equalityInList(const ExprPtr& operand, const ExprPtr& item,
                                                 SourcePosition position) {
  if (!isRowConstructor(operand) || !isRowConstructor(item) ||
      operand->args.size() != item->args.size()) {
    return callFunction("=", {operand, item}, position);
  }
  std::vector<ExprPtr> equalities;
  for (size_t i = 0; i < operand->args.size(); ++i) {
    equalities.push_back(TRY(equalityInList(operand->args[i], item->args[i], position)));
  }
  return Expr::conjunction(std::move(equalities));
}

Result<ExprPtr> ExpressionBinder::bindInList(const ParsedInList& in) {
  ExprPtr operand = TRY(bind(*in.operand));
  std::vector<ExprPtr> items = TRY(bindAll(in.items));
  std::vector<Type> itemTypes;
  for (const ExprPtr& item : items) itemTypes.push_back(item->type);
  Result<Type> itemType = commonType(itemTypes);
  if (itemType.ok() && mixesText(operand->type, itemType.value())) {
    Type target = operand->type.isCharacter() ? Type::string() : operand->type.withNullable(true);
    for (ExprPtr& item : items) item = coerce(coerce(item, itemType.value()), target);
  } else {
    itemTypes.push_back(operand->type);
    if (mixesFamilies(itemTypes)) {
      return Error(ErrorKind::kTypeMismatch, "the values of IN have no common type")
          .withHint("Cast them to one type.");
    }
  }
  bool allConstant = true;
  std::vector<Type> types = {operand->type};
  std::vector<ExprPtr> constants;
  for (const ExprPtr& item : items) {
    constants.push_back(foldConstants(item, context_.eval));
    allConstant = allConstant && constants.back()->isLiteral();
    types.push_back(item->type);
  }
  Result<Type> common = leastRestrictive(types);
  if (allConstant && common.ok() && !common.value().isNested()) {
    std::vector<ExprPtr> args = {coerce(operand, common.value())};
    for (const ExprPtr& item : constants) {
      args.push_back(foldConstants(coerce(item, common.value()), context_.eval));
    }
    ExprPtr call = TRY(callFunction("IN", std::move(args), in.position));
    return negate(call, in.negated, in.position);
  }
  std::vector<ExprPtr> equalities;
  for (const ExprPtr& item : items) {
    equalities.push_back(TRY(equalityInList(operand, item, in.position)));
  }
  return negate(Expr::disjunction(std::move(equalities)), in.negated, in.position);
}

Result<ExprPtr> ExpressionBinder::bindLike(const ParsedLike& like) {
  static constexpr const char* kNames[] = {"LIKE", "ILIKE", "RLIKE", "SIMILAR TO"};
  std::vector<ExprPtr> args = {TRY(bind(*like.operand)), TRY(bind(*like.pattern))};
  if (like.escape) args.push_back(TRY(bind(*like.escape)));
  ExprPtr call =
      TRY(callFunction(kNames[static_cast<int>(like.type)], std::move(args), like.position));
  return negate(call, like.negated, like.position);
}

// args: condition, result, ..., else. Results are cast to their common type.
Result<ExprPtr> ExpressionBinder::caseOf(std::vector<ExprPtr> args, Mixing mixing,
                                         SourcePosition position) {
  std::vector<Type> types;
  auto isResult = [&](size_t i) { return i % 2 == 1 || i + 1 == args.size(); };
  bool nullable = false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (!isResult(i)) continue;
    types.push_back(args[i]->type.withTimeAttribute(TimeAttribute::kNone));
    nullable = nullable || args[i]->type.nullable();
  }
  bool oneFamily = mixing == Mixing::kOneFamily;
  Result<Type> common = oneFamily ? leastRestrictive(types) : commonType(types);
  if (!common.ok() || (oneFamily && mixesFamilies(types))) {
    return Error(ErrorKind::kTypeMismatch, "the results of CASE have no common type")
        .at(position)
        .withHint("Cast them to one type.");
  }
  for (size_t i = 0; i < args.size(); ++i) {
    if (isResult(i)) args[i] = coerce(args[i], common.value());
  }
  return Expr::caseWhen(std::move(args), common.value().withNullable(nullable));
}

Result<ExprPtr> ExpressionBinder::bindCase(const ParsedCase& expression) {
  ExprPtr operand;
  if (expression.operand) operand = TRY(bind(*expression.operand));
  std::vector<ExprPtr> args;
  for (const ParsedCase::Branch& branch : expression.branches) {
    std::vector<ExprPtr> conditions;
    for (const ParsedExpressionPtr& condition : branch.conditions) {
      ExprPtr bound = TRY(bind(*condition));
      if (operand) bound = TRY(callFunction("=", {operand, bound}, condition->position));
      if (bound->type.kind() == TypeKind::kNull) bound = coerce(bound, Type::boolean());
      if (bound->type.kind() != TypeKind::kBoolean) {
        return Error(ErrorKind::kTypeMismatch,
                     fmt::format("condition of CASE must be BOOLEAN, found {}",
                                 bound->type.toString()))
            .at(condition->position);
      }
      conditions.push_back(std::move(bound));
    }
    args.push_back(conditions.size() == 1 ? conditions[0]
                                          : Expr::disjunction(std::move(conditions)));
    args.push_back(TRY(bind(*branch.result)));
  }
  args.push_back(expression.otherwise ? TRY(bind(*expression.otherwise))
                                      : Expr::constant(Value(), Type::null()));
  return caseOf(std::move(args), Mixing::kOneFamily, expression.position);
}

Result<ExprPtr> ExpressionBinder::bindCast(const ParsedCast& cast) {
  ExprPtr operand = TRY(bind(*cast.operand));
  Type type = TRY(bindType(cast.type, TypeUse::kCast));
  if (!cast.type.nullable) type = type.withNullable(operand->type.nullable() || cast.isTry);
  if (operand->type.sameAs(type)) return operand;
  if (operand->type.kind() != TypeKind::kNull && !supportsExplicitCast(operand->type, type)) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("cannot cast {} to {}", operand->type.toString(), type.toString()));
  }
  if (operand->isLiteral() && operand->literal.isNull()) return Expr::constant(Value(), type);
  return Expr::cast(operand, type, cast.isTry);
}

Result<ExprPtr> ExpressionBinder::bindConstructor(const ParsedConstructor& constructor) {
  if (constructor.query) return Error(ErrorKind::kUnsupported, "a collection made by a sub-query");
  static constexpr const char* kNames[] = {"ARRAY", "MAP", "MULTISET", "ROW"};
  std::vector<ExprPtr> items = TRY(bindAll(constructor.items));
  if (constructor.type == ParsedConstructor::Type::kArray) {
    std::vector<Type> types;
    for (const ExprPtr& item : items) types.push_back(item->type);
    if (mixesFamilies(types)) {
      return Error(ErrorKind::kTypeMismatch, "the values of ARRAY have no common type")
          .withHint("Cast them to one type.");
    }
  }
  return callFunction(kNames[static_cast<int>(constructor.type)], std::move(items),
                      constructor.position);
}

// Functions whose arguments must not all be evaluated: lowered to CASE.
Result<ExprPtr> ExpressionBinder::bindConditional(const ParsedCall& call, const std::string& name) {
  std::vector<ExprPtr> args = TRY(bindAll(call.args));
  auto count = [&](size_t low, size_t high) -> Status {
    if (args.size() >= low && args.size() <= high) return {};
    return Error(ErrorKind::kValidation,
                 fmt::format("wrong number of arguments for '{}': {}", name, args.size()));
  };
  auto isNotNull = [&](const ExprPtr& arg) {
    return callFunction("IS NOT NULL", {arg}, call.position);
  };
  if (name == "IF") {
    TRY(count(3, 3));
    bool mixed = args[1]->type.isTimestamp() && args[2]->type.isTimestamp() &&
                 args[1]->type.kind() != args[2]->type.kind();
    // Unlike CASE, which looks at both.
    if (mixed) args[2] = coerce(args[2], args[1]->type);
    return caseOf(std::move(args), Mixing::kOneFamily, call.position);
  }
  if (name == "NULLIF") {
    TRY(count(2, 2));
    ExprPtr equal = TRY(callFunction("=", {args[0], args[1]}, call.position));
    return caseOf({equal, Expr::constant(Value(), args[0]->type.withNullable(true)), args[0]},
                  Mixing::kOneFamily, call.position);
  }
  TRY(name == "IFNULL" ? count(2, 2) : count(1, SIZE_MAX));
  std::vector<ExprPtr> parts;
  bool nullable = true;
  for (size_t i = 0; i < args.size(); ++i) {
    nullable = nullable && args[i]->type.nullable();
    if (i + 1 < args.size()) parts.push_back(TRY(isNotNull(args[i])));
    parts.push_back(args[i]);
  }
  ExprPtr chosen = TRY(caseOf(std::move(parts), Mixing::kImplicitCasts, call.position));
  if (nullable || chosen->kind != ExprKind::kCase) return chosen;
  return Expr::caseWhen(chosen->args, chosen->type.withNullable(false));
}

Result<ExprPtr> ExpressionBinder::bindCall(const ParsedCall& call) {
  std::string name = call.upperName();
  if (call.name.parts.size() > 1) {
    return Error(ErrorKind::kUnknownFunction,
                 fmt::format("function '{}' not found", call.name.toString()));
  }
  if (call.over) return bindOver(call);
  if (std::optional<ExprPtr> grouping = TRY(bindGrouping(call))) return *grouping;
  if (std::optional<ExprPtr> property = TRY(bindWindowProperty(call))) return *property;
  if (const AggregateFunction* aggregate = context_.functions->aggregate(name)) {
    return bindAggregate(call, *aggregate);
  }
  if (call.distinct || call.filter || !call.withinGroup.empty()) {
    return Error(ErrorKind::kValidation,
                 fmt::format("DISTINCT, FILTER and WITHIN GROUP are for aggregate functions; '{}' "
                             "is not one",
                             name));
  }
  if (name == "COALESCE" || name == "IF" || name == "NULLIF" || name == "IFNULL") {
    return bindConditional(call, name);
  }
  if (call.json || name.starts_with("JSON_")) return bindJsonCall(call);
  std::vector<ExprPtr> args = TRY(bindAll(call.args));
  ExprPtr bound = TRY(callFunction(name, std::move(args), call.position));
  if (name == "PROCTIME") {
    auto proctime = std::make_shared<Expr>(*bound);
    proctime->type = bound->type.withTimeAttribute(TimeAttribute::kProctime);
    return ExprPtr(proctime);
  }
  return bound;
}

Result<ExprPtr> ExpressionBinder::bindAggregate(const ParsedCall& call,
                                                const AggregateFunction& function) {
  if (calls_ == nullptr || insideAggregate_) {
    return Error(ErrorKind::kValidation,
                 fmt::format("aggregate function '{}' is not allowed in {}", function.name,
                             insideAggregate_ ? "an aggregate function" : clause_));
  }
  if (!call.withinGroup.empty()) {
    return Error(ErrorKind::kUnsupported, "ORDER BY inside an aggregate function");
  }
  insideAggregate_ = true;
  BoundAggregate bound;
  bound.function = &function;
  bound.distinct = call.distinct && !function.ignoresDistinct;
  Status status = [&]() -> Status {
    for (const ParsedExpressionPtr& arg : call.args) {
      if (arg->is<ParsedStar>() && call.args.size() == 1) continue;
      bound.args.push_back(TRY(bind(*arg)));
    }
    if (call.filter) bound.filter = TRY(bindCondition(*call.filter));
    return {};
  }();
  insideAggregate_ = false;
  TRY(std::move(status));
  std::vector<ArgumentInfo> infos;
  for (const ExprPtr& arg : bound.args) {
    infos.push_back({arg->type.withTimeAttribute(TimeAttribute::kNone),
                     arg->isLiteral() ? &arg->literal : nullptr});
  }
  bound.resolved = TRY(naming(function.name, function.resolve(infos)));
  for (size_t i = 0; i < bound.args.size(); ++i) {
    bound.args[i] = coerce(bound.args[i], bound.resolved.arguments[i]);
  }
  bound.name = call.toString();
  Type type = bound.resolved.result;
  auto same = [&](const BoundAggregate& other) {
    if (other.function != bound.function || other.distinct != bound.distinct ||
        other.args.size() != bound.args.size() || (other.filter == nullptr) != !bound.filter) {
      return false;
    }
    for (size_t i = 0; i < bound.args.size(); ++i) {
      if (!sameExpr(*other.args[i], *bound.args[i])) return false;
    }
    return !bound.filter || sameExpr(*other.filter, *bound.filter);
  };
  for (size_t i = 0; i < calls_->aggregates.size(); ++i) {
    if (same(calls_->aggregates[i])) {
      return Expr::input(kAggregateBase + static_cast<uint32_t>(i), type);
    }
  }
  calls_->aggregates.push_back(std::move(bound));
  return Expr::input(kAggregateBase + static_cast<uint32_t>(calls_->aggregates.size() - 1), type);
}

namespace {

constexpr bool kDefaultNullsFirst = true;  // NULLs are the lowest values: first when ascending

}  // namespace

Result<ExprPtr> ExpressionBinder::bindOver(const ParsedCall& call) {
  if (calls_ == nullptr) {
    return Error(ErrorKind::kValidation,
                 fmt::format("a function OVER a window is not allowed in {}", clause_));
  }
  const ParsedWindowSpecification* window = call.over.get();
  if (!window->baseName.empty() && namedWindows_ != nullptr) {
    for (const ParsedNamedWindow& named : *namedWindows_) {
      if (named.name.name == window->baseName) window = &named.specification;
    }
  }
  BoundOver over;
  over.function = call.upperName();
  over.position = call.position;
  for (const ParsedExpressionPtr& arg : call.args) {
    if (!arg->is<ParsedStar>()) over.args.push_back(TRY(bind(*arg)));
  }
  over.partitionBy = TRY(bindAll(window->partitionBy));
  for (const ParsedOrderItem& item : window->orderBy) {
    BoundOver::Order order;
    order.expression = TRY(bind(*item.expression));
    order.ascending = !item.descending;
    order.nullsFirst = item.nulls == ParsedOrderItem::Nulls::kDefault
                           ? order.ascending == kDefaultNullsFirst
                           : item.nulls == ParsedOrderItem::Nulls::kFirst;
    over.orderBy.push_back(std::move(order));
  }
  if (over.function != "ROW_NUMBER" && over.function != "RANK" && over.function != "DENSE_RANK") {
    return Error(ErrorKind::kUnsupported, fmt::format("'{}' OVER a window", over.function));
  }
  over.result = Type::bigint().withNullable(false);
  calls_->overs.push_back(std::move(over));
  return Expr::input(kOverBase + static_cast<uint32_t>(calls_->overs.size() - 1),
                     Type::bigint().withNullable(false));
}

}  // namespace millrace
