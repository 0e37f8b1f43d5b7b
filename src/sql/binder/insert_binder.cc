// INSERT INTO: the query's columns brought into the order and types of the target table.
#include <fmt/format.h>

#include <algorithm>

#include "base/close_matches.h"
#include "expr/evaluator.h"
#include "sql/binder/query_binder.h"
#include "types/cast.h"

namespace millrace {

namespace {

// No connector writes metadata, so that every such column must be declared as read only.
Status refuseWrittenMetadata(const CatalogTable& table, SourcePosition position) {
  for (const CatalogColumn& column : table.columns) {
    if (column.kind != ColumnKind::kMetadata || column.isVirtual) continue;
    return Error(ErrorKind::kInvalidSchema,
                 fmt::format("table '{}' declares persistable metadata column '{}', but its "
                             "connector cannot write metadata",
                             table.name, column.name))
        .at(position)
        .withHint("If the column should not be persisted, declare it with the VIRTUAL keyword.");
  }
  return {};
}

// The columns of a table that INSERT writes: all but computed and virtual metadata columns.
std::vector<const CatalogColumn*> writtenColumns(const CatalogTable& table) {
  std::vector<const CatalogColumn*> columns;
  for (const CatalogColumn& column : table.columns) {
    if (column.kind == ColumnKind::kPhysical) columns.push_back(&column);
  }
  return columns;
}

Result<size_t> findColumn(const std::vector<const CatalogColumn*>& columns, const std::string& name,
                          SourcePosition position, const std::string& table) {
  std::vector<std::string> names;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i]->name == name) return i;
    names.push_back(columns[i]->name);
  }
  return Error(ErrorKind::kUnknownColumn,
               fmt::format("column '{}' not found in table '{}'", name, table))
      .at(position)
      .withHint(didYouMean(name, names));
}

std::string describe(const Schema& schema) {
  std::string text = "[";
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) text += ", ";
    text += schema[i].name + ": " + schema[i].type.toString();
  }
  return text + "]";
}

// The table that an INSERT writes; an error when there is none that can be written so.
Result<std::shared_ptr<const CatalogTable>> targetTable(const ParsedInsert& insert,
                                                        const Catalog& catalog) {
  TRY(catalog.checkPath(insert.table));
  const Catalog::Entry* entry = catalog.find(insert.table);
  if (entry == nullptr) return catalog.unknownTable(insert.table);
  const auto* table = std::get_if<std::shared_ptr<const CatalogTable>>(entry);
  if (table == nullptr) {
    return Error(ErrorKind::kValidation,
                 fmt::format("cannot insert into view '{}'", insert.table.toString()))
        .at(insert.table.position);
  }
  if (insert.overwrite) {
    return Error(ErrorKind::kUnsupported, "INSERT OVERWRITE in streaming mode").at(insert.position);
  }
  TRY(refuseWrittenMetadata(**table, insert.table.position));
  return *table;
}

// The columns of the target that a query's columns go to, in their order. Static partition values
// are constants, already in `exprs` (by column of the target).
Result<std::vector<size_t>> targetColumns(const ParsedInsert& insert, const CatalogTable& table,
                                          const std::vector<const CatalogColumn*>& columns,
                                          const std::vector<ExprPtr>& exprs) {
  std::vector<size_t> targets;
  if (insert.columns.empty()) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!exprs[i]) targets.push_back(i);
    }
  }
  for (const ParsedName& name : insert.columns) {
    size_t i = TRY(findColumn(columns, name.last(), name.position, table.name));
    if (std::find(targets.begin(), targets.end(), i) != targets.end()) {
      return Error(ErrorKind::kValidation, fmt::format("column '{}' is listed twice", name.last()))
          .at(name.position);
    }
    targets.push_back(i);
  }
  return targets;
}

// Puts the columns of the query into `exprs`, cast to the types of their targets.
Status fillTargets(const LogicalPtr& query, const CatalogTable& table,
                   const std::vector<const CatalogColumn*>& columns,
                   const std::vector<size_t>& targets, SourcePosition position,
                   std::vector<ExprPtr>& exprs) {
  auto mismatch = [&](ErrorKind kind, const std::string& cause) {
    Schema sink;
    for (size_t i : targets) sink.push_back({columns[i]->name, columns[i]->type});
    return Error(kind,
                 fmt::format("column types of query result and sink for '{}' do not match: {}; "
                             "query schema: {}; sink schema: {}",
                             table.name, cause, describe(query->schema), describe(sink)))
        .at(position);
  };
  if (targets.size() != query->schema.size())
    return mismatch(ErrorKind::kValidation, "different number of columns");
  for (uint32_t q = 0; q < targets.size(); ++q) {
    const Type& from = query->schema[q].type;
    const Type& to = columns[targets[q]]->type;
    bool isNull = from.kind() == TypeKind::kNull;
    if (!isNull && !from.sameAs(to) && !supportsImplicitCast(from, to)) {
      return mismatch(ErrorKind::kTypeMismatch,
                      fmt::format("incompatible types for sink column '{}' at position {}",
                                  columns[targets[q]]->name, q));
    }
    exprs[targets[q]] = coerce(Expr::input(q, from), to);
  }
  return {};
}

// Columns that the INSERT does not name are NULL.
Status fillOthers(const std::vector<const CatalogColumn*>& columns, SourcePosition position,
                  std::vector<ExprPtr>& exprs) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!exprs[i]) {
      if (!columns[i]->type.nullable()) {
        return Error(ErrorKind::kValidation,
                     fmt::format("column '{}' has no default value and does not allow NULLs",
                                 columns[i]->name))
            .at(position);
      }
      exprs[i] = Expr::constant(Value(), columns[i]->type);
    }
    exprs[i] = coerce(exprs[i], columns[i]->type);
  }
  return {};
}

LogicalPtr makeSink(const ParsedInsert& insert, std::shared_ptr<const CatalogTable> table,
                    LogicalPtr input) {
  auto sink = std::make_shared<LogicalSink>();
  for (const ParsedPartition& partition : insert.partition) {
    if (partition.value) sink->staticPartition.push_back(partition.column.name);
  }
  sink->options = table->options;
  for (const ParsedHint& hint : insert.hints) {
    for (const ParsedOption& option : hint.options) sink->options[option.key] = option.value;
  }
  sink->table = std::move(table);
  sink->position = insert.table.position;
  sink->schema = input->schema;
  sink->inputs = {std::move(input)};
  return sink;
}

}  // namespace

Result<LogicalPtr> QueryBinder::bindInsert(const ParsedInsert& insert) {
  std::shared_ptr<const CatalogTable> table = TRY(targetTable(insert, *context_.catalog));
  std::vector<const CatalogColumn*> columns = writtenColumns(*table);
  LogicalPtr query = TRY(bindQuery(*insert.query));
  std::vector<ExprPtr> exprs(columns.size());
  Scope none;
  ExpressionBinder binder(context_, none, "PARTITION");
  for (const ParsedPartition& partition : insert.partition) {
    size_t i =
        TRY(findColumn(columns, partition.column.name, partition.column.position, table->name));
    if (!partition.value) continue;
    exprs[i] = foldConstants(TRY(binder.bind(*partition.value)), context_.eval);
  }
  std::vector<size_t> targets = TRY(targetColumns(insert, *table, columns, exprs));
  TRY(fillTargets(query, *table, columns, targets, insert.query->position, exprs));
  TRY(fillOthers(columns, insert.table.position, exprs));
  std::vector<std::string> names;
  for (const CatalogColumn* column : columns) names.push_back(column->name);
  return makeSink(insert, std::move(table), makeProject(query, std::move(exprs), std::move(names)));
}

}  // namespace millrace
