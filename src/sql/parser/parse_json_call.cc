#include "sql/parser/sql_parser.h"

namespace millrace {

using Behavior = ParsedJsonClauses::Behavior;

// The JSON functions with clauses of their own between the parentheses.
SqlParser::ExpressionResult SqlParser::parseJsonCall() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  auto call = std::make_unique<ParsedCall>();
  call->name.parts.push_back(first.upper);
  call->name.position = first.position;
  call->name.begin = first.begin;
  call->name.end = first.end;
  call->json = std::make_unique<ParsedJsonClauses>();
  advance();
  advance();
  if (first.upper == "JSON_VALUE" || first.upper == "JSON_QUERY" || first.upper == "JSON_EXISTS") {
    TRY(parseJsonPathCall(*call));
  } else if (first.upper == "JSON_OBJECT" || first.upper == "JSON_OBJECTAGG") {
    TRY(parseJsonPairs(*call, first.upper == "JSON_OBJECTAGG"));
    TRY(parseJsonOnNull(*call->json));
  } else {
    bool empty = nextIsOperator(")") || nextAre("NULL", "ON") || nextAre("ABSENT", "ON");
    if (!empty) call->args = TRY(parseExpressionList());
    if (accept("ORDER", "BY")) call->withinGroup = TRY(parseOrderItems());
    TRY(parseJsonOnNull(*call->json));
  }
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

// input, path, then the clauses.
Status SqlParser::parseJsonPathCall(ParsedCall& call) {
  call.args.emplace_back(TRY(parseExpression()));
  if (nextIs("FORMAT")) {
    return Error(ErrorKind::kUnsupported, "FORMAT JSON").at(peek().position);
  }
  TRY(expectOperator(","));
  call.args.emplace_back(TRY(parseExpression()));
  if (nextIs("PASSING")) return Error(ErrorKind::kUnsupported, "PASSING").at(peek().position);
  ParsedJsonClauses& clauses = *call.json;
  const std::string function = call.name.last();
  if (function == "JSON_EXISTS") return parseJsonExistsClauses(clauses);
  if (accept("RETURNING")) clauses.returning = TRY(parseTypeNoNull());
  if (function == "JSON_QUERY") TRY(parseJsonQueryClauses(clauses));
  return parseJsonBehaviors(call, clauses);
}

// {WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} [ARRAY] WRAPPER
Status SqlParser::parseJsonQueryClauses(ParsedJsonClauses& clauses) {
  if (!nextIs("WITH") && !nextIs("WITHOUT")) return Status();
  using Wrapper = ParsedJsonClauses::Wrapper;
  bool with = nextIs("WITH");
  advance();
  clauses.wrapper = with ? Wrapper::kUnconditional : Wrapper::kWithout;
  if (with && accept("CONDITIONAL"))
    clauses.wrapper = Wrapper::kConditional;
  else if (with)
    accept("UNCONDITIONAL");
  accept("ARRAY");
  return expect("WRAPPER");
}

// {NULL | ERROR | DEFAULT x | EMPTY ARRAY | EMPTY OBJECT} ON {EMPTY | ERROR}
Status SqlParser::parseJsonBehaviors(ParsedCall& call, ParsedJsonClauses& clauses) {
  bool query = call.name.last() == "JSON_QUERY";
  while (!nextIsOperator(")")) {
    const Token first = peek();
    Behavior behavior;
    ParsedExpressionPtr value;
    if (accept("NULL")) {
      behavior = Behavior::kNull;
    } else if (accept("ERROR")) {
      behavior = Behavior::kError;
    } else if (!query && accept("DEFAULT")) {
      behavior = Behavior::kDefault;
      value = TRY(parseExpression());
    } else if (query && accept("EMPTY", "ARRAY")) {
      behavior = Behavior::kEmptyArray;
    } else if (query && accept("EMPTY", "OBJECT")) {
      behavior = Behavior::kEmptyObject;
    } else {
      return unexpectedWord(
          query ? "NULL, ERROR, EMPTY ARRAY, EMPTY OBJECT or ')'" : "NULL, ERROR, DEFAULT or ')'",
          {"NULL", "ERROR", "DEFAULT", "EMPTY", "RETURNING", "WITH", "WITHOUT"});
    }
    TRY(expect("ON"));
    bool isEmpty = nextIs("EMPTY");
    if (!isEmpty && !nextIs("ERROR")) return unexpected("EMPTY or ERROR");
    advance();
    Behavior& target = isEmpty ? clauses.onEmpty : clauses.onError;
    bool wrongOrder = isEmpty && clauses.onError != Behavior::kUnspecified;
    if (target != Behavior::kUnspecified || wrongOrder) {
      return Error(ErrorKind::kSyntax, "ON EMPTY and ON ERROR may stand once each, in this order")
          .at(first.position);
    }
    target = behavior;
    (isEmpty ? clauses.defaultOnEmpty : clauses.defaultOnError) = std::move(value);
  }
  return Status();
}

// [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR]
Status SqlParser::parseJsonExistsClauses(ParsedJsonClauses& clauses) {
  if (nextIsOperator(")")) return Status();
  if (accept("TRUE"))
    clauses.onError = Behavior::kTrue;
  else if (accept("FALSE"))
    clauses.onError = Behavior::kFalse;
  else if (accept("UNKNOWN"))
    clauses.onError = Behavior::kUnknown;
  else if (accept("ERROR"))
    clauses.onError = Behavior::kError;
  else
    return unexpected("TRUE, FALSE, UNKNOWN, ERROR or ')'");
  TRY(expect("ON"));
  return expect("ERROR");
}

// [KEY] key VALUE value, or key : value; a `single` pair or a list of them.
Status SqlParser::parseJsonPairs(ParsedCall& call, bool single) {
  bool empty = nextIsOperator(")") || nextAre("NULL", "ON") || nextAre("ABSENT", "ON");
  if (empty && !single) return Status();
  do {
    // KEY is also a name: KEY VALUE x has the column KEY as its key.
    if (nextIs("KEY") && !peek(1).isWord("VALUE") && !peek(1).isOperator(":") &&
        !peek(1).isOperator(".")) {
      advance();
    }
    call.args.emplace_back(TRY(parseExpression()));
    if (!accept("VALUE") && !acceptOperator(":")) return unexpected("VALUE or ':'");
    call.args.emplace_back(TRY(parseExpression()));
    if (nextIs("FORMAT")) {
      return Error(ErrorKind::kUnsupported, "FORMAT JSON").at(peek().position);
    }
  } while (!single && acceptOperator(","));
  return Status();
}

// [NULL | ABSENT] ON NULL
Status SqlParser::parseJsonOnNull(ParsedJsonClauses& clauses) {
  using OnNull = ParsedJsonClauses::OnNull;
  if (!nextIs("NULL") && !nextIs("ABSENT")) return Status();
  clauses.onNull = nextIs("NULL") ? OnNull::kNull : OnNull::kAbsent;
  advance();
  TRY(expect("ON"));
  return expect("NULL");
}

}  // namespace millrace
