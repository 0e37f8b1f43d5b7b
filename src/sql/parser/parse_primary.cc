#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"
#include "sql/parser/time_units.h"

namespace millrace {

SqlParser::ExpressionResult SqlParser::parsePrimary() {
  const Token first = peek();
  if (nextIsOperator("(")) return parseParenthesised();
  auto literal = std::make_unique<ParsedLiteral>();
  switch (first.kind) {
    case Token::Kind::kNumber:
      literal->type = first.text.find_first_of("eE") != std::string::npos
                          ? ParsedLiteral::Type::kApproximateNumber
                          : ParsedLiteral::Type::kExactNumber;
      break;
    case Token::Kind::kString:
      literal->type = ParsedLiteral::Type::kString;
      break;
    case Token::Kind::kBinary:
      literal->type = ParsedLiteral::Type::kBinary;
      break;
    case Token::Kind::kWord:
      return parseWordPrimary();
    case Token::Kind::kQuotedName:
      return parseNameOrCall();
    default:
      if (first.isOperator("?")) {
        return Error(ErrorKind::kUnsupported, "dynamic parameter '?'").at(first.position);
      }
      return unexpected("an expression");
  }
  literal->text = first.text;
  advance();
  return finish(std::move(literal), first);
}

SqlParser::ExpressionResult SqlParser::parseWordPrimary() {
  const Token first = peek();
  auto literal = std::make_unique<ParsedLiteral>();
  using Type = ParsedLiteral::Type;
  bool constant = true;
  if (first.upper == "NULL")
    literal->type = Type::kNull;
  else if (first.upper == "TRUE")
    literal->type = Type::kTrue;
  else if (first.upper == "FALSE")
    literal->type = Type::kFalse;
  else if (first.upper == "UNKNOWN")
    literal->type = Type::kUnknown;
  else
    constant = false;
  if (constant) {
    advance();
    return finish(std::move(literal), first);
  }
  bool stringNext = peek(1).kind == Token::Kind::kString;
  if (first.upper == "DATE" && stringNext) return parseQuoted(Type::kDate, 1);
  if (first.upper == "TIME" && stringNext) return parseQuoted(Type::kTime, 1);
  if (first.upper == "TIMESTAMP" && stringNext) return parseQuoted(Type::kTimestamp, 1);
  if (first.upper == "TIMESTAMP" && peek(1).isWord("WITH") && peek(2).isWord("LOCAL") &&
      peek(3).isWord("TIME") && peek(4).isWord("ZONE")) {
    return parseQuoted(Type::kTimestampLtz, 5);
  }
  if (first.upper == "INTERVAL") return parseInterval();
  if (first.upper == "CASE") return parseCase();
  bool parenthesisNext = peek(1).isOperator("(");
  if (first.upper == "CAST" && parenthesisNext) return parseCast(false);
  if (first.upper == "TRY_CAST" && parenthesisNext) return parseCast(true);
  bool constructor = parenthesisNext || peek(1).isOperator("[");
  if (first.upper == "ARRAY" && constructor) {
    return parseConstructor(ParsedConstructor::Type::kArray);
  }
  if (first.upper == "MULTISET" && constructor) {
    return parseConstructor(ParsedConstructor::Type::kMultiset);
  }
  if (first.upper == "ROW" && parenthesisNext) {
    return parseConstructor(ParsedConstructor::Type::kRow);
  }
  // MAP is no reserved word: map[key] can only be meant as a constructor, map(..) is one if a
  // query follows.
  if (first.upper == "MAP" &&
      (peek(1).isOperator("[") || (parenthesisNext && nextStartsQuery(2)))) {
    return parseConstructor(ParsedConstructor::Type::kMap);
  }
  if (first.upper == "EXISTS" && parenthesisNext) {
    auto exists = std::make_unique<ParsedExists>();
    advance();
    advance();
    exists->query = TRY(parseQuery());
    TRY(expectOperator(")"));
    return finish(std::move(exists), first);
  }
  bool found = true;
  std::unique_ptr<ParsedExpression> special = TRY(parseSpecialCall(found));
  if (found) return special;
  return parseNameOrCall();
}

// DATE '..' and the like.
SqlParser::ExpressionResult SqlParser::parseQuoted(ParsedLiteral::Type type, size_t words) {
  const Token first = peek();
  for (size_t i = 0; i < words; ++i) advance();
  auto literal = std::make_unique<ParsedLiteral>();
  literal->type = type;
  literal->text = TRY(parseString("a string"));
  return finish(std::move(literal), first);
}

// INTERVAL [sign] '..' qualifier, or INTERVAL expression unit, which is a product.
SqlParser::ExpressionResult SqlParser::parseInterval() {
  const Token first = peek();
  advance();
  auto literal = std::make_unique<ParsedLiteral>();
  literal->type = ParsedLiteral::Type::kInterval;
  bool sign = (nextIsOperator("-") || nextIsOperator("+")) && peek(1).kind == Token::Kind::kString;
  if (sign) {
    literal->negative = nextIsOperator("-");
    advance();
  }
  if (peek().kind == Token::Kind::kString) {
    literal->text = TRY(parseString("a string"));
    literal->interval = TRY(parseIntervalQualifier());
    return finish(std::move(literal), first);
  }
  auto product = std::make_unique<ParsedBinary>();
  product->op = ParsedBinary::Op::kMultiply;
  product->operatorPosition = first.position;
  const Token amount = peek();
  std::unique_ptr<ParsedExpression> primary = TRY(parsePrimary());
  product->left = TRY(parsePostfix(std::move(primary), amount));
  const Token unit = peek();
  literal->text = "1";
  literal->interval = TRY(parseIntervalQualifier());
  product->right = TRY(finish(std::move(literal), unit));
  return finish(std::move(product), first);
}

// (expression), (a, b), (query)
SqlParser::ExpressionResult SqlParser::parseParenthesised() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  advance();
  auto scalar = std::make_unique<ParsedScalarQuery>();
  if (nextStartsQuery()) {
    scalar->query = TRY(parseQuery());
    TRY(expectOperator(")"));
    return finish(std::move(scalar), first);
  }
  const Token inner = peek();
  std::unique_ptr<ParsedExpression> expression = TRY(parseExpression());
  // ((SELECT 1) UNION SELECT 2): what looked like an expression starts a longer query.
  if (expression->is<ParsedScalarQuery>() && nextContinuesQuery()) {
    std::unique_ptr<ParsedQuery> query = expression->as<ParsedScalarQuery>().query.release();
    scalar->query = TRY(parseQueryRest(std::move(query), true, inner));
    TRY(expectOperator(")"));
    return finish(std::move(scalar), first);
  }
  if (!nextIsOperator(",")) {
    TRY(expectOperator(")"));
    return expression;
  }
  auto row = std::make_unique<ParsedConstructor>();
  row->withKeyword = false;
  row->items.emplace_back(std::move(expression));
  while (acceptOperator(",")) row->items.emplace_back(TRY(parseExpression()));
  TRY(expectOperator(")"));
  return finish(std::move(row), first);
}

SqlParser::ExpressionResult SqlParser::parseConstructor(ParsedConstructor::Type type) {
  const Token first = peek();
  auto constructor = std::make_unique<ParsedConstructor>();
  constructor->type = type;
  advance();
  bool brackets = nextIsOperator("[");
  const char* close = brackets ? "]" : ")";
  advance();
  if (!brackets && type != ParsedConstructor::Type::kRow && nextStartsQuery()) {
    constructor->query = TRY(parseQuery());
    TRY(expectOperator(close));
    return finish(std::move(constructor), first);
  }
  if (!nextIsOperator(close)) constructor->items = TRY(parseExpressionList());
  TRY(expectOperator(close));
  if (type == ParsedConstructor::Type::kMap && constructor->items.size() % 2 != 0) {
    return Error(ErrorKind::kSyntax, "MAP needs a value for every key").at(first.position);
  }
  return finish(std::move(constructor), first);
}

SqlParser::ExpressionResult SqlParser::parseCase() {
  const Token first = peek();
  advance();
  auto node = std::make_unique<ParsedCase>();
  if (!nextIs("WHEN")) node->operand = TRY(parseExpression());
  if (!nextIs("WHEN")) return unexpected("WHEN");
  while (accept("WHEN")) {
    ParsedCase::Branch branch;
    if (node->operand) {
      branch.conditions = TRY(parseExpressionList());
    } else {
      branch.conditions.emplace_back(TRY(parseExpression()));
    }
    TRY(expect("THEN"));
    branch.result = TRY(parseExpression());
    node->branches.push_back(std::move(branch));
  }
  if (accept("ELSE")) node->otherwise = TRY(parseExpression());
  if (!nextIs("END")) return unexpectedWord("WHEN, ELSE or END", {"WHEN", "ELSE", "END"});
  advance();
  return finish(std::move(node), first);
}

SqlParser::ExpressionResult SqlParser::parseCast(bool isTry) {
  const Token first = peek();
  advance();
  advance();
  auto cast = std::make_unique<ParsedCast>();
  cast->isTry = isTry;
  cast->operand = TRY(parseExpression());
  TRY(expect("AS"));
  cast->type = TRY(parseTypeNoNull());
  TRY(expectOperator(")"));
  return finish(std::move(cast), first);
}

// name[.name]..., or a call of that name.
SqlParser::ExpressionResult SqlParser::parseNameOrCall() {
  const Token first = peek();
  bool reservedCall = first.kind == Token::Kind::kWord && peek(1).isOperator("(") &&
                      classifyWord(first.upper) == WordClass::kReservedFunction;
  ParsedName name;
  if (reservedCall) {
    name.parts.push_back(first.text);
    advance();
  } else if (nextIsName()) {
    name.parts.push_back(first.text);
    advance();
    while (nextIsOperator(".") && !peek(1).isOperator("*")) {
      advance();
      name.parts.push_back(TRY(parseIdentifier("a name")).name);
    }
  } else if (first.kind == Token::Kind::kWord) {
    Error error = unexpected("an expression");
    if (first.isWord("FROM") && previous().isOperator(",")) {
      return std::move(error).withHint("Remove the comma before FROM.");
    }
    return std::move(error).withHint(
        fmt::format("{} is a reserved word; quote it with back-ticks to use it as a name: {}.",
                    first.upper, quoteIdentifier(first.text)));
  } else {
    return unexpected("an expression");
  }
  setSpan(name, first);
  if (nextIsOperator("(")) return parseCallAfterName(std::move(name), first);
  auto column = std::make_unique<ParsedColumn>();
  column->parts = std::move(name.parts);
  return finish(std::move(column), first);
}

}  // namespace millrace
