#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

const std::vector<std::string>& statementWords() {
  static const std::vector<std::string> words = {
      "SELECT",  "WITH",  "VALUES", "INSERT", "CREATE", "DROP",     "ALTER",   "EXPLAIN",
      "EXECUTE", "BEGIN", "SHOW",   "USE",    "SET",    "DESCRIBE", "DESC",    "RESET",
      "STOP",    "ADD",   "LOAD",   "UNLOAD", "CALL",   "ANALYZE",  "COMPILE", "TRUNCATE"};
  return words;
}

struct GenericStart {
  std::string_view first;
  std::string_view second;  // or empty
};

// Statements that are recognised by their first words only.
constexpr GenericStart kGenericStarts[] = {
    {"ANALYZE", "TABLE"}, {"ADD", "JAR"},        {"REMOVE", "JAR"},  {"LOAD", "MODULE"},
    {"UNLOAD", "MODULE"}, {"TRUNCATE", "TABLE"}, {"DELETE", "FROM"}, {"COMPILE", "AND"},
    {"COMPILE", "PLAN"},  {"EXECUTE", "PLAN"},   {"UPDATE", ""},     {"CALL", ""},
    {"MERGE", ""},
};

}  // namespace

SqlParser::StatementResult SqlParser::parseWholeStatement() {
  if (atEnd() || nextIsOperator(";")) {
    return Error(ErrorKind::kSyntax, "empty statement").at(peek().position);
  }
  std::unique_ptr<ParsedStatement> statement = TRY(parseStatement());
  TRY(parseStatementEnd());
  return statement;
}

SqlParser::QueryResult SqlParser::parseWholeQuery() {
  std::unique_ptr<ParsedQuery> query = TRY(parseQuery());
  TRY(parseStatementEnd());
  return query;
}

SqlParser::ExpressionResult SqlParser::parseWholeExpression() {
  std::unique_ptr<ParsedExpression> expression = TRY(parseExpression());
  if (!atEnd()) return unexpected("the end of the expression");
  return expression;
}

Result<ParsedTypeName> SqlParser::parseWholeType() {
  ParsedTypeName type = TRY(parseType());
  if (!atEnd()) return unexpected("the end of the type");
  return type;
}

Status SqlParser::parseStatementEnd() {
  while (acceptOperator(";")) continue;
  if (atEnd()) return Status();
  return unexpectedWord("the end of the statement", clauseWords());
}

// One statement with its place and text.
SqlParser::StatementResult SqlParser::parseStatement() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  std::unique_ptr<ParsedStatement> statement = TRY(parseAnyStatement());
  setSpan(*statement, first);
  statement->text = textBetween(statement->begin, statement->end);
  return statement;
}

SqlParser::StatementResult SqlParser::parseAnyStatement() {
  if (nextStartsQuery() || nextIsOperator("(")) {
    auto statement = std::make_unique<ParsedQueryStatement>();
    statement->query = TRY(parseQuery());
    raise(*statement, *statement->query);
    return std::unique_ptr<ParsedStatement>(std::move(statement));
  }
  for (const GenericStart& start : kGenericStarts) {
    if (!nextIs(start.first)) continue;
    if (start.second.empty()) return parseGeneric(std::string(start.first));
    if (peek(1).isWord(start.second)) {
      return parseGeneric(fmt::format("{} {}", start.first, start.second));
    }
  }
  if (nextIs("INSERT") || nextIs("UPSERT")) return parseInsert(false);
  if (nextIs("CREATE")) return parseCreate();
  if (nextIs("DROP")) return parseDrop();
  if (nextIs("ALTER")) return parseAlter();
  if (nextIs("EXPLAIN")) return parseExplain();
  if (nextIs("EXECUTE")) return parseExecute();
  if (nextIs("BEGIN")) return parseBegin();
  if (nextIs("SHOW")) return parseShow();
  if (nextIs("DESCRIBE") || nextIs("DESC")) return parseDescribe();
  if (nextIs("SET")) return parseSet();
  if (nextIs("RESET")) return parseReset();
  if (nextIs("USE")) return parseUse();
  if (nextIs("STOP")) return parseStopJob();
  return unexpectedWord("a statement", statementWords());
}

// Takes everything up to the end of the statement.
SqlParser::StatementResult SqlParser::parseGeneric(std::string name) {
  auto statement = std::make_unique<ParsedGeneric>();
  statement->name = std::move(name);
  int block = 0;
  while (!atEnd()) {
    if (nextIs("BEGIN")) ++block;
    if (nextIs("END") && block > 0) --block;
    if (nextIsOperator(";") && block == 0) break;
    advance();
  }
  return std::unique_ptr<ParsedStatement>(std::move(statement));
}

// INSERT {INTO | OVERWRITE} table [hints] [PARTITION (..)] [(columns)] query [ON CONFLICT DO ..]
SqlParser::StatementResult SqlParser::parseInsert(bool execute) {
  auto insert = std::make_unique<ParsedInsert>();
  insert->execute = execute;
  insert->upsert = nextIs("UPSERT");
  advance();
  insert->overwrite = !insert->upsert && accept("OVERWRITE");
  if (!insert->overwrite && !accept("INTO")) {
    return unexpectedWord("INTO or OVERWRITE", {"INTO", "OVERWRITE"});
  }
  insert->table = TRY(parseName("a table name"));
  if (peek().kind == Token::Kind::kHintStart) insert->hints = TRY(parseHints());
  if (accept("PARTITION")) insert->partition = TRY(parsePartition());
  if (nextIsOperator("(") && nextIsName(1)) {
    advance();
    do {
      insert->columns.push_back(TRY(parseName("a column name")));
    } while (acceptOperator(","));
    TRY(expectOperator(")"));
  }
  if (!nextStartsQuery() && !nextIsOperator("(")) {
    return unexpectedWord("SELECT or VALUES", {"SELECT", "VALUES", "WITH", "PARTITION"});
  }
  insert->query = TRY(parseQuery());
  raise(*insert, *insert->query);
  if (accept("ON")) {
    TRY(expect("CONFLICT"));
    TRY(expect("DO"));
    if (!nextIs("ERROR") && !nextIs("NOTHING") && !nextIs("DEDUPLICATE")) {
      return unexpectedWord("ERROR, NOTHING or DEDUPLICATE", {"ERROR", "NOTHING", "DEDUPLICATE"});
    }
    insert->onConflict = peek().upper;
    advance();
  }
  return std::unique_ptr<ParsedStatement>(std::move(insert));
}

// EXECUTE {STATEMENT SET BEGIN .. END | INSERT .. | query}
SqlParser::StatementResult SqlParser::parseExecute() {
  TRY(expect("EXECUTE"));
  if (nextIs("INSERT") || nextIs("UPSERT")) return parseInsert(true);
  if (nextIs("STATEMENT")) {
    advance();
    TRY(expect("SET"));
    TRY(expect("BEGIN"));
    auto set = std::make_unique<ParsedStatementSet>();
    TRY(parseStatementSetBody(*set));
    return std::unique_ptr<ParsedStatement>(std::move(set));
  }
  if (nextStartsQuery() || nextIsOperator("(")) return parseAnyStatement();
  return unexpectedWord("STATEMENT SET, INSERT or a query", {"STATEMENT", "INSERT", "SELECT"});
}

// BEGIN STATEMENT SET; .. END
SqlParser::StatementResult SqlParser::parseBegin() {
  TRY(expect("BEGIN"));
  TRY(expect("STATEMENT"));
  TRY(expect("SET"));
  TRY(expectOperator(";"));
  auto set = std::make_unique<ParsedStatementSet>();
  TRY(parseStatementSetBody(*set));
  return std::unique_ptr<ParsedStatement>(std::move(set));
}

// statement; ... END
Status SqlParser::parseStatementSetBody(ParsedStatementSet& set) {
  while (!accept("END")) {
    if (atEnd()) return unexpected("INSERT or END");
    const Token first = peek();
    std::unique_ptr<ParsedStatement> statement = TRY(parseStatement());
    const auto* create = statement->tryAs<ParsedCreateTable>();
    bool writes = statement->is<ParsedInsert>() || (create != nullptr && create->query);
    if (!writes) {
      return Error(ErrorKind::kSyntax, fmt::format("unexpected '{}', expected INSERT", first.text))
          .at(first.position)
          .withHint("A statement set holds INSERT and CREATE TABLE ... AS statements only.");
    }
    raise(set, *statement);
    set.inserts.emplace_back(std::move(statement));
    TRY(expectOperator(";"));
  }
  if (set.inserts.empty()) {
    return Error(ErrorKind::kSyntax, "empty statement set").at(previous().position);
  }
  return Status();
}

// EXPLAIN [PLAN FOR | detail, ...] statement
SqlParser::StatementResult SqlParser::parseExplain() {
  TRY(expect("EXPLAIN"));
  auto explain = std::make_unique<ParsedExplain>();
  auto isDetail = [this] {
    return nextIs("ESTIMATED_COST") || nextIs("CHANGELOG_MODE") || nextIs("JSON_EXECUTION_PLAN") ||
           nextIs("PLAN_ADVICE");
  };
  if (nextAre("PLAN", "FOR")) {
    advance();
    advance();
  } else if (nextIs("AST")) {
    explain->details.push_back({peek().position, "AST"});
    advance();
    accept("FOR");
  } else {
    while (isDetail()) {
      explain->details.push_back({peek().position, peek().upper});
      advance();
      if (!acceptOperator(",")) break;
      if (!isDetail()) return unexpected("a detail such as CHANGELOG_MODE");
    }
  }
  const Token first = peek();
  if (nextAre("STATEMENT", "SET")) {
    advance();
    advance();
    TRY(expect("BEGIN"));
    auto set = std::make_unique<ParsedStatementSet>();
    TRY(parseStatementSetBody(*set));
    setSpan(*set, first);
    set->text = textBetween(set->begin, set->end);
    explain->statement = std::move(set);
  } else {
    std::vector<std::string> words = statementWords();
    words.insert(words.end(),
                 {"ESTIMATED_COST", "CHANGELOG_MODE", "JSON_EXECUTION_PLAN", "PLAN_ADVICE"});
    if (atEnd() || nextIsName()) return unexpectedWord("a statement to explain", words);
    explain->statement = TRY(parseStatement());
  }
  raise(*explain, *explain->statement);
  return std::unique_ptr<ParsedStatement>(std::move(explain));
}

// SET | SET 'key' = 'value' | SET key = value
SqlParser::StatementResult SqlParser::parseSet() {
  TRY(expect("SET"));
  auto set = std::make_unique<ParsedSet>();
  if (atEnd() || nextIsOperator(";")) return std::unique_ptr<ParsedStatement>(std::move(set));
  ParsedOption option;
  option.position = peek().position;
  option.key = TRY(parseOptionKey());
  TRY(expectOperator("="));
  option.valuePosition = peek().position;
  if (peek().kind == Token::Kind::kString) {
    option.value = TRY(parseString("a value"));
  } else {
    if (atEnd() || nextIsOperator(";")) return unexpected("a value");
    uint32_t begin = peek().begin;
    while (!atEnd() && !nextIsOperator(";")) advance();
    option.value = textBetween(begin, previous().end);
  }
  set->option = std::move(option);
  return std::unique_ptr<ParsedStatement>(std::move(set));
}

// 'key', or the key as it is: words, numbers, dots and dashes without space between them.
Result<std::string> SqlParser::parseOptionKey() {
  if (peek().kind == Token::Kind::kString) return parseString("an option name");
  if (peek().kind != Token::Kind::kWord) return unexpected("an option name in quotes");
  uint32_t begin = peek().begin;
  advance();
  while (!atEnd() && peek().begin == previous().end && !nextIsOperator("=") &&
         !nextIsOperator(";")) {
    advance();
  }
  return textBetween(begin, previous().end);
}

SqlParser::StatementResult SqlParser::parseReset() {
  TRY(expect("RESET"));
  auto reset = std::make_unique<ParsedReset>();
  if (!atEnd() && !nextIsOperator(";")) {
    ParsedIdentifier key{peek().position, {}};
    key.name = TRY(parseOptionKey());
    reset->key = std::move(key);
  }
  return std::unique_ptr<ParsedStatement>(std::move(reset));
}

// USE database | USE CATALOG name | USE MODULES a, b
SqlParser::StatementResult SqlParser::parseUse() {
  TRY(expect("USE"));
  auto use = std::make_unique<ParsedUse>();
  if (nextIs("CATALOG") && nextIsName(1)) {
    advance();
    use->object = ParsedUse::Object::kCatalog;
    use->names.push_back(TRY(parseName("a catalog name")));
  } else if (accept("MODULES")) {
    use->object = ParsedUse::Object::kModules;
    do {
      use->names.push_back(TRY(parseName("a module name")));
    } while (acceptOperator(","));
  } else {
    use->names.push_back(TRY(parseName("a database name")));
  }
  return std::unique_ptr<ParsedStatement>(std::move(use));
}

// STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN]
SqlParser::StatementResult SqlParser::parseStopJob() {
  TRY(expect("STOP"));
  TRY(expect("JOB"));
  auto stop = std::make_unique<ParsedStopJob>();
  stop->job = TRY(parseString("a job identifier in quotes"));
  stop->withSavepoint = accept("WITH", "SAVEPOINT");
  if (nextAre("WITH", "DRAIN")) {
    if (!stop->withSavepoint) {
      return Error(ErrorKind::kSyntax, "WITH DRAIN without WITH SAVEPOINT")
          .at(peek().position)
          .withHint("Write WITH SAVEPOINT WITH DRAIN.");
    }
    stop->withDrain = accept("WITH", "DRAIN");
  }
  return std::unique_ptr<ParsedStatement>(std::move(stop));
}

}  // namespace millrace
