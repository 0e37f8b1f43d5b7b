#include "sql/catalog/create_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/close_matches.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/query_binder.h"
#include "sql/binder/type_binder.h"
#include "types/type_coercion.h"

namespace millrace {

namespace {

class TableMaker {
 public:
  TableMaker(const ParsedCreateTable& create, const BindContext& context)
      : create_(create), context_(context), table_(std::make_shared<CatalogTable>()) {}

  Result<std::shared_ptr<const CatalogTable>> make();

 private:
  Status like();
  Status addStoredColumns();
  Status bindComputedColumns();
  Status addWatermark();
  Status addKeys();
  Status addPartitions();
  CatalogColumn* find(const std::string& name);
  Result<CatalogColumn*> mustFind(const ParsedIdentifier& name, const char* clause);

  const ParsedCreateTable& create_;
  const BindContext& context_;
  std::shared_ptr<CatalogTable> table_;
};

CatalogColumn* TableMaker::find(const std::string& name) {
  for (CatalogColumn& column : table_->columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

Result<CatalogColumn*> TableMaker::mustFind(const ParsedIdentifier& name, const char* clause) {
  if (CatalogColumn* column = find(name.name)) return column;
  std::vector<std::string> names;
  for (const CatalogColumn& column : table_->columns) names.push_back(column.name);
  return Error(ErrorKind::kUnknownColumn,
               fmt::format("column '{}' of {} is not a column of the table", name.name, clause))
      .at(name.position)
      .withHint(didYouMean(name.name, names));
}

Status TableMaker::like() {
  const Catalog::Entry* entry = context_.catalog->find(create_.like->table);
  const auto* source = entry ? std::get_if<std::shared_ptr<const CatalogTable>>(entry) : nullptr;
  if (source == nullptr) return context_.catalog->unknownTable(create_.like->table);
  *table_ = **source;
  using Feature = ParsedTableLikeOption::Feature;
  for (const ParsedTableLikeOption& option : create_.like->options) {
    if (option.strategy != ParsedTableLikeOption::Strategy::kExcluding) continue;
    bool all = option.feature == Feature::kAll;
    auto dropKind = [&](ColumnKind kind) {
      std::erase_if(table_->columns, [&](const CatalogColumn& c) { return c.kind == kind; });
    };
    if (all || option.feature == Feature::kConstraints) table_->primaryKey.clear();
    if (all || option.feature == Feature::kOptions) table_->options.clear();
    if (all || option.feature == Feature::kPartitions) table_->partitionKeys.clear();
    if (all || option.feature == Feature::kGenerated) dropKind(ColumnKind::kComputed);
    if (all || option.feature == Feature::kMetadata) dropKind(ColumnKind::kMetadata);
    if (all || option.feature == Feature::kWatermarks) {
      table_->watermarkColumn.clear();
      table_->watermark = nullptr;
    }
  }
  return {};
}

Status TableMaker::addStoredColumns() {
  for (const ParsedColumnDefinition& parsed : create_.columns) {
    CatalogColumn column;
    column.name = parsed.name.last();
    column.comment = parsed.comment.value_or("");
    if (find(column.name) != nullptr) {
      return Error(ErrorKind::kInvalidSchema,
                   fmt::format("a column named '{}' already exists in the table", column.name))
          .at(parsed.name.position);
    }
    if (parsed.type == ParsedColumnDefinition::Type::kRegular) {
      return Error(ErrorKind::kUnsupported, "CREATE TABLE ... AS SELECT").at(parsed.name.position);
    }
    if (parsed.dataType) column.type = TRY(bindType(*parsed.dataType));
    if (parsed.type == ParsedColumnDefinition::Type::kMetadata) {
      column.kind = ColumnKind::kMetadata;
      column.metadataKey = parsed.metadataKey.value_or(column.name);
      column.isVirtual = parsed.isVirtual;
    } else if (parsed.type == ParsedColumnDefinition::Type::kComputed) {
      column.kind = ColumnKind::kComputed;
      column.expression = parsed.expression;
    }
    if (parsed.primaryKey) {
      if (parsed.enforced.value_or(true)) {
        return Error(ErrorKind::kInvalidSchema, "a PRIMARY KEY must be declared NOT ENFORCED")
            .at(parsed.name.position)
            .withHint("Write PRIMARY KEY (...) NOT ENFORCED: the data is not checked.");
      }
      table_->primaryKey = {column.name};
      column.type = column.type.withNullable(false);
    }
    table_->columns.push_back(std::move(column));
  }
  return {};
}

// Computed columns see the stored columns only, as in Flink.
Status TableMaker::bindComputedColumns() {
  Scope scope;
  for (const CatalogColumn& column : table_->columns) {
    if (column.kind != ColumnKind::kComputed) {
      scope.add({table_->name, column.name, column.type});
    }
  }
  ExpressionBinder binder(context_, scope, "a computed column");
  for (CatalogColumn& column : table_->columns) {
    if (column.kind == ColumnKind::kComputed) {
      column.type = TRY(binder.bind(*column.expression))->type;
    }
  }
  return {};
}

Status TableMaker::addWatermark() {
  if (create_.watermarks.empty()) return {};
  const ParsedWatermark& parsed = create_.watermarks[0];
  if (create_.watermarks.size() > 1) {
    return Error(ErrorKind::kInvalidSchema, "a table can have one WATERMARK only")
        .at(create_.watermarks[1].position);
  }
  CatalogColumn* column =
      TRY(mustFind({parsed.column.position, parsed.column.last()}, "WATERMARK"));
  if (!column->type.isTimestamp() || column->type.precision() > 3) {
    return Error(column->type.isTimestamp() ? ErrorKind::kInvalidSchema : ErrorKind::kTypeMismatch,
                 fmt::format("invalid data type of time field for watermark definition: the field "
                             "must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p between 0 "
                             "and 3, but '{}' is {}",
                             column->name, column->type.toString()))
        .at(parsed.position);
  }
  Scope scope;
  for (const CatalogColumn& other : table_->columns) {
    scope.add({table_->name, other.name, other.type});
  }
  ExpressionBinder binder(context_, scope, "a watermark");
  ExprPtr watermark = TRY(binder.bind(*parsed.expression));
  if (watermark->type.kind() != column->type.kind()) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("the watermark of '{}' must be of type TIMESTAMP or TIMESTAMP_LTZ as "
                             "its column, but is {}",
                             column->name, watermark->type.toString()))
        .at(parsed.position);
  }
  table_->watermarkColumn = column->name;
  table_->watermark = parsed.expression;
  return {};
}

Status TableMaker::addKeys() {
  for (const ParsedTableConstraint& constraint : create_.constraints) {
    if (!constraint.primaryKey) {
      return Error(ErrorKind::kUnsupported, "UNIQUE constraints").at(constraint.position);
    }
    if (constraint.enforced.value_or(true)) {
      return Error(ErrorKind::kUnsupported, "a PRIMARY KEY that is not declared NOT ENFORCED")
          .at(constraint.position)
          .withHint("Write PRIMARY KEY (...) NOT ENFORCED: the data is not checked.");
    }
    if (!table_->primaryKey.empty()) {
      return Error(ErrorKind::kInvalidSchema, "a table can have one PRIMARY KEY only")
          .at(constraint.position);
    }
    for (const ParsedIdentifier& name : constraint.columns) {
      CatalogColumn* column = TRY(mustFind(name, "PRIMARY KEY"));
      if (column->kind != ColumnKind::kPhysical) {
        return Error(ErrorKind::kInvalidSchema,
                     fmt::format("column '{}' of PRIMARY KEY is not a physical column", name.name))
            .at(name.position);
      }
      column->type = column->type.withNullable(false);
      table_->primaryKey.push_back(name.name);
    }
  }
  return {};
}

Status TableMaker::addPartitions() {
  if (create_.distribution) {
    return Error(ErrorKind::kUnsupported, "DISTRIBUTED BY").at(create_.distribution->position);
  }
  for (const ParsedIdentifier& name : create_.partitionedBy) {
    TRY(mustFind(name, "PARTITIONED BY"));
    table_->partitionKeys.push_back(name.name);
  }
  return {};
}

Result<std::shared_ptr<const CatalogTable>> TableMaker::make() {
  if (create_.query) {
    return Error(ErrorKind::kUnsupported, "CREATE TABLE ... AS SELECT")
        .at(create_.position)
        .withHint("Create the table with its columns, then INSERT INTO it.");
  }
  if (create_.like) TRY(like());
  table_->name = create_.name.last();
  table_->temporary = create_.temporary;
  if (create_.comment) table_->comment = *create_.comment;
  TRY(addStoredColumns());
  TRY(addKeys());
  TRY(bindComputedColumns());
  TRY(addWatermark());
  TRY(addPartitions());
  for (const ParsedOption& option : create_.options) table_->options[option.key] = option.value;
  return std::shared_ptr<const CatalogTable>(table_);
}

std::string optionList(const OptionMap& options) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : options) {
    lines.push_back(fmt::format("  {} = {}", quoteString(key), quoteString(value)));
  }
  return fmt::format("WITH (\n{}\n)", fmt::join(lines, ",\n"));
}

std::string columnLine(const CatalogColumn& column) {
  std::string line = "  " + quoteIdentifier(column.name) + " ";
  if (column.kind == ColumnKind::kComputed) {
    line += "AS " + column.expression->toString();
  } else {
    // The long names of Flink's serialisable types.
    std::string type = column.type.toString();
    if (type.starts_with("STRING")) type.replace(0, 6, "VARCHAR(2147483647)");
    if (type.starts_with("BYTES")) type.replace(0, 5, "VARBINARY(2147483647)");
    line += type;
  }
  if (column.kind == ColumnKind::kMetadata) {
    line += " METADATA";
    if (column.metadataKey != column.name) line += " FROM " + quoteString(column.metadataKey);
    if (column.isVirtual) line += " VIRTUAL";
  }
  if (!column.comment.empty()) line += " COMMENT " + quoteString(column.comment);
  return line;
}

std::string quotedList(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quoteIdentifier(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

Result<std::shared_ptr<const CatalogTable>> makeTable(const ParsedCreateTable& create,
                                                      const BindContext& context) {
  return TableMaker(create, context).make();
}

Result<std::shared_ptr<const CatalogView>> makeView(const ParsedCreateView& create,
                                                    const BindContext& context) {
  QueryBinder binder(context);
  LogicalPtr plan = TRY(binder.bindQuery(*create.query));
  auto view = std::make_shared<CatalogView>();
  view->name = create.name.last();
  view->temporary = create.temporary;
  view->schema = plan->schema;
  view->query = create.query;
  view->text = create.queryText;
  view->comment = create.comment.value_or("");
  if (!create.columns.empty()) {
    if (create.columns.size() != view->schema.size()) {
      return Error(ErrorKind::kInvalidSchema,
                   fmt::format("view definition and input fields not match: {} and {}",
                               create.columns.size(), view->schema.size()))
          .at(create.name.position);
    }
    for (size_t i = 0; i < view->schema.size(); ++i) view->schema[i].name = create.columns[i].name;
  }
  return std::shared_ptr<const CatalogView>(view);
}

std::string showCreate(const CatalogTable& table) {
  std::vector<std::string> lines;
  for (const CatalogColumn& column : table.columns) lines.push_back(columnLine(column));
  if (!table.watermarkColumn.empty()) {
    lines.push_back(fmt::format("  WATERMARK FOR {} AS {}", quoteIdentifier(table.watermarkColumn),
                                table.watermark->toString()));
  }
  if (!table.primaryKey.empty()) {
    lines.push_back(fmt::format("  CONSTRAINT `PK_{}` PRIMARY KEY ({}) NOT ENFORCED",
                                fmt::join(table.primaryKey, "_"), quotedList(table.primaryKey)));
  }
  std::string text = fmt::format(
      "CREATE {}TABLE `{}`.`{}`.{} (\n{}\n)", table.temporary ? "TEMPORARY " : "", kDefaultCatalog,
      kDefaultDatabase, quoteIdentifier(table.name), fmt::join(lines, ",\n"));
  if (!table.comment.empty()) text += "\nCOMMENT " + quoteString(table.comment);
  if (!table.partitionKeys.empty()) {
    text += "\nPARTITIONED BY (" + quotedList(table.partitionKeys) + ")";
  }
  return text + "\n" + optionList(table.options) + "\n";
}

std::string showCreate(const CatalogView& view) {
  std::vector<std::string> names;
  for (const Field& field : view.schema) names.push_back("  " + quoteIdentifier(field.name));
  return fmt::format("CREATE {}VIEW `{}`.`{}`.{} (\n{}\n)\nAS {}\n",
                     view.temporary ? "TEMPORARY " : "", kDefaultCatalog, kDefaultDatabase,
                     quoteIdentifier(view.name), fmt::join(names, ",\n"), view.query->toString());
}

}  // namespace millrace
