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
    case Behavior::kUnspecified:
      return "";
    case Behavior::kNull:
      return "NULL";
    case Behavior::kError:
      return "ERROR";
    case Behavior::kDefault:
      return "DEFAULT";
    case Behavior::kTrue:
      return "TRUE";
    case Behavior::kFalse:
      return "FALSE";
    case Behavior::kUnknown:
      return "UNKNOWN";
    case Behavior::kEmptyArray:
      return "EMPTY ARRAY";
    case Behavior::kEmptyObject:
      return "EMPTY OBJECT";
  }
  return "";
}

std::string_view wrapperName(ParsedJsonClauses::Wrapper wrapper) {
  using Wrapper = ParsedJsonClauses::Wrapper;
  switch (wrapper) {
    case Wrapper::kUnspecified:
      return "WITHOUT";
    case Wrapper::kWithout:
      return "WITHOUT";
    case Wrapper::kConditional:
      return "CONDITIONAL";
    case Wrapper::kUnconditional:
      return "UNCONDITIONAL";
  }
  return "";
}

// The numbers (from 1) of the values that are JSON already, each after a blank: " 2 3".
std::string nestedJson(const ParsedCall& call) {
  std::string numbers;
  bool pairs = call.upperName() == "JSON_OBJECT";
  for (size_t i = pairs ? 1 : 0; i < call.args.size(); i += pairs ? 2 : 1) {
    const auto* inner = call.args[i]->tryAs<ParsedCall>();
    if (inner == nullptr) continue;
    std::string name = inner->upperName();
    if (name != "JSON_OBJECT" && name != "JSON_ARRAY") continue;
    numbers += fmt::format(" {}", pairs ? i / 2 + 1 : i + 1);
  }
  return numbers;
}

// What JSON_QUERY ... RETURNING ARRAY<...> allows.
Status checkArrayClauses(const ParsedJsonClauses& clauses, const Type& returned) {
  using Behavior = ParsedJsonClauses::Behavior;
  if (returned.child(0).kind() != TypeKind::kVarchar) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("JSON_QUERY cannot return {}", returned.toString()))
        .withHint("Return ARRAY<STRING> and cast it.");
  }
  if (clauses.onEmpty == Behavior::kEmptyObject || clauses.onError == Behavior::kEmptyObject) {
    return Error(ErrorKind::kValidation, fmt::format("EMPTY OBJECT is no {}", returned.toString()))
        .withHint("Use EMPTY ARRAY, NULL or ERROR.");
  }
  return Status();
}

}  // namespace

// The constant arguments that functions/scalar/json.cc describes.
Result<ExprPtr> ExpressionBinder::bindJsonCall(const ParsedCall& call) {
  static const ParsedJsonClauses kNoClauses;
  const ParsedJsonClauses& clauses = call.json ? *call.json : kNoClauses;
  std::string name = call.upperName();
  std::vector<ExprPtr> args = TRY(bindAll(call.args));
  auto bindDefault = [&](const ParsedExpressionPtr& expression) -> Result<ExprPtr> {
    if (!expression) return Expr::constant(Value(), Type::string());
    return bind(*expression);
  };
  auto behavior = [](ParsedJsonClauses::Behavior chosen, std::string_view unwritten) {
    return word(chosen == ParsedJsonClauses::Behavior::kUnspecified ? unwritten
                                                                    : behaviorName(chosen));
  };
  if (name == "JSON_VALUE") {
    args.push_back(behavior(clauses.onEmpty, "NULL"));
    args.push_back(TRY(bindDefault(clauses.defaultOnEmpty)));
    args.push_back(behavior(clauses.onError, "NULL"));
    args.push_back(TRY(bindDefault(clauses.defaultOnError)));
  } else if (name == "JSON_EXISTS") {
    args.push_back(behavior(clauses.onError, "FALSE"));
  } else if (name == "JSON_QUERY") {
    args.push_back(word(wrapperName(clauses.wrapper)));
    args.push_back(behavior(clauses.onEmpty, "NULL"));
    args.push_back(behavior(clauses.onError, "NULL"));
  } else if (name == "JSON_OBJECT" || name == "JSON_ARRAY") {
    bool absent =
        clauses.onNull == ParsedJsonClauses::OnNull::kAbsent ||
        (clauses.onNull == ParsedJsonClauses::OnNull::kUnspecified && name == "JSON_ARRAY");
    args.insert(args.begin(), word((absent ? "ABSENT" : "NULL") + nestedJson(call)));
  } else if (call.json && context_.functions->scalar(name) != nullptr) {
    return Error(ErrorKind::kUnsupported, fmt::format("clauses of '{}'", name));
  }
  std::optional<Type> returned;
  if (clauses.returning) returned = TRY(bindType(*clauses.returning));
  bool isQuery = name == "JSON_QUERY";
  bool isArray = isQuery && returned && returned->kind() == TypeKind::kArray;
  if (isArray) {
    TRY(checkArrayClauses(clauses, *returned));
    args.push_back(Expr::constant(Value(), returned->child(0).withNullable(true)));
  }
  ExprPtr bound = TRY(callFunction(name, std::move(args), call.position));
  if (!returned || isArray) return bound;
  if (isQuery && !returned->isCharacter()) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("JSON_QUERY cannot return {}", returned->toString()));
  }
  return coerce(bound, *returned);
}

}  // namespace millrace
