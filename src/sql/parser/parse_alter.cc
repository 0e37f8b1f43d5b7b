#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

using ChangeType = ParsedTableChange::Type;

// Adds a change of the given kind at the place of `token`.
ParsedTableChange& addChange(ParsedAlterTable& alter, ChangeType type, const Token& token) {
  ParsedTableChange change;
  change.type = type;
  change.position = token.position;
  alter.changes.push_back(std::move(change));
  return alter.changes.back();
}

}  // namespace

SqlParser::StatementResult SqlParser::parseAlter() {
  TRY(expect("ALTER"));
  if (accept("TABLE")) return parseAlterTable();
  if (accept("VIEW")) return parseAlterView();
  for (std::string_view object : {"CATALOG", "DATABASE", "FUNCTION", "MODEL", "CONNECTION"}) {
    if (nextIs(object)) return parseGeneric("ALTER " + std::string(object));
  }
  if (nextIs("TEMPORARY")) return parseGeneric("ALTER FUNCTION");
  if (nextIs("MATERIALIZED")) return parseGeneric("ALTER MATERIALIZED TABLE");
  return unexpectedWord("TABLE, VIEW, FUNCTION, CATALOG or DATABASE",
                        {"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE"});
}

SqlParser::StatementResult SqlParser::parseAlterTable() {
  auto alter = std::make_unique<ParsedAlterTable>();
  alter->ifExists = TRY(acceptAll({"IF", "EXISTS"}));
  alter->name = TRY(parseName("a table name"));
  const Token first = peek();
  if (accept("SET")) {
    ParsedTableChange& change = addChange(*alter, ChangeType::kSetOptions, first);
    change.options = TRY(parseOptions(true));
  } else if (accept("RESET")) {
    ParsedTableChange& change = addChange(*alter, ChangeType::kResetOptions, first);
    TRY(expectOperator("("));
    do {
      ParsedIdentifier key{peek().position, {}};
      key.name = TRY(parseString("an option name in quotes"));
      change.keys.push_back(std::move(key));
    } while (acceptOperator(","));
    TRY(expectOperator(")"));
  } else if (accept("RENAME")) {
    TRY(parseAlterRename(*alter));
  } else if (accept("ADD")) {
    TRY(parseAlterAdd(*alter));
  } else if (accept("MODIFY")) {
    TRY(parseAlterModify(*alter));
  } else if (accept("DROP")) {
    TRY(parseAlterDrop(*alter));
  } else {
    return unexpectedWord("RENAME, SET, RESET, ADD, MODIFY or DROP",
                          {"RENAME", "SET", "RESET", "ADD", "MODIFY", "DROP"});
  }
  return std::unique_ptr<ParsedStatement>(std::move(alter));
}

// TO name, or column TO name
Status SqlParser::parseAlterRename(ParsedAlterTable& alter) {
  ParsedTableChange& change = addChange(alter, ChangeType::kRenameTable, previous());
  if (!nextIs("TO")) {
    change.type = ChangeType::kRenameColumn;
    change.column = TRY(parseName("a column name or TO"));
  }
  TRY(expect("TO"));
  change.newName = TRY(parseName("a new name"));
  return Status();
}

Status SqlParser::parseAlterAdd(ParsedAlterTable& alter) {
  const Token first = peek();
  if (accept("DISTRIBUTION")) {
    ParsedTableChange& change = addChange(alter, ChangeType::kAddDistribution, first);
    change.distribution = TRY(parseDistribution());
    return Status();
  }
  bool ifNotExists = nextIs("IF") && peek(1).isWord("NOT") && peek(2).isWord("EXISTS");
  if (ifNotExists) TRY(acceptAll({"IF", "NOT", "EXISTS"}));
  if (ifNotExists || nextIs("PARTITION")) return parseAddPartitions(alter, ifNotExists);
  if (!acceptOperator("(")) return parseSchemaChange(alter, false);
  do {
    TRY(parseSchemaChange(alter, false));
  } while (acceptOperator(","));
  return expectOperator(")");
}

Status SqlParser::parseAlterModify(ParsedAlterTable& alter) {
  const Token first = peek();
  if (accept("DISTRIBUTION")) {
    ParsedTableChange& change = addChange(alter, ChangeType::kModifyDistribution, first);
    change.distribution = TRY(parseDistribution());
    return Status();
  }
  if (!acceptOperator("(")) return parseSchemaChange(alter, true);
  do {
    TRY(parseSchemaChange(alter, true));
  } while (acceptOperator(","));
  return expectOperator(")");
}

// One column, constraint or watermark of ADD or MODIFY.
Status SqlParser::parseSchemaChange(ParsedAlterTable& alter, bool modify) {
  const Token first = peek();
  if (nextIs("WATERMARK")) {
    ParsedTableChange& change =
        addChange(alter, modify ? ChangeType::kModifyWatermark : ChangeType::kAddWatermark, first);
    change.watermark = TRY(parseWatermark());
  } else if (nextIsConstraint()) {
    ParsedTableChange& change = addChange(
        alter, modify ? ChangeType::kModifyConstraint : ChangeType::kAddConstraint, first);
    change.constraint = TRY(parseConstraint());
  } else {
    ParsedTableChange& change =
        addChange(alter, modify ? ChangeType::kModifyColumn : ChangeType::kAddColumn, first);
    change.definition = TRY(parseColumnDefinition(false));
    TRY(parseColumnPlace(*change.definition));
  }
  return Status();
}

// [FIRST | AFTER column]
Status SqlParser::parseColumnPlace(ParsedColumnDefinition& column) {
  if (accept("FIRST")) {
    column.place = ParsedColumnDefinition::Place::kFirst;
  } else if (accept("AFTER")) {
    column.place = ParsedColumnDefinition::Place::kAfter;
    column.afterColumn = TRY(parseName("a column name"));
  }
  return Status();
}

Status SqlParser::parseAlterDrop(ParsedAlterTable& alter) {
  const Token first = peek();
  if (accept("PRIMARY")) {
    addChange(alter, ChangeType::kDropPrimaryKey, first);
    return expect("KEY");
  }
  if (accept("WATERMARK")) {
    addChange(alter, ChangeType::kDropWatermark, first);
    return Status();
  }
  if (accept("DISTRIBUTION")) {
    addChange(alter, ChangeType::kDropDistribution, first);
    return Status();
  }
  if (accept("CONSTRAINT")) {
    ParsedTableChange& change = addChange(alter, ChangeType::kDropConstraint, first);
    change.column = TRY(parseName("a constraint name"));
    return Status();
  }
  bool ifExists = accept("IF", "EXISTS");
  if (ifExists || nextIs("PARTITION")) return parseDropPartitions(alter, ifExists);
  bool list = acceptOperator("(");
  do {
    ParsedTableChange& change = addChange(alter, ChangeType::kDropColumn, peek());
    change.column = TRY(parseName("a column name"));
  } while (list && acceptOperator(","));
  if (list) return expectOperator(")");
  return Status();
}

// PARTITION (..) [WITH (..)] ...
Status SqlParser::parseAddPartitions(ParsedAlterTable& alter, bool ifNotExists) {
  do {
    ParsedTableChange& change = addChange(alter, ChangeType::kAddPartition, peek());
    change.ifExists = ifNotExists;
    TRY(expect("PARTITION"));
    change.partition = TRY(parsePartition());
    if (accept("WITH")) change.options = TRY(parseOptions(true));
  } while (nextIs("PARTITION"));
  return Status();
}

// PARTITION (..), ...
Status SqlParser::parseDropPartitions(ParsedAlterTable& alter, bool ifExists) {
  do {
    ParsedTableChange& change = addChange(alter, ChangeType::kDropPartition, peek());
    change.ifExists = ifExists;
    TRY(expect("PARTITION"));
    change.partition = TRY(parsePartition());
  } while (acceptOperator(","));
  return Status();
}

// RENAME TO name, or AS query
SqlParser::StatementResult SqlParser::parseAlterView() {
  auto alter = std::make_unique<ParsedAlterView>();
  alter->name = TRY(parseName("a view name"));
  if (accept("RENAME")) {
    TRY(expect("TO"));
    alter->newName = TRY(parseName("a new name"));
  } else if (accept("AS")) {
    TRY(parseViewQuery(alter->query, alter->queryText));
    raise(*alter, *alter->query);
  } else {
    return unexpectedWord("RENAME TO or AS", {"RENAME", "AS"});
  }
  return std::unique_ptr<ParsedStatement>(std::move(alter));
}

// (column = literal, ...)
Result<std::vector<ParsedPartition>> SqlParser::parsePartition() {
  std::vector<ParsedPartition> partition;
  TRY(expectOperator("("));
  do {
    ParsedPartition part;
    part.column = TRY(parseIdentifier("a partition column"));
    TRY(expectOperator("="));
    bool sign = nextIsOperator("-") || nextIsOperator("+");
    part.value = sign ? TRY(parseOperators(kTermPrecedence)) : TRY(parsePrimary());
    partition.push_back(std::move(part));
  } while (acceptOperator(","));
  TRY(expectOperator(")"));
  return partition;
}

}  // namespace millrace
