#include <fmt/format.h>

#include "sql/ast/sql_writer.h"

namespace millrace {

std::string ParsedStatement::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

void SqlWriter::addOptions(const std::vector<ParsedOption>& options) {
  add("(");
  addList(options, [this](const ParsedOption& option) {
    addString(option.key);
    add(" = ");
    addString(option.value);
  });
  add(")");
}

void SqlWriter::writeComment(const std::optional<std::string>& comment) {
  if (!comment) return;
  add(" COMMENT ");
  addString(*comment);
}

void SqlWriter::write(const ParsedStatement& statement) {
  using Kind = ParsedStatement::Kind;
  switch (statement.kind) {
    case Kind::kQuery:
      return write(*statement.as<ParsedQueryStatement>().query);
    case Kind::kCreateTable:
      return writeCreateTable(statement.as<ParsedCreateTable>());
    case Kind::kCreateView:
      return writeCreateView(statement.as<ParsedCreateView>());
    case Kind::kCreateFunction:
      return writeCreateFunction(statement.as<ParsedCreateFunction>());
    case Kind::kCreateCatalog:
      return writeCreateCatalog(statement.as<ParsedCreateCatalog>());
    case Kind::kCreateDatabase:
      return writeCreateDatabase(statement.as<ParsedCreateDatabase>());
    case Kind::kDrop:
      return writeDrop(statement.as<ParsedDrop>());
    case Kind::kAlterTable:
      return writeAlterTable(statement.as<ParsedAlterTable>());
    case Kind::kAlterView:
      return writeAlterView(statement.as<ParsedAlterView>());
    case Kind::kInsert:
      return writeInsert(statement.as<ParsedInsert>());
    case Kind::kStatementSet:
      add("EXECUTE ");
      return writeStatementSet(statement.as<ParsedStatementSet>());
    case Kind::kExplain:
      return writeExplain(statement.as<ParsedExplain>());
    case Kind::kShow:
      return writeShow(statement.as<ParsedShow>());
    case Kind::kDescribe:
      return writeDescribe(statement.as<ParsedDescribe>());
    case Kind::kSet:
      return writeSet(statement.as<ParsedSet>());
    case Kind::kReset: {
      add("RESET");
      if (!statement.as<ParsedReset>().key) return;
      add(" ");
      return addString(statement.as<ParsedReset>().key->name);
    }
    case Kind::kUse: {
      const auto& use = statement.as<ParsedUse>();
      add("USE ");
      if (use.object == ParsedUse::Object::kCatalog) add("CATALOG ");
      if (use.object == ParsedUse::Object::kModules) add("MODULES ");
      return addList(use.names, [this](const ParsedName& name) { addName(name); });
    }
    case Kind::kStopJob: {
      const auto& stop = statement.as<ParsedStopJob>();
      add("STOP JOB ");
      addString(stop.job);
      if (stop.withSavepoint) add(" WITH SAVEPOINT");
      return add(stop.withDrain ? " WITH DRAIN" : "");
    }
    case Kind::kGeneric:
      return add(statement.text);
  }
}

void SqlWriter::writeCreateCatalog(const ParsedCreateCatalog& catalog) {
  add(catalog.ifNotExists ? "CREATE CATALOG IF NOT EXISTS " : "CREATE CATALOG ");
  addName(catalog.name);
  writeComment(catalog.comment);
  add(" WITH ");
  return addOptions(catalog.options);
}

void SqlWriter::writeCreateDatabase(const ParsedCreateDatabase& database) {
  add(database.ifNotExists ? "CREATE DATABASE IF NOT EXISTS " : "CREATE DATABASE ");
  addName(database.name);
  writeComment(database.comment);
  add(" WITH ");
  return addOptions(database.options);
}

void SqlWriter::writeAlterView(const ParsedAlterView& view) {
  add("ALTER VIEW ");
  addName(view.name);
  add(view.query ? " AS " : " RENAME TO ");
  if (view.query) return write(*view.query);
  return addName(view.newName);
}

void SqlWriter::writeExplain(const ParsedExplain& explain) {
  add("EXPLAIN ");
  addList(explain.details, [this](const ParsedIdentifier& detail) { add(detail.name); });
  if (!explain.details.empty()) add(" ");
  const auto* set = explain.statement->tryAs<ParsedStatementSet>();
  if (set != nullptr) return writeStatementSet(*set);
  return write(*explain.statement);
}

void SqlWriter::writeSet(const ParsedSet& set) {
  add("SET");
  if (!set.option) return;
  add(" ");
  addString(set.option->key);
  add(" = ");
  addString(set.option->value);
}

void SqlWriter::writeCreateTable(const ParsedCreateTable& table) {
  add(table.orReplace ? "CREATE OR REPLACE " : "CREATE ");
  add(table.temporary ? "TEMPORARY TABLE " : "TABLE ");
  if (table.ifNotExists) add("IF NOT EXISTS ");
  addName(table.name);
  bool any = !table.columns.empty() || !table.constraints.empty() || !table.watermarks.empty();
  if (any) {
    std::string_view separator = "";
    auto next = [this, &separator] {
      add(separator);
      separator = ", ";
    };
    add(" (");
    for (const ParsedColumnDefinition& column : table.columns) {
      next();
      writeColumnDefinition(column);
    }
    for (const ParsedWatermark& watermark : table.watermarks) {
      next();
      writeWatermark(watermark);
    }
    for (const ParsedTableConstraint& constraint : table.constraints) {
      next();
      writeConstraint(constraint);
    }
    add(")");
  }
  writeComment(table.comment);
  if (table.distribution) {
    add(" DISTRIBUTED");
    writeDistribution(*table.distribution);
  }
  if (!table.partitionedBy.empty()) {
    add(" PARTITIONED BY ");
    addNames(table.partitionedBy);
  }
  if (!table.options.empty()) {
    add(" WITH ");
    addOptions(table.options);
  }
  if (table.like) writeLike(*table.like);
  if (!table.query) return;
  add(" AS ");
  write(*table.query);
}

void SqlWriter::writeColumnDefinition(const ParsedColumnDefinition& column) {
  using Type = ParsedColumnDefinition::Type;
  addName(column.name);
  if (column.type == Type::kComputed) {
    add(" AS ");
    write(*column.expression);
  } else if (column.type != Type::kRegular) {
    add(" ");
    write(*column.dataType);
  }
  if (column.type == Type::kMetadata) {
    add(" METADATA");
    if (column.metadataKey) {
      add(" FROM ");
      addString(*column.metadataKey);
    }
    if (column.isVirtual) add(" VIRTUAL");
  }
  if (column.primaryKey) add(" PRIMARY KEY");
  if (column.unique) add(" UNIQUE");
  writeEnforced(column.enforced);
  writeComment(column.comment);
  if (column.place == ParsedColumnDefinition::Place::kFirst) add(" FIRST");
  if (column.place == ParsedColumnDefinition::Place::kAfter) {
    add(" AFTER ");
    addName(column.afterColumn);
  }
}

void SqlWriter::writeEnforced(const std::optional<bool>& enforced) {
  if (enforced) add(*enforced ? " ENFORCED" : " NOT ENFORCED");
}

void SqlWriter::writeConstraint(const ParsedTableConstraint& constraint) {
  if (!constraint.name.empty()) {
    add("CONSTRAINT ");
    addName(constraint.name);
    add(" ");
  }
  add(constraint.primaryKey ? "PRIMARY KEY " : "UNIQUE ");
  addNames(constraint.columns);
  writeEnforced(constraint.enforced);
}

void SqlWriter::writeWatermark(const ParsedWatermark& watermark) {
  add("WATERMARK FOR ");
  addName(watermark.column);
  add(" AS ");
  write(*watermark.expression);
}

void SqlWriter::writeDistribution(const ParsedDistribution& distribution) {
  if (!distribution.columns.empty()) {
    add(" BY ");
    if (distribution.type == ParsedDistribution::Type::kHash) add("HASH");
    if (distribution.type == ParsedDistribution::Type::kRange) add("RANGE");
    addNames(distribution.columns);
  }
  if (distribution.buckets) add(fmt::format(" INTO {} BUCKETS", *distribution.buckets));
}

void SqlWriter::writeLike(const ParsedTableLike& like) {
  constexpr std::string_view kStrategies[] = {"INCLUDING", "EXCLUDING", "OVERWRITING"};
  constexpr std::string_view kFeatures[] = {"ALL",        "CONSTRAINTS", "DISTRIBUTION",
                                            "GENERATED",  "METADATA",    "OPTIONS",
                                            "PARTITIONS", "WATERMARKS"};
  add(" LIKE ");
  addName(like.table);
  if (like.options.empty()) return;
  add(" (");
  addList(
      like.options,
      [&](const ParsedTableLikeOption& option) {
        add(kStrategies[static_cast<size_t>(option.strategy)]);
        add(" ");
        add(kFeatures[static_cast<size_t>(option.feature)]);
      },
      " ");
  add(")");
}

void SqlWriter::writeCreateView(const ParsedCreateView& view) {
  add(view.orReplace ? "CREATE OR REPLACE " : "CREATE ");
  add(view.temporary ? "TEMPORARY VIEW " : "VIEW ");
  if (view.ifNotExists) add("IF NOT EXISTS ");
  addName(view.name);
  if (!view.columns.empty()) {
    add(" ");
    addNames(view.columns);
  }
  writeComment(view.comment);
  add(" AS ");
  write(*view.query);
}

void SqlWriter::writeCreateFunction(const ParsedCreateFunction& function) {
  add(function.temporary ? "CREATE TEMPORARY " : "CREATE ");
  add(function.system ? "SYSTEM FUNCTION " : "FUNCTION ");
  if (function.ifNotExists) add("IF NOT EXISTS ");
  addName(function.name);
  add(" AS ");
  addString(function.className);
  if (!function.language.empty()) add(" LANGUAGE " + function.language);
  if (!function.jars.empty()) {
    add(" USING ");
    addList(function.jars, [this](const std::string& jar) {
      add("JAR ");
      addString(jar);
    });
  }
  if (function.options.empty()) return;
  add(" WITH ");
  addOptions(function.options);
}

void SqlWriter::writeDrop(const ParsedDrop& drop) {
  constexpr std::string_view kObjects[] = {"TABLE", "VIEW", "FUNCTION", "DATABASE", "CATALOG"};
  add(drop.temporary ? "DROP TEMPORARY " : "DROP ");
  if (drop.system) add("SYSTEM ");
  add(kObjects[static_cast<size_t>(drop.object)]);
  add(drop.ifExists ? " IF EXISTS " : " ");
  addName(drop.name);
  if (drop.cascade) add(" CASCADE");
}

void SqlWriter::writePartition(const std::vector<ParsedPartition>& partition) {
  add("PARTITION (");
  addList(partition, [this](const ParsedPartition& part) {
    addName(part.column.name);
    add(" = ");
    write(*part.value);
  });
  add(")");
}

void SqlWriter::writeInsert(const ParsedInsert& insert) {
  if (insert.execute) add("EXECUTE ");
  add(insert.upsert ? "UPSERT INTO " : insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
  addName(insert.table);
  writeHints(insert.hints);
  if (!insert.partition.empty()) {
    add(" ");
    writePartition(insert.partition);
  }
  if (!insert.columns.empty()) {
    add(" (");
    addList(insert.columns, [this](const ParsedName& column) { addName(column); });
    add(")");
  }
  add(" ");
  write(*insert.query);
  if (!insert.onConflict.empty()) add(" ON CONFLICT DO " + insert.onConflict);
}

void SqlWriter::writeStatementSet(const ParsedStatementSet& set) {
  add("STATEMENT SET BEGIN ");
  for (const Owned<ParsedStatement>& statement : set.inserts) {
    write(*statement);
    add("; ");
  }
  add("END");
}

void SqlWriter::writeShow(const ParsedShow& show) {
  constexpr std::string_view kWhat[] = {"CATALOGS",
                                        "DATABASES",
                                        "TABLES",
                                        "VIEWS",
                                        "MATERIALIZED TABLES",
                                        "FUNCTIONS",
                                        "USER FUNCTIONS",
                                        "PROCEDURES",
                                        "COLUMNS",
                                        "PARTITIONS",
                                        "MODELS",
                                        "MODULES",
                                        "FULL MODULES",
                                        "JARS",
                                        "JOBS",
                                        "CURRENT CATALOG",
                                        "CURRENT DATABASE",
                                        "CREATE TABLE",
                                        "CREATE VIEW",
                                        "CREATE CATALOG",
                                        "CREATE MATERIALIZED TABLE",
                                        "CREATE MODEL"};
  add("SHOW ");
  add(kWhat[static_cast<size_t>(show.what)]);
  if (!show.name.empty()) {
    bool of =
        show.what >= ParsedShow::What::kCreateTable || show.what == ParsedShow::What::kPartitions;
    add(of ? " " : " FROM ");
    addName(show.name);
  }
  if (!show.partition.empty()) {
    add(" ");
    writePartition(show.partition);
  }
  if (!show.like) return;
  add(show.negated ? " NOT" : "");
  add(show.ignoreCase ? " ILIKE " : " LIKE ");
  addString(*show.like);
}

void SqlWriter::writeDescribe(const ParsedDescribe& describe) {
  constexpr std::string_view kObjects[] = {"",     "CATALOG ",  "DATABASE ",
                                           "JOB ", "FUNCTION ", "MODEL "};
  add("DESCRIBE ");
  add(kObjects[static_cast<size_t>(describe.object)]);
  if (describe.extended) add("EXTENDED ");
  if (describe.object == ParsedDescribe::Object::kJob) return addString(describe.name.last());
  addName(describe.name);
}

void SqlWriter::writeAlterTable(const ParsedAlterTable& alter) {
  using Type = ParsedTableChange::Type;
  add(alter.ifExists ? "ALTER TABLE IF EXISTS " : "ALTER TABLE ");
  addName(alter.name);
  if (alter.changes.empty()) return;
  const ParsedTableChange& first = alter.changes[0];
  auto writeAll = [&](std::string_view verb, std::string_view separator, bool list) {
    add(verb);
    if (list) add("(");
    addList(
        alter.changes, [this](const ParsedTableChange& change) { writeTableChange(change); },
        separator);
    if (list) add(")");
  };
  switch (first.type) {
    case Type::kAddColumn:
    case Type::kAddConstraint:
    case Type::kAddWatermark:
      return writeAll(" ADD ", ", ", true);
    case Type::kModifyColumn:
    case Type::kModifyConstraint:
    case Type::kModifyWatermark:
      return writeAll(" MODIFY ", ", ", true);
    case Type::kDropColumn:
      return writeAll(" DROP ", ", ", true);
    case Type::kAddPartition:
      return writeAll(first.ifExists ? " ADD IF NOT EXISTS " : " ADD ", " ", false);
    case Type::kDropPartition:
      return writeAll(first.ifExists ? " DROP IF EXISTS " : " DROP ", ", ", false);
    default:
      return writeAll(" ", " ", false);
  }
}

void SqlWriter::writeTableChange(const ParsedTableChange& change) {
  using Type = ParsedTableChange::Type;
  switch (change.type) {
    case Type::kRenameTable:
      add("RENAME TO ");
      return addName(change.newName);
    case Type::kRenameColumn:
      add("RENAME ");
      addName(change.column);
      add(" TO ");
      return addName(change.newName);
    case Type::kSetOptions:
      add("SET ");
      return addOptions(change.options);
    case Type::kResetOptions:
      add("RESET (");
      addList(change.keys, [this](const ParsedIdentifier& key) { addString(key.name); });
      return add(")");
    case Type::kAddColumn:
    case Type::kModifyColumn:
      return writeColumnDefinition(*change.definition);
    case Type::kAddConstraint:
    case Type::kModifyConstraint:
      return writeConstraint(*change.constraint);
    case Type::kAddWatermark:
    case Type::kModifyWatermark:
      return writeWatermark(*change.watermark);
    case Type::kDropColumn:
      return addName(change.column);
    case Type::kDropConstraint:
      add("DROP CONSTRAINT ");
      return addName(change.column);
    case Type::kDropPrimaryKey:
      return add("DROP PRIMARY KEY");
    case Type::kDropWatermark:
      return add("DROP WATERMARK");
    case Type::kDropDistribution:
      return add("DROP DISTRIBUTION");
    case Type::kAddDistribution:
      add("ADD DISTRIBUTION");
      return writeDistribution(*change.distribution);
    case Type::kModifyDistribution:
      add("MODIFY DISTRIBUTION");
      return writeDistribution(*change.distribution);
    case Type::kAddPartition:
      writePartition(change.partition);
      if (change.options.empty()) return;
      add(" WITH ");
      return addOptions(change.options);
    case Type::kDropPartition:
      return writePartition(change.partition);
  }
}

}  // namespace millrace
