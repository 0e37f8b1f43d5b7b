#include <fmt/format.h>

#include "base/close_matches.h"
#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

using Op = ParsedBinary::Op;

// How strongly operators bind; the dialect's order. IS ... binds weaker than comparisons, and IN,
// BETWEEN and LIKE bind stronger.
constexpr int kOr = 22;
constexpr int kAnd = 24;
constexpr int kNot = 26;
constexpr int kIs = 28;
constexpr int kComparison = 30;
constexpr int kPredicate = 32;
constexpr int kAdd = 40;
constexpr int kMultisetUnion = 14;
constexpr int kMultisetIntersect = 18;
constexpr int kMultiply = 60;
constexpr int kSign = 80;

struct SymbolOperator {
  std::string_view symbol;
  Op op;
  int precedence;
};

constexpr SymbolOperator kSymbolOperators[] = {
    {"=", Op::kEqual, kComparison},
    {"<>", Op::kNotEqual, kComparison},
    {"<", Op::kLess, kComparison},
    {"<=", Op::kLessOrEqual, kComparison},
    {">", Op::kGreater, kComparison},
    {">=", Op::kGreaterOrEqual, kComparison},
    {"+", Op::kAdd, kAdd},
    {"-", Op::kSubtract, kAdd},
    {"*", Op::kMultiply, kMultiply},
    {"/", Op::kDivide, kMultiply},
    {"%", Op::kModulo, kMultiply},
    {"||", Op::kConcat, kMultiply},
};

const SymbolOperator* findSymbolOperator(const Token& token) {
  if (token.kind != Token::Kind::kOperator) return nullptr;
  for (const SymbolOperator& entry : kSymbolOperators) {
    if (token.text == entry.symbol) return &entry;
  }
  return nullptr;
}

bool isPredicate(const ParsedExpression& e) {
  return e.is<ParsedBetween>() || e.is<ParsedInList>() || e.is<ParsedInQuery>() ||
         e.is<ParsedLike>();
}

bool isQuantifier(const Token& token) {
  return token.isWord("ANY") || token.isWord("SOME") || token.isWord("ALL");
}

}  // namespace

Status SqlParser::checkHeight(const ParsedNode& node) const {
  if (node.height <= kMaxTreeHeight) return Status();
  return Error(ErrorKind::kSyntax, fmt::format("more than {} operators in a chain", kMaxTreeHeight))
      .at(node.position)
      .withHint("Use IN (...) for many alternatives, or split the statement with views.");
}

Status SqlParser::setHeight(ParsedExpression& node) const {
  node.height = 1;
  forEachChild(node, [&](const ParsedExpression& child) { raise(node, child); });
  forEachQuery(node, [&](const ParsedQuery& query) { raise(node, query); });
  if (const auto* cast = node.tryAs<ParsedCast>()) raise(node, cast->type);
  return checkHeight(node);
}

SqlParser::ExpressionResult SqlParser::parseOperators(int minimum) {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  std::unique_ptr<ParsedExpression> left = TRY(parsePrefix());
  bool found = true;
  while (found) left = TRY(parseInfix(std::move(left), first, minimum, found));
  return left;
}

SqlParser::ExpressionResult SqlParser::parseUnary(ParsedUnary::Op op, int minimum) {
  const Token first = peek();
  advance();
  auto unary = std::make_unique<ParsedUnary>();
  unary->op = op;
  unary->operand = TRY(parseOperators(minimum));
  return finish(std::move(unary), first);
}

SqlParser::ExpressionResult SqlParser::parsePrefix() {
  if (nextIs("NOT")) return parseUnary(ParsedUnary::Op::kNot, kNot);
  if (nextIsOperator("-")) return parseUnary(ParsedUnary::Op::kMinus, kSign);
  if (nextIsOperator("+")) return parseUnary(ParsedUnary::Op::kPlus, kSign);
  if (inMatchRecognize_ && nextIs("RUNNING")) return parseUnary(ParsedUnary::Op::kRunning, kSign);
  if (inMatchRecognize_ && nextIs("FINAL") && nextIsName(1)) {
    return parseUnary(ParsedUnary::Op::kFinal, kSign);
  }
  const Token first = peek();
  std::unique_ptr<ParsedExpression> primary = TRY(parsePrimary());
  return parsePostfix(std::move(primary), first);
}

SqlParser::ExpressionResult SqlParser::parsePostfix(std::unique_ptr<ParsedExpression> base,
                                                    const Token& first) {
  while (true) {
    if (acceptOperator("[")) {
      auto subscript = std::make_unique<ParsedSubscript>();
      subscript->base = std::move(base);
      subscript->index = TRY(parseExpression());
      TRY(expectOperator("]"));
      base = TRY(finish(std::move(subscript), first));
    } else if (nextIsOperator(".") && !peek(1).isOperator("*")) {
      advance();
      auto access = std::make_unique<ParsedFieldAccess>();
      access->base = std::move(base);
      access->field = TRY(parseIdentifier("a field name"));
      base = TRY(finish(std::move(access), first));
    } else {
      return base;
    }
  }
}

SqlParser::ExpressionResult SqlParser::parseBinary(std::unique_ptr<ParsedExpression> left,
                                                   const Token& first, Op op, int precedence,
                                                   size_t words) {
  auto binary = std::make_unique<ParsedBinary>();
  binary->op = op;
  binary->operatorPosition = peek().position;
  for (size_t i = 0; i < words; ++i) advance();
  binary->left = std::move(left);
  binary->right = TRY(parseOperators(precedence + 1));
  return finish(std::move(binary), first);
}

// Takes one operator that binds at least as strongly as `minimum`, with its right side.
SqlParser::ExpressionResult SqlParser::parseInfix(std::unique_ptr<ParsedExpression> left,
                                                  const Token& first, int minimum, bool& found) {
  found = true;
  const Token& token = peek();
  if (const SymbolOperator* symbol = findSymbolOperator(token)) {
    found = symbol->precedence >= minimum;
    if (!found) return left;
    if (symbol->precedence == kComparison && isQuantifier(peek(1)) && peek(2).isOperator("(")) {
      advance();
      return parseQuantified(std::move(left), first, symbol->op);
    }
    return parseBinary(std::move(left), first, symbol->op, symbol->precedence, 1);
  }
  if (token.isOperator("!=") && minimum <= kComparison) {
    return Error(ErrorKind::kSyntax, "unexpected '!='")
        .at(token.position)
        .withHint("Write <> for 'not equal'.");
  }
  if (token.isWord("OR") && kOr >= minimum) {
    return parseBinary(std::move(left), first, Op::kOr, kOr, 1);
  }
  if (token.isWord("AND") && kAnd >= minimum) {
    return parseBinary(std::move(left), first, Op::kAnd, kAnd, 1);
  }
  if (token.isWord("IS")) return parseIs(std::move(left), first, minimum, found);
  bool predicate = token.isWord("IN") || token.isWord("BETWEEN") || token.isWord("LIKE") ||
                   token.isWord("ILIKE") || token.isWord("RLIKE") || token.isWord("SIMILAR") ||
                   token.isWord("NOT");
  if (predicate && kPredicate >= minimum) return parseNegatable(std::move(left), first);
  if (token.isWord("OVERLAPS") && kComparison >= minimum) {
    return parseBinary(std::move(left), first, Op::kOverlaps, kComparison, 1);
  }
  return parseMultisetInfix(std::move(left), first, minimum, found);
}

// MEMBER OF, SUBMULTISET OF, MULTISET {UNION | EXCEPT | INTERSECT} [ALL | DISTINCT]
SqlParser::ExpressionResult SqlParser::parseMultisetInfix(std::unique_ptr<ParsedExpression> left,
                                                          const Token& first, int minimum,
                                                          bool& found) {
  found = true;
  bool isMember = nextIs("MEMBER");
  if ((isMember || nextIs("SUBMULTISET")) && kComparison >= minimum) {
    advance();
    if (!nextIs("OF")) return unexpected("OF");
    Op op = isMember ? Op::kMemberOf : Op::kSubmultisetOf;
    return parseBinary(std::move(left), first, op, kComparison, 1);
  }
  if (nextIs("MULTISET") && kMultisetUnion >= minimum) {
    bool distinct = peek(2).isWord("DISTINCT");
    size_t words = distinct || peek(2).isWord("ALL") ? 3 : 2;
    if (peek(1).isWord("UNION")) {
      Op op = distinct ? Op::kMultisetUnionDistinct : Op::kMultisetUnion;
      return parseBinary(std::move(left), first, op, kMultisetUnion, words);
    }
    if (peek(1).isWord("EXCEPT")) {
      Op op = distinct ? Op::kMultisetExceptDistinct : Op::kMultisetExcept;
      return parseBinary(std::move(left), first, op, kMultisetUnion, words);
    }
    if (peek(1).isWord("INTERSECT")) {
      Op op = distinct ? Op::kMultisetIntersectDistinct : Op::kMultisetIntersect;
      return parseBinary(std::move(left), first, op, kMultisetIntersect, words);
    }
  }
  found = false;
  return left;
}

// IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM x | A SET | EMPTY | JSON ...
SqlParser::ExpressionResult SqlParser::parseIs(std::unique_ptr<ParsedExpression> left,
                                               const Token& first, int minimum, bool& found) {
  size_t ahead = peek(1).isWord("NOT") ? 2 : 1;
  bool negated = ahead == 2;
  bool distinct = peek(ahead).isWord("DISTINCT");
  found = (distinct ? kComparison : kIs) >= minimum;
  if (!found) return left;
  for (size_t i = 0; i < ahead; ++i) advance();
  if (distinct) {
    advance();
    if (!nextIs("FROM")) return unexpected("FROM");
    Op op = negated ? Op::kIsNotDistinctFrom : Op::kIsDistinctFrom;
    return parseBinary(std::move(left), first, op, kComparison, 1);
  }
  if (accept("JSON")) {
    auto json = std::make_unique<ParsedIsJson>();
    json->operand = std::move(left);
    json->negated = negated;
    if (accept("OBJECT"))
      json->type = ParsedIsJson::Type::kObject;
    else if (accept("ARRAY"))
      json->type = ParsedIsJson::Type::kArray;
    else if (accept("SCALAR"))
      json->type = ParsedIsJson::Type::kScalar;
    else
      accept("VALUE");
    return finish(std::move(json), first);
  }
  auto unary = std::make_unique<ParsedUnary>();
  unary->operand = std::move(left);
  using UnaryOp = ParsedUnary::Op;
  if (accept("NULL"))
    unary->op = negated ? UnaryOp::kIsNotNull : UnaryOp::kIsNull;
  else if (accept("TRUE"))
    unary->op = negated ? UnaryOp::kIsNotTrue : UnaryOp::kIsTrue;
  else if (accept("FALSE"))
    unary->op = negated ? UnaryOp::kIsNotFalse : UnaryOp::kIsFalse;
  else if (accept("UNKNOWN"))
    unary->op = negated ? UnaryOp::kIsNotUnknown : UnaryOp::kIsUnknown;
  else if (accept("EMPTY"))
    unary->op = negated ? UnaryOp::kIsNotEmpty : UnaryOp::kIsEmpty;
  else if (accept("A", "SET"))
    unary->op = negated ? UnaryOp::kIsNotASet : UnaryOp::kIsASet;
  else
    return unexpectedWord("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM",
                          {"NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT", "JSON", "EMPTY"});
  return finish(std::move(unary), first);
}

// [NOT] IN, BETWEEN, LIKE, ILIKE, RLIKE, SIMILAR TO
SqlParser::ExpressionResult SqlParser::parseNegatable(std::unique_ptr<ParsedExpression> left,
                                                      const Token& first) {
  // How a chain such as `a LIKE b IN (c)` groups is irregular in the dialect, so it is refused. A
  // predicate in parentheses ends before the closing one.
  if (isPredicate(*left) && left->end == previous().end) {
    return Error(ErrorKind::kSyntax, fmt::format("unexpected '{}' after a predicate", peek().text))
        .at(peek().position)
        .withHint("Put parentheses around the predicate that comes first.");
  }
  bool negated = accept("NOT");
  if (accept("IN")) return parseIn(std::move(left), first, negated);
  if (accept("BETWEEN")) return parseBetween(std::move(left), first, negated);
  if (accept("SIMILAR")) {
    TRY(expect("TO"));
    return parseLike(std::move(left), first, ParsedLike::Type::kSimilarTo, negated);
  }
  if (accept("LIKE")) return parseLike(std::move(left), first, ParsedLike::Type::kLike, negated);
  if (accept("ILIKE")) return parseLike(std::move(left), first, ParsedLike::Type::kIlike, negated);
  if (accept("RLIKE")) return parseLike(std::move(left), first, ParsedLike::Type::kRlike, negated);
  return unexpectedWord("IN, BETWEEN, LIKE or SIMILAR TO", {"IN", "BETWEEN", "LIKE", "SIMILAR"});
}

SqlParser::ExpressionResult SqlParser::parseIn(std::unique_ptr<ParsedExpression> left,
                                               const Token& first, bool negated) {
  TRY(expectOperator("("));
  if (nextStartsQuery()) {
    auto in = std::make_unique<ParsedInQuery>();
    in->operand = std::move(left);
    in->negated = negated;
    in->query = TRY(parseQuery());
    TRY(expectOperator(")"));
    return finish(std::move(in), first);
  }
  auto in = std::make_unique<ParsedInList>();
  in->operand = std::move(left);
  in->negated = negated;
  const Token firstItem = peek();
  in->items = TRY(parseExpressionList());
  bool isQuery = in->items.size() == 1 && in->items[0]->is<ParsedScalarQuery>();
  if (isQuery) {
    auto inQuery = std::make_unique<ParsedInQuery>();
    inQuery->operand = std::move(in->operand);
    inQuery->negated = negated;
    std::unique_ptr<ParsedQuery> query = in->items[0]->as<ParsedScalarQuery>().query.release();
    inQuery->query = nextContinuesQuery() ? TRY(parseQueryRest(std::move(query), true, firstItem))
                                          : std::move(query);
    TRY(expectOperator(")"));
    return finish(std::move(inQuery), first);
  }
  TRY(expectOperator(")"));
  return finish(std::move(in), first);
}

SqlParser::ExpressionResult SqlParser::parseBetween(std::unique_ptr<ParsedExpression> left,
                                                    const Token& first, bool negated) {
  auto between = std::make_unique<ParsedBetween>();
  between->operand = std::move(left);
  between->negated = negated;
  between->symmetric = accept("SYMMETRIC");
  if (!between->symmetric) accept("ASYMMETRIC");
  between->low = TRY(parseOperators(kNot));
  TRY(expect("AND"));
  between->high = TRY(parseOperators(kPredicate + 1));
  return finish(std::move(between), first);
}

SqlParser::ExpressionResult SqlParser::parseLike(std::unique_ptr<ParsedExpression> left,
                                                 const Token& first, ParsedLike::Type type,
                                                 bool negated) {
  auto like = std::make_unique<ParsedLike>();
  like->type = type;
  like->operand = std::move(left);
  like->negated = negated;
  like->pattern = TRY(parseOperators(kPredicate + 1));
  if (accept("ESCAPE")) like->escape = TRY(parseOperators(kPredicate + 1));
  return finish(std::move(like), first);
}

SqlParser::ExpressionResult SqlParser::parseQuantified(std::unique_ptr<ParsedExpression> left,
                                                       const Token& first, Op op) {
  auto quantified = std::make_unique<ParsedQuantified>();
  quantified->operand = std::move(left);
  quantified->op = op;
  quantified->all = nextIs("ALL");
  advance();
  TRY(expectOperator("("));
  if (nextStartsQuery()) {
    quantified->query = TRY(parseQuery());
  } else {
    quantified->items = TRY(parseExpressionList());
  }
  TRY(expectOperator(")"));
  return finish(std::move(quantified), first);
}

Result<std::vector<ParsedExpressionPtr>> SqlParser::parseExpressionList() {
  std::vector<ParsedExpressionPtr> items;
  do {
    items.emplace_back(TRY(parseExpression()));
  } while (acceptOperator(","));
  return items;
}

Result<std::vector<ParsedOrderItem>> SqlParser::parseOrderItems() {
  std::vector<ParsedOrderItem> items;
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
    items.push_back(std::move(item));
  } while (acceptOperator(","));
  return items;
}

}  // namespace millrace
