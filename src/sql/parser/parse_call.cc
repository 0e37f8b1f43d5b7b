#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"
#include "sql/parser/time_units.h"

namespace millrace {

namespace {

// Functions that are written without parentheses.
bool isContextFunction(std::string_view word) {
  return word == "CURRENT_TIMESTAMP" || word == "CURRENT_DATE" || word == "CURRENT_TIME" ||
         word == "LOCALTIMESTAMP" || word == "LOCALTIME" || word == "CURRENT_USER" ||
         word == "SESSION_USER" || word == "SYSTEM_USER" || word == "USER" ||
         word == "CURRENT_CATALOG" || word == "CURRENT_SCHEMA" || word == "CURRENT_ROLE" ||
         word == "CURRENT_PATH";
}

// Reserved words that are functions with an ordinary argument list.
bool isOrdinaryReservedCall(std::string_view word) {
  return word == "TRANSLATE" || word == "CLASSIFIER" || word == "MATCH_NUMBER" || word == "PREV" ||
         word == "NEXT";
}

bool isJsonFunction(std::string_view word) {
  return word == "JSON_VALUE" || word == "JSON_QUERY" || word == "JSON_EXISTS" ||
         word == "JSON_OBJECT" || word == "JSON_ARRAY" || word == "JSON_OBJECTAGG" ||
         word == "JSON_ARRAYAGG";
}

std::unique_ptr<ParsedSymbol> makeSymbol(std::string word, const Token& token) {
  auto symbol = std::make_unique<ParsedSymbol>();
  symbol->word = std::move(word);
  symbol->position = token.position;
  symbol->begin = symbol->end = token.begin;
  return symbol;
}

// A call with the word at `token` as its name.
std::unique_ptr<ParsedCall> makeCall(std::string name, const Token& token) {
  auto call = std::make_unique<ParsedCall>();
  call->name.parts.push_back(std::move(name));
  call->name.position = token.position;
  call->name.begin = token.begin;
  call->name.end = token.end;
  return call;
}

}  // namespace

// Calls that have a syntax of their own. Sets `found` to false if no such call is next.
SqlParser::ExpressionResult SqlParser::parseSpecialCall(bool& found) {
  const Token first = peek();
  const std::string& word = first.upper;
  found = true;
  if (isContextFunction(word)) {
    auto call = makeCall(word, first);
    advance();
    if (nextIsOperator("(")) {
      TRY(parseArguments(*call));
      return finishCall(std::move(call), first);
    }
    call->withoutParentheses = true;
    return finish(std::move(call), first);
  }
  if (peek(1).isOperator("(")) {
    if (word == "EXTRACT") return parseExtract();
    if (word == "POSITION") return parsePosition();
    if (word == "SUBSTRING") return parseSubstring();
    if (word == "TRIM") return parseTrim();
    if (word == "OVERLAY") return parseOverlay();
    if (word == "FLOOR" || word == "CEIL" || word == "CEILING") return parseRounding();
    if (word == "TIMESTAMPADD" || word == "TIMESTAMPDIFF") return parseTimestampArithmetic();
    if (word == "DESCRIPTOR") return parseDescriptor();
    if (isJsonFunction(word)) return parseJsonCall();
    if (isOrdinaryReservedCall(word)) {
      auto call = makeCall(word, first);
      advance();
      TRY(parseArguments(*call));
      return finishCall(std::move(call), first);
    }
  }
  found = false;
  return std::unique_ptr<ParsedExpression>();
}

SqlParser::ExpressionResult SqlParser::parseCallAfterName(ParsedName name, const Token& first) {
  auto call = std::make_unique<ParsedCall>();
  call->name = std::move(name);
  TRY(parseArguments(*call));
  return finishCall(std::move(call), first);
}

SqlParser::ExpressionResult SqlParser::finishCall(std::unique_ptr<ParsedCall> call,
                                                  const Token& first) {
  TRY(parseCallTail(*call));
  return finish(std::move(call), first);
}

// ([DISTINCT | ALL] argument, ... [ORDER BY ...])
Status SqlParser::parseArguments(ParsedCall& call) {
  Nesting nesting(*this);
  TRY(nesting.check());
  TRY(expectOperator("("));
  if (acceptOperator(")")) return Status();
  if (accept("DISTINCT"))
    call.distinct = true;
  else
    accept("ALL");
  if (nextIsOperator("*") && !call.distinct) {
    const Token star = peek();
    advance();
    call.args.emplace_back(TRY(finish(std::make_unique<ParsedStar>(), star)));
    return expectOperator(")");
  }
  do {
    call.args.emplace_back(TRY(parseArgument()));
  } while (acceptOperator(","));
  if (accept("ORDER", "BY")) call.withinGroup = TRY(parseOrderItems());
  if (!nextIsOperator(")")) return unexpected("',' or ')'");
  advance();
  return Status();
}

// [name =>] DEFAULT | TABLE .. | MODEL .. | query | expression
SqlParser::ExpressionResult SqlParser::parseArgument() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  if (nextIsName() && peek(1).isOperator("=>")) {
    auto named = std::make_unique<ParsedNamedArgument>();
    named->name = TRY(parseIdentifier("an argument name")).name;
    advance();
    named->value = TRY(parseArgument());
    return finish(std::move(named), first);
  }
  if (accept("DEFAULT")) return finish(std::make_unique<ParsedDefault>(), first);
  if (nextIs("TABLE") || nextStartsQuery()) return parseTableArgument();
  if (nextIs("MODEL") && nextIsName(1)) {
    advance();
    auto model = std::make_unique<ParsedModelArgument>();
    model->model = TRY(parseName("a model name"));
    return finish(std::move(model), first);
  }
  if (nextIsStar() && !nextIsOperator("*")) return parseStar();
  std::unique_ptr<ParsedExpression> value = TRY(parseExpression());
  if (value->is<ParsedScalarQuery>() && (nextIs("PARTITION") || nextIs("ORDER"))) {
    auto argument = std::make_unique<ParsedTableArgument>();
    argument->query = std::move(value->as<ParsedScalarQuery>().query);
    TRY(parseTableArgumentTail(*argument));
    return finish(std::move(argument), first);
  }
  return value;
}

SqlParser::ExpressionResult SqlParser::parseTableArgument() {
  const Token first = peek();
  auto argument = std::make_unique<ParsedTableArgument>();
  if (nextIs("TABLE") && peek(1).isOperator("(")) {
    advance();
    advance();
    if (!nextStartsQuery()) return unexpected("a query");
    argument->query = TRY(parseQuery());
    TRY(expectOperator(")"));
  } else if (accept("TABLE")) {
    auto body = std::make_unique<ParsedTableBody>();
    body->name = TRY(parseName("a table name"));
    if (peek().kind == Token::Kind::kHintStart) body->hints = TRY(parseHints());
    setSpan(*body, first);
    auto query = std::make_unique<ParsedQuery>();
    raise(*query, *body);
    query->body = std::move(body);
    setSpan(*query, first);
    argument->query = std::move(query);
  } else {
    argument->query = TRY(parseQuery());
  }
  TRY(parseTableArgumentTail(*argument));
  return finish(std::move(argument), first);
}

// [PARTITION BY ..] [ORDER BY ..], each with or without parentheses.
Status SqlParser::parseTableArgumentTail(ParsedTableArgument& argument) {
  if (accept("PARTITION")) {
    TRY(expect("BY"));
    bool parentheses = acceptOperator("(");
    argument.partitionBy.emplace_back(TRY(parseExpression()));
    while (parentheses && acceptOperator(",")) {
      argument.partitionBy.emplace_back(TRY(parseExpression()));
    }
    if (parentheses) TRY(expectOperator(")"));
  }
  if (!accept("ORDER")) return Status();
  TRY(expect("BY"));
  bool parentheses = acceptOperator("(");
  do {
    ParsedOrderItem item;
    item.expression = TRY(parseExpression());
    item.descending = accept("DESC");
    if (!item.descending) accept("ASC");
    if (accept("NULLS")) {
      if (!nextIs("FIRST") && !nextIs("LAST")) return unexpected("FIRST or LAST");
      item.nulls = nextIs("FIRST") ? ParsedOrderItem::Nulls::kFirst : ParsedOrderItem::Nulls::kLast;
      advance();
    }
    argument.orderBy.push_back(std::move(item));
  } while (parentheses && acceptOperator(","));
  if (parentheses) TRY(expectOperator(")"));
  return Status();
}

SqlParser::ExpressionResult SqlParser::parseDescriptor() {
  const Token first = peek();
  advance();
  auto descriptor = std::make_unique<ParsedDescriptor>();
  descriptor->columns = TRY(parseColumnList("a column name"));
  return finish(std::move(descriptor), first);
}

// [WITHIN GROUP (..)] [FILTER (..)] [IGNORE | RESPECT NULLS] [OVER ..]
Status SqlParser::parseCallTail(ParsedCall& call) {
  using Treatment = ParsedCall::NullTreatment;
  if (accept("IGNORE", "NULLS"))
    call.nullTreatment = Treatment::kIgnore;
  else if (accept("RESPECT", "NULLS"))
    call.nullTreatment = Treatment::kRespect;
  if (nextAre("WITHIN", "GROUP")) {
    advance();
    advance();
    TRY(expectOperator("("));
    TRY(expect("ORDER"));
    TRY(expect("BY"));
    call.withinGroup = TRY(parseOrderItems());
    TRY(expectOperator(")"));
  }
  if (nextIs("FILTER") && peek(1).isOperator("(")) {
    advance();
    advance();
    TRY(expect("WHERE"));
    call.filter = TRY(parseExpression());
    TRY(expectOperator(")"));
  }
  if (!accept("OVER")) return Status();
  if (nextIsOperator("(")) {
    call.over = TRY(parseWindowSpecification());
    return Status();
  }
  const Token first = peek();
  auto window = std::make_unique<ParsedWindowSpecification>();
  window->baseName = TRY(parseIdentifier("a window name or '('")).name;
  setSpan(*window, first);
  call.over = std::move(window);
  return Status();
}

Result<std::unique_ptr<ParsedWindowSpecification>> SqlParser::parseWindowSpecification() {
  const Token first = peek();
  auto window = std::make_unique<ParsedWindowSpecification>();
  TRY(expectOperator("("));
  if (nextIsName()) window->baseName = TRY(parseIdentifier("a window name")).name;
  if (accept("PARTITION")) {
    TRY(expect("BY"));
    window->partitionBy = TRY(parseExpressionList());
  }
  if (accept("ORDER")) {
    TRY(expect("BY"));
    window->orderBy = TRY(parseOrderItems());
  }
  if (nextIs("ROWS") || nextIs("RANGE")) window->frame = TRY(parseFrame());
  if (!nextIsOperator(")")) {
    return unexpectedWord("PARTITION BY, ORDER BY, ROWS, RANGE or ')'",
                          {"PARTITION", "ORDER", "ROWS", "RANGE"});
  }
  advance();
  setSpan(*window, first);
  return window;
}

Result<ParsedFrame> SqlParser::parseFrame() {
  ParsedFrame frame;
  frame.rows = nextIs("ROWS");
  advance();
  bool between = accept("BETWEEN");
  frame.start = TRY(parseFrameBound());
  if (!between) return frame;
  TRY(expect("AND"));
  frame.end = TRY(parseFrameBound());
  return frame;
}

Result<ParsedFrameBound> SqlParser::parseFrameBound() {
  using Type = ParsedFrameBound::Type;
  ParsedFrameBound bound;
  bound.position = peek().position;
  if (accept("CURRENT")) {
    TRY(expect("ROW"));
    return bound;
  }
  bool unbounded = accept("UNBOUNDED");
  if (!unbounded) bound.offset = TRY(parseOperators(kTermPrecedence));
  if (accept("PRECEDING")) {
    bound.type = unbounded ? Type::kUnboundedPreceding : Type::kPreceding;
  } else if (accept("FOLLOWING")) {
    bound.type = unbounded ? Type::kUnboundedFollowing : Type::kFollowing;
  } else {
    return unexpectedWord("PRECEDING or FOLLOWING", {"PRECEDING", "FOLLOWING"});
  }
  return bound;
}

SqlParser::ExpressionResult SqlParser::parseUnitSymbol() {
  const Token first = peek();
  std::optional<ParsedTimeUnit> unit = functionUnit(first.upper);
  if (first.kind != Token::Kind::kWord || !unit) {
    return unexpectedWord("a unit of time such as DAY", functionUnitWords());
  }
  advance();
  auto symbol = std::make_unique<ParsedSymbol>();
  symbol->unit = unit;
  symbol->word = timeUnitName(*unit);
  return finish(std::move(symbol), first);
}

SqlParser::ExpressionResult SqlParser::parseExtract() {
  const Token first = peek();
  auto call = makeCall("EXTRACT", first);
  advance();
  advance();
  call->args.emplace_back(TRY(parseUnitSymbol()));
  TRY(expect("FROM"));
  call->args.emplace_back(TRY(parseExpression()));
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

SqlParser::ExpressionResult SqlParser::parsePosition() {
  const Token first = peek();
  auto call = makeCall("POSITION", first);
  advance();
  advance();
  // The operands are parsed above the precedence of IN.
  call->args.emplace_back(TRY(parseOperators(kTermPrecedence)));
  TRY(expect("IN"));
  call->args.emplace_back(TRY(parseExpression()));
  if (accept("FROM")) call->args.emplace_back(TRY(parseExpression()));
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

SqlParser::ExpressionResult SqlParser::parseSubstring() {
  const Token first = peek();
  auto call = makeCall("SUBSTRING", first);
  advance();
  advance();
  call->args.emplace_back(TRY(parseExpression()));
  if (!nextIs("FROM") && !nextIsOperator(",")) return unexpected("',' or FROM");
  advance();
  call->args.emplace_back(TRY(parseExpression()));
  if (nextIs("FOR") || nextIsOperator(",")) {
    advance();
    call->args.emplace_back(TRY(parseExpression()));
  }
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

// TRIM([BOTH | LEADING | TRAILING] [characters] [FROM] text)
SqlParser::ExpressionResult SqlParser::parseTrim() {
  const Token first = peek();
  auto call = makeCall("TRIM", first);
  advance();
  advance();
  std::string flag = "BOTH";
  const Token flagToken = peek();
  if (nextIs("BOTH") || nextIs("LEADING") || nextIs("TRAILING")) {
    flag = peek().upper;
    advance();
  }
  call->args.emplace_back(makeSymbol(flag, flagToken));
  auto space = std::make_unique<ParsedLiteral>();
  space->type = ParsedLiteral::Type::kString;
  space->text = " ";
  space->position = flagToken.position;
  if (accept("FROM")) {
    call->args.emplace_back(std::move(space));
    call->args.emplace_back(TRY(parseExpression()));
  } else {
    std::unique_ptr<ParsedExpression> operand = TRY(parseExpression());
    if (accept("FROM")) {
      call->args.emplace_back(std::move(operand));
      call->args.emplace_back(TRY(parseExpression()));
    } else {
      call->args.emplace_back(std::move(space));
      call->args.emplace_back(std::move(operand));
    }
  }
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

// OVERLAY(text PLACING text FROM position [FOR length]), also with commas.
SqlParser::ExpressionResult SqlParser::parseOverlay() {
  const Token first = peek();
  auto call = makeCall("OVERLAY", first);
  advance();
  advance();
  constexpr std::string_view kWords[] = {"PLACING", "FROM", "FOR"};
  call->args.emplace_back(TRY(parseExpression()));
  for (std::string_view word : kWords) {
    if (word == "FOR" && !nextIs("FOR") && !nextIsOperator(",")) break;
    if (!acceptOperator(",")) TRY(expect(word));
    call->args.emplace_back(TRY(parseExpression()));
  }
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

// FLOOR(x [TO unit]), CEIL(x [TO unit]); CEILING is CEIL.
SqlParser::ExpressionResult SqlParser::parseRounding() {
  const Token first = peek();
  auto call = makeCall(first.upper == "FLOOR" ? "FLOOR" : "CEIL", first);
  advance();
  advance();
  call->args.emplace_back(TRY(parseExpression()));
  if (accept("TO")) call->args.emplace_back(TRY(parseUnitSymbol()));
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

SqlParser::ExpressionResult SqlParser::parseTimestampArithmetic() {
  const Token first = peek();
  auto call = makeCall(first.upper, first);
  advance();
  advance();
  call->args.emplace_back(TRY(parseUnitSymbol()));
  for (int i = 0; i < 2; ++i) {
    TRY(expectOperator(","));
    call->args.emplace_back(TRY(parseExpression()));
  }
  TRY(expectOperator(")"));
  return finishCall(std::move(call), first);
}

}  // namespace millrace
