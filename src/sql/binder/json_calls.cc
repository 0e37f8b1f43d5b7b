// JSON functions with clauses: the clauses become constant arguments behind the written ones.
#include <fmt/format.h>

#include "sql/binder/expression_binder.h"
#include "sql/binder/type_binder.h"

namespace millrace {

namespace {

ExprPtr word(std::string_view text) {
  return Expr::constant(Value(std::string(text)),
                        Type::character(static_cast<int>(text.size())).withNullable(false));
}

std::string_view behaviorName(ParsedJsonClauses::Behavior behavior) {
  using Behavior = ParsedJsonClauses::Behavior;
  switch (behavior) {
    case Behavior::kUnspecified: return "";
    case Behavior::kNull: return "NULL";
    case Behavior::kError: return "ERROR";
    case Behavior::kDefault: return "DEFAULT";
    case Behavior::kTrue: return "TRUE";
    case Behavior::kFalse: return "FALSE";
    case Behavior::kUnknown: return "UNKNOWN";
    case Behavior::kEmptyArray: return "EMPTY ARRAY";
    case Behavior::kEmptyObject: return "EMPTY OBJECT";
  }
  return "";
}

std::string_view wrapperName(ParsedJsonClauses::Wrapper wrapper) {
  using Wrapper = ParsedJsonClauses::Wrapper;
  switch (wrapper) {
    case Wrapper::kUnspecified: return "";
    case Wrapper::kWithout: return "WITHOUT";
    case Wrapper::kConditional: return "CONDITIONAL";
    case Wrapper::kUnconditional: return "UNCONDITIONAL";
  }
  return "";
}

}  // namespace

// JSON_VALUE(json, path, 'on empty', default, 'on error', default); the result is cast to RETURNING.
// JSON_EXISTS(json, path, 'on error'). JSON_QUERY(json, path, 'wrapper', 'on empty', 'on error').
// JSON_OBJECT and JSON_ARRAY: 'NULL' or 'ABSENT' first.
Result<ExprPtr> ExpressionBinder::bindJsonCall(const ParsedCall& call) {
  const ParsedJsonClauses& clauses = *call.json;
  std::string name = call.upperName();
  std::vector<ExprPtr> args = TRY(bindAll(call.args));
  auto bindDefault = [&](const ParsedExpressionPtr& expression) -> Result<ExprPtr> {
    if (!expression) return Expr::constant(Value(), Type::string());
    return bind(*expression);
  };
  if (name == "JSON_VALUE") {
    args.push_back(word(behaviorName(clauses.onEmpty)));
    args.push_back(TRY(bindDefault(clauses.defaultOnEmpty)));
    args.push_back(word(behaviorName(clauses.onError)));
    args.push_back(TRY(bindDefault(clauses.defaultOnError)));
  } else if (name == "JSON_EXISTS") {
    args.push_back(word(behaviorName(clauses.onError)));
  } else if (name == "JSON_QUERY") {
    args.push_back(word(wrapperName(clauses.wrapper)));
    args.push_back(word(behaviorName(clauses.onEmpty)));
    args.push_back(word(behaviorName(clauses.onError)));
  } else if (name == "JSON_OBJECT" || name == "JSON_ARRAY") {
    bool absent = clauses.onNull == ParsedJsonClauses::OnNull::kAbsent ||
                  (clauses.onNull == ParsedJsonClauses::OnNull::kUnspecified &&
                   name == "JSON_ARRAY");
    args.insert(args.begin(), word(absent ? "ABSENT" : "NULL"));
  } else {
    return Error(ErrorKind::kUnsupported, fmt::format("clauses of '{}'", name));
  }
  ExprPtr bound = TRY(callFunction(name, std::move(args), call.position));
  if (!clauses.returning) return bound;
  Type type = TRY(bindType(*clauses.returning));
  return coerce(bound, type);
}

}  // namespace millrace
