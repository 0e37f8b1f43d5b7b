#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

SqlParser::TableResult SqlParser::finishJoin(std::unique_ptr<ParsedJoin> join,
                                             std::unique_ptr<ParsedTableReference> left,
                                             std::unique_ptr<ParsedTableReference> right,
                                             const Token& first) {
  raise(*join, *left);
  raise(*join, *right);
  if (join->condition) raise(*join, *join->condition);
  join->left = std::move(left);
  join->right = std::move(right);
  setSpan(*join, first);
  TRY(checkHeight(*join));
  return std::unique_ptr<ParsedTableReference>(std::move(join));
}

// Joined tables, separated by commas.
SqlParser::TableResult SqlParser::parseFrom() {
  const Token first = peek();
  std::unique_ptr<ParsedTableReference> left = TRY(parseJoins());
  while (nextIsOperator(",")) {
    auto join = std::make_unique<ParsedJoin>();
    join->type = ParsedJoin::Type::kComma;
    join->operatorPosition = peek().position;
    advance();
    std::unique_ptr<ParsedTableReference> right = TRY(parseJoins());
    left = TRY(finishJoin(std::move(join), std::move(left), std::move(right), first));
  }
  return left;
}

// table [join table]...
SqlParser::TableResult SqlParser::parseJoins() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  std::unique_ptr<ParsedTableReference> left = TRY(parseTable());
  return parseJoinsRest(std::move(left), first);
}

SqlParser::TableResult SqlParser::parseJoinsRest(std::unique_ptr<ParsedTableReference> left,
                                                 const Token& first) {
  while (true) {
    auto join = std::make_unique<ParsedJoin>();
    if (!TRY(parseJoinOperator(*join))) return left;
    std::unique_ptr<ParsedTableReference> right = TRY(parseTable());
    TRY(parseJoinCondition(*join));
    left = TRY(finishJoin(std::move(join), std::move(left), std::move(right), first));
  }
}

// [NATURAL] [INNER | LEFT [OUTER] | RIGHT [OUTER] | FULL [OUTER] | CROSS] JOIN
Result<bool> SqlParser::parseJoinOperator(ParsedJoin& join) {
  join.operatorPosition = peek().position;
  join.natural = accept("NATURAL");
  using Type = ParsedJoin::Type;
  bool explicitType = true;
  if (accept("INNER")) {
    join.type = Type::kInner;
  } else if (accept("LEFT")) {
    join.type = Type::kLeft;
  } else if (accept("RIGHT")) {
    join.type = Type::kRight;
  } else if (accept("FULL")) {
    join.type = Type::kFull;
  } else if (accept("CROSS")) {
    join.type = Type::kCross;
  } else {
    explicitType = false;
  }
  bool outer = join.type == Type::kLeft || join.type == Type::kRight || join.type == Type::kFull;
  if (outer) accept("OUTER");
  if (nextIs("SEMI") || nextIs("ANTI")) {
    return Error(ErrorKind::kUnsupported, fmt::format("{} JOIN", peek().upper))
        .at(peek().position)
        .withHint("Use EXISTS or NOT EXISTS.");
  }
  if (accept("JOIN")) return true;
  if (!explicitType && !join.natural) return false;
  return unexpected("JOIN");
}

Status SqlParser::parseJoinCondition(ParsedJoin& join) {
  if (join.type == ParsedJoin::Type::kCross || join.natural) return Status();
  if (accept("ON")) {
    join.condition = TRY(parseExpression());
    return Status();
  }
  if (accept("USING")) {
    join.usingColumns = TRY(parseColumnList("a column name"));
    return Status();
  }
  Error error = unexpectedWord("ON or USING", {"ON", "USING"});
  if (!error.hint().empty()) return error;
  return std::move(error).withHint("Use CROSS JOIN for a join without a condition.");
}

SqlParser::TableResult SqlParser::parseTable() {
  const Token first = peek();
  std::unique_ptr<ParsedTableReference> table = TRY(parseTableWithoutAlias());
  return parseTableRest(std::move(table), first);
}

// [alias] [MATCH_RECOGNIZE (..) [alias]]
SqlParser::TableResult SqlParser::parseTableRest(std::unique_ptr<ParsedTableReference> table,
                                                 const Token& first) {
  for (std::string_view word : {"PIVOT", "UNPIVOT", "TABLESAMPLE"}) {
    if (nextIs(word)) return Error(ErrorKind::kUnsupported, std::string(word)).at(peek().position);
  }
  if (table->alias.name.empty()) TRY(parseTableAlias(*table));
  setSpan(*table, first);
  TRY(checkHeight(*table));
  if (!nextIs("MATCH_RECOGNIZE")) return table;
  table = TRY(parseMatchRecognize(std::move(table), first));
  TRY(parseTableAlias(*table));
  setSpan(*table, first);
  return table;
}

Status SqlParser::parseTableAlias(ParsedTableReference& table) {
  if (accept("AS")) {
    table.alias = TRY(parseIdentifier("an alias"));
  } else if (nextIsName()) {
    table.alias = TRY(parseIdentifier("an alias"));
    noteImplicitAlias();
  } else {
    return Status();
  }
  if (nextIsOperator("(")) table.aliasColumns = TRY(parseColumnList("a column name"));
  return Status();
}

SqlParser::TableResult SqlParser::parseTableWithoutAlias() {
  if (nextIsOperator("(")) return parseParenthesisedTable();
  if (nextIs("UNNEST")) return parseUnnest();
  if (accept("LATERAL")) {
    std::unique_ptr<ParsedTableReference> table;
    if (nextIs("UNNEST")) {
      table = TRY(parseUnnest());
      static_cast<ParsedUnnestTable&>(*table).lateral = true;
    } else if (nextIs("TABLE")) {
      advance();
      table = TRY(parseTableFunction(true));
      static_cast<ParsedFunctionTable&>(*table).lateral = true;
    } else if (nextIsOperator("(") && (nextStartsQuery(1) || peek(1).isOperator("("))) {
      table = TRY(parseParenthesisedTable());
      if (!table->is<ParsedSubqueryTable>()) return unexpected("a query after LATERAL");
      static_cast<ParsedSubqueryTable&>(*table).lateral = true;
    } else {
      table = TRY(parseTableFunction(false));
      static_cast<ParsedFunctionTable&>(*table).lateral = true;
    }
    return table;
  }
  if (nextIs("TABLE") && peek(1).isOperator("(")) {
    advance();
    return parseTableFunction(true);
  }
  if (nextIs("TABLE")) {
    return Error(ErrorKind::kSyntax, "unexpected 'TABLE'")
        .at(peek().position)
        .withHint("Write the table name alone, or TABLE(function(..)).");
  }
  return parseNamedTable();
}

// (query), or (table join table ..)
SqlParser::TableResult SqlParser::parseParenthesisedTable() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  advance();
  auto table = std::make_unique<ParsedSubqueryTable>();
  if (nextStartsQuery()) {
    table->query = TRY(parseQuery());
  } else {
    const Token inner = peek();
    std::unique_ptr<ParsedTableReference> joined = TRY(parseTableWithoutAlias());
    bool query =
        inner.isOperator("(") && joined->is<ParsedSubqueryTable>() && joined->alias.name.empty();
    if (!query || !(nextContinuesQuery() || nextIsOperator(")"))) {
      joined = TRY(parseTableRest(std::move(joined), inner));
      joined = TRY(parseJoinsRest(std::move(joined), inner));
      TRY(expectOperator(")"));
      return joined;
    }
    // ((SELECT ..) UNION ..): what looked like a table starts a longer query.
    std::unique_ptr<ParsedQuery> left = static_cast<ParsedSubqueryTable&>(*joined).query.release();
    table->query = TRY(parseQueryRest(std::move(left), true, inner));
  }
  TRY(expectOperator(")"));
  raise(*table, *table->query);
  setSpan(*table, first);
  return std::unique_ptr<ParsedTableReference>(std::move(table));
}

// UNNEST(expression, ..) [WITH ORDINALITY]
SqlParser::TableResult SqlParser::parseUnnest() {
  const Token first = peek();
  auto table = std::make_unique<ParsedUnnestTable>();
  advance();
  TRY(expectOperator("("));
  table->args = TRY(parseExpressionList());
  TRY(expectOperator(")"));
  for (const ParsedExpressionPtr& arg : table->args) raise(*table, *arg);
  table->withOrdinality = accept("WITH", "ORDINALITY");
  setSpan(*table, first);
  return std::unique_ptr<ParsedTableReference>(std::move(table));
}

// (function(..)) after TABLE if wrapped, otherwise function(..).
SqlParser::TableResult SqlParser::parseTableFunction(bool wrapped) {
  const Token first = peek();
  auto table = std::make_unique<ParsedFunctionTable>();
  table->wrapped = wrapped;
  if (wrapped) TRY(expectOperator("("));
  const Token callFirst = peek();
  if (!nextIsName()) return unexpected("a table function");
  ParsedName name = TRY(parseName("a table function"));
  if (!nextIsOperator("(")) return unexpected("'('");
  auto call = std::make_unique<ParsedCall>();
  call->name = std::move(name);
  TRY(parseArguments(*call));
  table->call = TRY(finish(std::move(call), callFirst));
  if (wrapped) TRY(expectOperator(")"));
  raise(*table, *table->call);
  setSpan(*table, first);
  return std::unique_ptr<ParsedTableReference>(std::move(table));
}

// name [hints] [FOR SYSTEM_TIME AS OF expression], or function(..)
SqlParser::TableResult SqlParser::parseNamedTable() {
  size_t ahead = 0;
  while (nextIsName(ahead) && peek(ahead + 1).isOperator(".")) ahead += 2;
  if (nextIsName(ahead) && peek(ahead + 1).isOperator("(")) return parseTableFunction(false);
  const Token first = peek();
  auto table = std::make_unique<ParsedNamedTable>();
  table->name = TRY(parseName("a table name"));
  if (peek().kind == Token::Kind::kHintStart) table->hints = TRY(parseHints());
  if (accept("FOR")) {
    TRY(expect("SYSTEM_TIME"));
    TRY(expect("AS"));
    TRY(expect("OF"));
    table->systemTime = TRY(parseOperators(kTermPrecedence));
    raise(*table, *table->systemTime);
  }
  setSpan(*table, first);
  return std::unique_ptr<ParsedTableReference>(std::move(table));
}

}  // namespace millrace
