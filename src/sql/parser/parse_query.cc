#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

constexpr int kUnionPrecedence = 14;
constexpr int kIntersectPrecedence = 18;

}  // namespace

// SELECT, VALUES, WITH or TABLE name; not a parenthesis.
bool SqlParser::nextStartsQuery(size_t ahead) const {
  const Token& token = peek(ahead);
  if (token.isWord("SELECT") || token.isWord("WITH") || token.isWord("VALUES")) return true;
  return token.isWord("TABLE") && !peek(ahead + 1).isOperator("(");
}

// What may follow a parenthesised query as a part of a longer one.
bool SqlParser::nextContinuesQuery() const {
  for (std::string_view word :
       {"UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET", "FETCH"}) {
    if (nextIs(word)) return true;
  }
  return false;
}

// [WITH ..] body [ORDER BY ..] [LIMIT ..]
SqlParser::QueryResult SqlParser::parseQuery() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  if (nextIs("WITH")) {
    ParsedQuery holder;
    std::vector<ParsedCommonTable> with;
    TRY(parseWith(holder, with));
    std::unique_ptr<ParsedQuery> query = TRY(parseQuery());
    if (!query->with.empty()) {
      auto nested = std::make_unique<ParsedNestedBody>();
      static_cast<ParsedNode&>(*nested) = *query;
      raise(*nested, *query);
      nested->query = std::move(query);
      query = std::make_unique<ParsedQuery>();
      raise(*query, *nested);
      query->body = std::move(nested);
    }
    query->with = std::move(with);
    query->height = std::max(query->height, holder.height);
    setSpan(*query, first);
    TRY(checkHeight(*query));
    return query;
  }
  bool parenthesised = false;
  std::unique_ptr<ParsedQuery> query = TRY(parseQueryPrimary(parenthesised));
  return parseQueryRest(std::move(query), parenthesised, first);
}

// What follows the first operand of a query: set operations, then ORDER BY and LIMIT.
SqlParser::QueryResult SqlParser::parseQueryRest(std::unique_ptr<ParsedQuery> left,
                                                 bool parenthesised, const Token& first) {
  const ParsedQuery* operand = left.get();
  std::unique_ptr<ParsedQuery> query = TRY(parseSetOperations(std::move(left), first, 0));
  bool tail = nextIs("ORDER") || nextIs("LIMIT") || nextIs("OFFSET") || nextIs("FETCH");
  if (!tail) return query;
  if (parenthesised && query.get() == operand) {
    auto nested = std::make_unique<ParsedNestedBody>();
    static_cast<ParsedNode&>(*nested) = *query;
    raise(*nested, *query);
    nested->query = std::move(query);
    query = std::make_unique<ParsedQuery>();
    raise(*query, *nested);
    query->body = std::move(nested);
  }
  TRY(parseOrderAndLimit(*query));
  setSpan(*query, first);
  TRY(checkHeight(*query));
  return query;
}

SqlParser::QueryResult SqlParser::parseSetOperations(std::unique_ptr<ParsedQuery> left,
                                                     const Token& first, int minimum) {
  while (true) {
    if (nextIs("MINUS")) {
      return Error(ErrorKind::kSyntax, "unexpected 'MINUS'")
          .at(peek().position)
          .withHint("Write EXCEPT instead.");
    }
    using Type = ParsedSetOperation::Type;
    bool isIntersect = nextIs("INTERSECT");
    if (!isIntersect && !nextIs("UNION") && !nextIs("EXCEPT")) return left;
    int precedence = isIntersect ? kIntersectPrecedence : kUnionPrecedence;
    if (precedence < minimum) return left;
    auto operation = std::make_unique<ParsedSetOperation>();
    operation->operatorPosition = peek().position;
    operation->type = isIntersect       ? Type::kIntersect
                      : nextIs("UNION") ? Type::kUnion
                                        : Type::kExcept;
    advance();
    operation->all = accept("ALL");
    if (!operation->all) accept("DISTINCT");
    bool parenthesised = false;
    const Token rightFirst = peek();
    std::unique_ptr<ParsedQuery> right = TRY(parseQueryPrimary(parenthesised));
    right = TRY(parseSetOperations(std::move(right), rightFirst, precedence + 1));
    raise(*operation, *left);
    raise(*operation, *right);
    operation->left = std::move(left);
    operation->right = std::move(right);
    setSpan(*operation, first);
    left = std::make_unique<ParsedQuery>();
    raise(*left, *operation);
    left->body = std::move(operation);
    setSpan(*left, first);
    TRY(checkHeight(*left));
  }
}

SqlParser::QueryResult SqlParser::parseQueryPrimary(bool& parenthesised) {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  parenthesised = nextIsOperator("(");
  if (parenthesised) {
    advance();
    std::unique_ptr<ParsedQuery> query = TRY(parseQuery());
    TRY(expectOperator(")"));
    return query;
  }
  auto query = std::make_unique<ParsedQuery>();
  std::unique_ptr<ParsedQueryBody> body;
  if (nextIs("SELECT")) {
    body = TRY(parseSelect());
  } else if (nextIs("VALUES")) {
    body = TRY(parseValues());
  } else if (accept("TABLE")) {
    auto table = std::make_unique<ParsedTableBody>();
    table->name = TRY(parseName("a table name"));
    if (peek().kind == Token::Kind::kHintStart) table->hints = TRY(parseHints());
    setSpan(*table, first);
    body = std::move(table);
  } else {
    return unexpectedWord("a query", {"SELECT", "VALUES", "WITH", "TABLE"});
  }
  raise(*query, *body);
  query->body = std::move(body);
  setSpan(*query, first);
  TRY(checkHeight(*query));
  return query;
}

Status SqlParser::parseWith(ParsedQuery& query, std::vector<ParsedCommonTable>& with) {
  TRY(expect("WITH"));
  if (nextIs("RECURSIVE")) {
    return Error(ErrorKind::kUnsupported, "WITH RECURSIVE").at(peek().position);
  }
  do {
    ParsedCommonTable table;
    table.name = TRY(parseIdentifier("a name"));
    if (nextIsOperator("(")) table.columns = TRY(parseColumnList("a column name"));
    TRY(expect("AS"));
    TRY(expectOperator("("));
    table.query = TRY(parseQuery());
    TRY(expectOperator(")"));
    raise(query, *table.query);
    with.push_back(std::move(table));
  } while (acceptOperator(","));
  return Status();
}

Result<std::unique_ptr<ParsedExpression>> SqlParser::parseRowCount(std::string_view what) {
  const Token first = peek();
  if (first.isOperator("?")) {
    return Error(ErrorKind::kUnsupported, "dynamic parameter '?'").at(first.position);
  }
  bool whole = first.kind == Token::Kind::kNumber &&
               first.text.find_first_not_of("0123456789") == std::string::npos;
  if (!whole) return unexpected(what);
  return parsePrimary();
}

Status SqlParser::parseOrderAndLimit(ParsedQuery& query) {
  if (accept("ORDER")) {
    TRY(expect("BY"));
    query.orderBy = TRY(parseOrderItems());
    for (const ParsedOrderItem& item : query.orderBy) raise(query, *item.expression);
  }
  if (accept("LIMIT")) {
    if (!accept("ALL")) query.limit = TRY(parseRowCount("a number of rows"));
    if (nextIsOperator(",")) {
      return Error(ErrorKind::kSyntax, "unexpected ','")
          .at(peek().position)
          .withHint("Write LIMIT count OFFSET start.");
    }
  }
  if (accept("OFFSET")) {
    query.offset = TRY(parseRowCount("a number of rows"));
    if (!accept("ROWS")) accept("ROW");
    if (nextIs("LIMIT")) {
      return Error(ErrorKind::kSyntax, "unexpected 'LIMIT'")
          .at(peek().position)
          .withHint("Write LIMIT before OFFSET.");
    }
  }
  if (!query.limit && accept("FETCH")) {
    if (!accept("FIRST") && !accept("NEXT")) return unexpected("FIRST or NEXT");
    query.limit = TRY(parseRowCount("a number of rows"));
    if (!accept("ROWS") && !accept("ROW")) return unexpected("ROWS");
    TRY(expect("ONLY"));
  }
  return Status();
}

Result<std::unique_ptr<ParsedSelect>> SqlParser::parseSelect() {
  const Token first = peek();
  auto select = std::make_unique<ParsedSelect>();
  TRY(expect("SELECT"));
  if (peek().kind == Token::Kind::kHintStart) select->hints = TRY(parseHints());
  if (accept("DISTINCT"))
    select->distinct = true;
  else
    accept("ALL");
  do {
    select->items.push_back(TRY(parseSelectItem()));
    raise(*select, *select->items.back().expression);
  } while (acceptOperator(","));
  if (accept("FROM")) {
    select->from = TRY(parseFrom());
    raise(*select, *select->from);
    if (accept("WHERE")) {
      select->where = TRY(parseExpression());
      raise(*select, *select->where);
    }
    if (accept("GROUP")) TRY(parseGroupBy(*select));
    if (accept("HAVING")) {
      select->having = TRY(parseExpression());
      raise(*select, *select->having);
    }
    if (accept("WINDOW")) {
      do {
        ParsedNamedWindow window;
        window.name = TRY(parseIdentifier("a window name"));
        TRY(expect("AS"));
        window.specification = std::move(*TRY(parseWindowSpecification()));
        select->windows.push_back(std::move(window));
      } while (acceptOperator(","));
    }
    if (accept("QUALIFY")) {
      select->qualify = TRY(parseExpression());
      raise(*select, *select->qualify);
    }
  } else {
    TRY(refuseClauseWithoutFrom());
  }
  setSpan(*select, first);
  TRY(checkHeight(*select));
  return select;
}

Status SqlParser::refuseClauseWithoutFrom() {
  for (std::string_view word : {"WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY"}) {
    if (!nextIs(word)) continue;
    Error error = unexpected("FROM");
    if (error.position() != peek().position) return error;
    return std::move(error).withHint(fmt::format("{} needs a FROM clause before it.", word));
  }
  return Status();
}

// name[.name]... .*  or *
bool SqlParser::nextIsStar() const {
  size_t ahead = 0;
  while (nextIsName(ahead) && peek(ahead + 1).isOperator(".")) ahead += 2;
  return peek(ahead).isOperator("*");
}

Result<std::unique_ptr<ParsedExpression>> SqlParser::parseStar() {
  const Token first = peek();
  auto star = std::make_unique<ParsedStar>();
  while (!nextIsOperator("*")) {
    star->qualifier.push_back(TRY(parseIdentifier("a name")).name);
    TRY(expectOperator("."));
  }
  advance();
  return finish(std::move(star), first);
}

Result<ParsedSelectItem> SqlParser::parseSelectItem() {
  ParsedSelectItem item;
  if (nextIsStar()) {
    item.expression = TRY(parseStar());
    return item;
  }
  item.expression = TRY(parseExpression());
  if (accept("AS")) {
    item.alias = TRY(parseIdentifier("an alias"));
  } else if (nextIsName()) {
    item.alias = TRY(parseIdentifier("an alias"));
    noteImplicitAlias();
  }
  return item;
}

Status SqlParser::parseGroupBy(ParsedSelect& select) {
  TRY(expect("BY"));
  select.grouped = true;
  if (accept("DISTINCT"))
    select.groupDistinct = true;
  else
    accept("ALL");
  do {
    select.groupBy.push_back(TRY(parseGroupingElement(false)));
    for (const ParsedExpressionPtr& key : select.groupBy.back().expressions) {
      raise(select, *key);
    }
  } while (acceptOperator(","));
  return Status();
}

// expression, (), GROUPING SETS (..), CUBE (..), ROLLUP (..); inside sets also (a, b).
Result<ParsedGroupingElement> SqlParser::parseGroupingElement(bool insideSets) {
  Nesting nesting(*this);
  TRY(nesting.check());
  using Type = ParsedGroupingElement::Type;
  ParsedGroupingElement element;
  element.position = peek().position;
  if (accept("GROUPING", "SETS"))
    element.type = Type::kGroupingSets;
  else if (accept("CUBE"))
    element.type = Type::kCube;
  else if (accept("ROLLUP"))
    element.type = Type::kRollup;
  if (element.type != Type::kExpressions) {
    TRY(expectOperator("("));
    do {
      element.children.push_back(TRY(parseGroupingElement(true)));
    } while (acceptOperator(","));
    TRY(expectOperator(")"));
    return element;
  }
  if (nextIsOperator("(") && peek(1).isOperator(")")) {
    advance();
    advance();
    return element;
  }
  std::unique_ptr<ParsedExpression> expression = TRY(parseExpression());
  const auto* row = expression->tryAs<ParsedConstructor>();
  if (insideSets && row != nullptr && row->type == ParsedConstructor::Type::kRow &&
      !row->withKeyword) {
    element.expressions = std::move(expression->as<ParsedConstructor>().items);
  } else {
    element.expressions.emplace_back(std::move(expression));
  }
  return element;
}

Result<std::unique_ptr<ParsedValues>> SqlParser::parseValues() {
  const Token first = peek();
  auto values = std::make_unique<ParsedValues>();
  TRY(expect("VALUES"));
  do {
    std::vector<ParsedExpressionPtr> row;
    bool rowKeyword = nextIs("ROW") && peek(1).isOperator("(");
    if (rowKeyword) advance();
    if (nextIsOperator("(") && !nextStartsQuery(1)) {
      advance();
      do {
        const Token item = peek();
        if (accept("DEFAULT")) {
          row.emplace_back(TRY(finish(std::make_unique<ParsedDefault>(), item)));
        } else {
          row.emplace_back(TRY(parseExpression()));
        }
      } while (acceptOperator(","));
      TRY(expectOperator(")"));
    } else {
      row.emplace_back(TRY(parseExpression()));
    }
    for (const ParsedExpressionPtr& value : row) raise(*values, *value);
    values->rows.push_back(std::move(row));
  } while (acceptOperator(","));
  setSpan(*values, first);
  TRY(checkHeight(*values));
  return values;
}

// /*+ NAME(..), NAME */
Result<std::vector<ParsedHint>> SqlParser::parseHints() {
  std::vector<ParsedHint> hints;
  advance();
  do {
    ParsedHint hint;
    ParsedIdentifier name = TRY(parseIdentifier("a hint name"));
    hint.position = name.position;
    hint.name = name.name;
    if (acceptOperator("(") && !acceptOperator(")")) {
      do {
        TRY(parseHintArgument(hint));
      } while (acceptOperator(","));
      TRY(expectOperator(")"));
    }
    hints.push_back(std::move(hint));
  } while (acceptOperator(","));
  if (peek().kind != Token::Kind::kHintEnd) return unexpected("'*/'");
  advance();
  return hints;
}

// key = 'value', or a name, string or number.
Status SqlParser::parseHintArgument(ParsedHint& hint) {
  const Token token = peek();
  bool isText = token.kind == Token::Kind::kString || token.kind == Token::Kind::kNumber;
  if (!isText && !nextIsName()) return unexpected("a hint argument");
  advance();
  if (!acceptOperator("=")) {
    hint.words.push_back({token.position, token.text});
    return Status();
  }
  if (token.kind == Token::Kind::kNumber) {
    return Error(ErrorKind::kSyntax, "unexpected number as a hint key").at(token.position);
  }
  ParsedOption option;
  option.position = token.position;
  option.key = token.text;
  option.valuePosition = peek().position;
  option.value = TRY(parseString("a value in quotes"));
  hint.options.push_back(std::move(option));
  return Status();
}

}  // namespace millrace
