#include <fmt/format.h>

#include "sql/parser/sql_parser.h"

namespace millrace {

// CREATE [OR REPLACE] [TEMPORARY] ...
SqlParser::StatementResult SqlParser::parseCreate() {
  TRY(expect("CREATE"));
  bool orReplace = accept("OR", "REPLACE");
  bool orAlter = !orReplace && accept("OR", "ALTER");
  bool temporary = accept("TEMPORARY");
  if (orAlter || nextIs("MATERIALIZED")) return parseGeneric("CREATE MATERIALIZED TABLE");
  if (accept("TABLE")) return parseCreateTable(temporary, orReplace);
  if (accept("VIEW")) return parseCreateView(temporary, orReplace);
  if (nextIs("FUNCTION") || (temporary && nextIs("SYSTEM"))) {
    if (!orReplace) return parseCreateFunction(temporary);
  }
  if (nextIs("MODEL")) return parseGeneric("CREATE MODEL");
  if (nextIs("CONNECTION")) return parseGeneric("CREATE CONNECTION");
  if (!temporary && !orReplace) {
    if (accept("CATALOG")) return parseCreateCatalog();
    if (accept("DATABASE")) return parseCreateDatabase();
  }
  return unexpectedWord("TABLE, VIEW, FUNCTION, CATALOG or DATABASE",
                        {"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "TEMPORARY"});
}

// The name and everything after it.
SqlParser::StatementResult SqlParser::parseCreateTable(bool temporary, bool orReplace) {
  auto table = std::make_unique<ParsedCreateTable>();
  table->temporary = temporary;
  table->orReplace = orReplace;
  table->ifNotExists = TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  table->name = TRY(parseName("a table name"));
  if (nextIsOperator("(")) TRY(parseTableElements(*table));
  TRY(parseTableClauses(*table));
  const bool namesOnly =
      !table->columns.empty() && table->columns[0].type == ParsedColumnDefinition::Type::kRegular;
  if (namesOnly && !table->query) {
    return Error(ErrorKind::kSyntax,
                 fmt::format("column '{}' has no type", table->columns[0].name.toString()))
        .at(table->columns[0].name.position)
        .withHint("Columns without types are possible only in CREATE TABLE ... AS.");
  }
  return std::unique_ptr<ParsedStatement>(std::move(table));
}

Status SqlParser::parseTableElements(ParsedCreateTable& table) {
  TRY(expectOperator("("));
  do {
    TRY(parseTableElement(table));
  } while (acceptOperator(","));
  if (!nextIsOperator(")")) return unexpected("',' or ')'");
  advance();
  return Status();
}

Status SqlParser::parseTableElement(ParsedCreateTable& table) {
  if (nextIs("WATERMARK")) {
    table.watermarks.push_back(TRY(parseWatermark()));
  } else if (nextIsConstraint()) {
    table.constraints.push_back(TRY(parseConstraint()));
  } else {
    table.columns.push_back(TRY(parseColumnDefinition(true)));
  }
  return Status();
}

// [COMMENT] [DISTRIBUTED ..] [PARTITIONED BY (..)] [WITH (..)] [LIKE ..] [AS query]
Status SqlParser::parseTableClauses(ParsedCreateTable& table) {
  table.comment = TRY(parseComment());
  if (accept("DISTRIBUTED")) table.distribution = TRY(parseDistribution());
  if (accept("PARTITIONED")) {
    TRY(expect("BY"));
    table.partitionedBy = TRY(parseColumnList("a column name"));
  }
  if (accept("WITH")) table.options = TRY(parseOptions(true));
  if (accept("LIKE")) table.like = TRY(parseTableLike());
  if (accept("AS")) {
    table.query = TRY(parseQuery());
    raise(table, *table.query);
  }
  if (atEnd() || nextIsOperator(";")) return Status();
  return unexpectedWord("the end of the statement",
                        {"COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH", "LIKE", "AS"});
}

// name type .. | name type METADATA .. | name AS expression | name
Result<ParsedColumnDefinition> SqlParser::parseColumnDefinition(bool allowNameOnly) {
  using Type = ParsedColumnDefinition::Type;
  ParsedColumnDefinition column;
  column.name = TRY(parseName("a column name"));
  if (accept("AS")) {
    column.type = Type::kComputed;
    column.expression = TRY(parseExpression());
    column.comment = TRY(parseComment());
    return column;
  }
  if (allowNameOnly && (nextIsOperator(",") || nextIsOperator(")"))) {
    column.type = Type::kRegular;
    return column;
  }
  column.dataType = TRY(parseType());
  if (accept("METADATA")) {
    column.type = Type::kMetadata;
    if (accept("FROM")) column.metadataKey = TRY(parseString("a metadata key in quotes"));
    column.isVirtual = accept("VIRTUAL");
  } else {
    TRY(parseColumnConstraint(column));
  }
  column.comment = TRY(parseComment());
  return column;
}

// [CONSTRAINT name] {PRIMARY KEY | UNIQUE} [[NOT] ENFORCED]
Status SqlParser::parseColumnConstraint(ParsedColumnDefinition& column) {
  if (accept("CONSTRAINT")) TRY(parseIdentifier("a constraint name"));
  if (accept("PRIMARY")) {
    TRY(expect("KEY"));
    column.primaryKey = true;
  } else if (accept("UNIQUE")) {
    column.unique = true;
  } else {
    return Status();
  }
  column.enforced = TRY(parseEnforced());
  return Status();
}

Result<std::optional<bool>> SqlParser::parseEnforced() {
  std::optional<bool> enforced;
  if (accept("NOT")) {
    TRY(expect("ENFORCED"));
    enforced = false;
  } else if (accept("ENFORCED")) {
    enforced = true;
  }
  return enforced;
}

bool SqlParser::nextIsConstraint() const {
  return nextIs("CONSTRAINT") || nextIs("PRIMARY") || nextIs("UNIQUE");
}

// [CONSTRAINT name] {PRIMARY KEY | UNIQUE} (columns) [[NOT] ENFORCED]
Result<ParsedTableConstraint> SqlParser::parseConstraint() {
  ParsedTableConstraint constraint;
  constraint.position = peek().position;
  if (accept("CONSTRAINT")) {
    constraint.name = TRY(parseIdentifier("a constraint name")).name;
  }
  if (accept("PRIMARY")) {
    TRY(expect("KEY"));
  } else if (accept("UNIQUE")) {
    constraint.primaryKey = false;
  } else {
    return unexpectedWord("PRIMARY KEY or UNIQUE", {"PRIMARY", "UNIQUE"});
  }
  constraint.columns = TRY(parseColumnList("a column name"));
  constraint.enforced = TRY(parseEnforced());
  return constraint;
}

Result<ParsedWatermark> SqlParser::parseWatermark() {
  ParsedWatermark watermark;
  watermark.position = peek().position;
  TRY(expect("WATERMARK"));
  TRY(expect("FOR"));
  watermark.column = TRY(parseName("a column name"));
  TRY(expect("AS"));
  watermark.expression = TRY(parseExpression());
  return watermark;
}

// [BY [HASH | RANGE] (columns)] [INTO n BUCKETS]
Result<ParsedDistribution> SqlParser::parseDistribution() {
  ParsedDistribution distribution;
  distribution.position = previous().position;
  bool by = accept("BY");
  if (by) {
    if (accept("HASH"))
      distribution.type = ParsedDistribution::Type::kHash;
    else if (accept("RANGE"))
      distribution.type = ParsedDistribution::Type::kRange;
    distribution.columns = TRY(parseColumnList("a column name"));
  }
  if (accept("INTO")) {
    distribution.buckets = TRY(parseInteger("a number of buckets"));
    TRY(expect("BUCKETS"));
  } else if (!by) {
    return unexpectedWord("BY or INTO", {"BY", "INTO"});
  }
  return distribution;
}

// table [(INCLUDING | EXCLUDING | OVERWRITING feature ...)]
Result<ParsedTableLike> SqlParser::parseTableLike() {
  ParsedTableLike like;
  like.table = TRY(parseName("a table name"));
  if (!acceptOperator("(")) return like;
  while (!acceptOperator(")")) like.options.push_back(TRY(parseTableLikeOption()));
  return like;
}

Result<ParsedTableLikeOption> SqlParser::parseTableLikeOption() {
  using Strategy = ParsedTableLikeOption::Strategy;
  using Feature = ParsedTableLikeOption::Feature;
  ParsedTableLikeOption option;
  option.position = peek().position;
  if (accept("INCLUDING"))
    option.strategy = Strategy::kIncluding;
  else if (accept("EXCLUDING"))
    option.strategy = Strategy::kExcluding;
  else if (accept("OVERWRITING"))
    option.strategy = Strategy::kOverwriting;
  else
    return unexpectedWord("INCLUDING, EXCLUDING, OVERWRITING or ')'",
                          {"INCLUDING", "EXCLUDING", "OVERWRITING"});
  if (accept("ALL"))
    option.feature = Feature::kAll;
  else if (accept("CONSTRAINTS"))
    option.feature = Feature::kConstraints;
  else if (accept("DISTRIBUTION"))
    option.feature = Feature::kDistribution;
  else if (accept("GENERATED"))
    option.feature = Feature::kGenerated;
  else if (accept("METADATA"))
    option.feature = Feature::kMetadata;
  else if (accept("OPTIONS"))
    option.feature = Feature::kOptions;
  else if (accept("PARTITIONS"))
    option.feature = Feature::kPartitions;
  else if (accept("WATERMARKS"))
    option.feature = Feature::kWatermarks;
  else
    return unexpectedWord("what to include", {"ALL", "CONSTRAINTS", "DISTRIBUTION", "GENERATED",
                                              "METADATA", "OPTIONS", "PARTITIONS", "WATERMARKS"});
  return option;
}

// [COMMENT 'text']
Result<std::optional<std::string>> SqlParser::parseComment() {
  std::optional<std::string> comment;
  if (accept("COMMENT")) comment = TRY(parseString("a comment in quotes"));
  return comment;
}

// The query of a view, with its text.
Status SqlParser::parseViewQuery(Owned<ParsedQuery>& query, std::string& text) {
  uint32_t begin = peek().begin;
  query = TRY(parseQuery());
  text = textBetween(begin, previous().end);
  return Status();
}

SqlParser::StatementResult SqlParser::parseCreateView(bool temporary, bool orReplace) {
  auto view = std::make_unique<ParsedCreateView>();
  view->temporary = temporary;
  view->orReplace = orReplace;
  view->ifNotExists = TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  view->name = TRY(parseName("a view name"));
  if (nextIsOperator("(")) view->columns = TRY(parseColumnList("a column name"));
  view->comment = TRY(parseComment());
  TRY(expect("AS"));
  TRY(parseViewQuery(view->query, view->queryText));
  raise(*view, *view->query);
  return std::unique_ptr<ParsedStatement>(std::move(view));
}

// [SYSTEM] FUNCTION [IF NOT EXISTS] name AS 'class' [LANGUAGE l] [USING JAR 'path', ..] [WITH (..)]
SqlParser::StatementResult SqlParser::parseCreateFunction(bool temporary) {
  auto function = std::make_unique<ParsedCreateFunction>();
  function->temporary = temporary;
  function->system = accept("SYSTEM");
  TRY(expect("FUNCTION"));
  function->ifNotExists = TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  function->name = TRY(parseName("a function name"));
  TRY(expect("AS"));
  function->className = TRY(parseString("a class name in quotes"));
  if (accept("LANGUAGE")) {
    if (!nextIs("JAVA") && !nextIs("SCALA") && !nextIs("PYTHON") && !nextIs("SQL")) {
      return unexpected("JAVA, SCALA or PYTHON");
    }
    function->language = peek().upper;
    advance();
  }
  if (accept("USING")) {
    do {
      if (!accept("JAR") && !accept("ARTIFACT")) return unexpected("JAR");
      function->jars.push_back(TRY(parseString("a path in quotes")));
    } while (acceptOperator(","));
  }
  if (accept("WITH")) function->options = TRY(parseOptions(true));
  return std::unique_ptr<ParsedStatement>(std::move(function));
}

SqlParser::StatementResult SqlParser::parseCreateCatalog() {
  auto catalog = std::make_unique<ParsedCreateCatalog>();
  catalog->ifNotExists = TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  catalog->name = TRY(parseName("a catalog name"));
  catalog->comment = TRY(parseComment());
  if (accept("WITH")) catalog->options = TRY(parseOptions(true));
  return std::unique_ptr<ParsedStatement>(std::move(catalog));
}

SqlParser::StatementResult SqlParser::parseCreateDatabase() {
  auto database = std::make_unique<ParsedCreateDatabase>();
  database->ifNotExists = TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  database->name = TRY(parseName("a database name"));
  database->comment = TRY(parseComment());
  if (accept("WITH")) database->options = TRY(parseOptions(true));
  return std::unique_ptr<ParsedStatement>(std::move(database));
}

// DROP [TEMPORARY] [SYSTEM] object [IF EXISTS] name [CASCADE | RESTRICT]
SqlParser::StatementResult SqlParser::parseDrop() {
  using Object = ParsedDrop::Object;
  TRY(expect("DROP"));
  auto drop = std::make_unique<ParsedDrop>();
  drop->temporary = accept("TEMPORARY");
  if (drop->temporary && nextAre("SYSTEM", "FUNCTION")) drop->system = accept("SYSTEM");
  if (nextIs("MATERIALIZED")) return parseGeneric("DROP MATERIALIZED TABLE");
  if (nextIs("MODEL")) return parseGeneric("DROP MODEL");
  if (nextIs("CONNECTION")) return parseGeneric("DROP CONNECTION");
  bool permanentOnly = nextIs("DATABASE") || nextIs("CATALOG");
  if (accept("TABLE"))
    drop->object = Object::kTable;
  else if (accept("VIEW"))
    drop->object = Object::kView;
  else if (accept("FUNCTION"))
    drop->object = Object::kFunction;
  else if (!drop->temporary && accept("DATABASE"))
    drop->object = Object::kDatabase;
  else if (!drop->temporary && accept("CATALOG"))
    drop->object = Object::kCatalog;
  else
    return unexpectedWord(drop->temporary && permanentOnly
                              ? "TABLE, VIEW or FUNCTION"
                              : "TABLE, VIEW, FUNCTION, DATABASE or CATALOG",
                          {"TABLE", "VIEW", "FUNCTION", "DATABASE", "CATALOG", "TEMPORARY"});
  drop->ifExists = TRY(acceptAll({"IF", "EXISTS"}));
  drop->name = TRY(parseName("a name"));
  if (drop->object == Object::kDatabase) {
    drop->cascade = accept("CASCADE");
    if (!drop->cascade) accept("RESTRICT");
  }
  return std::unique_ptr<ParsedStatement>(std::move(drop));
}

}  // namespace millrace
