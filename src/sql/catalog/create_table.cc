#include "sql/catalog/create_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

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
  using Feature = ParsedTableLikeOption::Feature;
  using Strategy = ParsedTableLikeOption::Strategy;

  Status like();
  void readLikeOptions();
  Strategy& strategyOf(Feature feature) { return strategies_[static_cast<size_t>(feature)]; }
  Error alreadyInBase(const std::string& what, const char* feature, bool overwritable,
                      SourcePosition position);
  Status addStoredColumns();
  Status checkNewMetadataKey(const CatalogColumn& column, SourcePosition position) const;
  Status addColumn(CatalogColumn column, SourcePosition position);
  Status bindComputedColumns();
  Status takeWatermark();
  Status addWatermark();
  Status checkNoKey(SourcePosition position);
  Status addKeys();
  Status addPartitions();
  Status addOptions();
  CatalogColumn* find(const std::string& name);
  Result<CatalogColumn*> mustFind(const ParsedIdentifier& name, const char* clause);

  const ParsedCreateTable& create_;
  const BindContext& context_;
  std::shared_ptr<CatalogTable> table_;
  // Of the LIKE clause, by feature.
  std::array<Strategy, static_cast<size_t>(Feature::kWatermarks) + 1> strategies_ = {};
  size_t numBaseColumns_ = 0;  // columns that the base table gave
  bool hasOwnKey_ = false;
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

// ALL is applied first, wherever it is written; then what is said about single features.
void TableMaker::readLikeOptions() {
  strategies_.fill(Strategy::kIncluding);
  strategyOf(Feature::kOptions) = Strategy::kOverwriting;
  for (const ParsedTableLikeOption& option : create_.like->options) {
    if (option.feature == Feature::kAll) strategies_.fill(option.strategy);
  }
  for (const ParsedTableLikeOption& option : create_.like->options) {
    strategyOf(option.feature) = option.strategy;
  }
}

// Takes over what the LIKE clause does not exclude. Partition keys always stay, as in Flink, unless
// the new table has its own; comments of the table never do.
Status TableMaker::like() {
  const ParsedName& name = create_.like->table;
  const Catalog::Entry* entry = context_.catalog->find(name);
  if (entry == nullptr) return context_.catalog->unknownTable(name);
  const auto* source = std::get_if<std::shared_ptr<const CatalogTable>>(entry);
  if (source == nullptr) {
    return Error(ErrorKind::kValidation,
                 fmt::format("the source of LIKE must be a table, but '{}' is a view",
                             name.toString()))
        .at(name.position);
  }
  readLikeOptions();
  *table_ = **source;
  table_->comment.clear();
  auto excluded = [&](Feature feature) { return strategyOf(feature) == Strategy::kExcluding; };
  auto dropKind = [&](ColumnKind kind) {
    std::erase_if(table_->columns, [&](const CatalogColumn& c) { return c.kind == kind; });
  };
  if (excluded(Feature::kConstraints)) table_->primaryKey.clear();
  if (excluded(Feature::kOptions)) table_->options.clear();
  if (excluded(Feature::kGenerated)) dropKind(ColumnKind::kComputed);
  if (excluded(Feature::kMetadata)) dropKind(ColumnKind::kMetadata);
  if (excluded(Feature::kWatermarks)) {
    table_->watermarkColumn.clear();
    table_->watermark = nullptr;
  }
  return {};
}

Error TableMaker::alreadyInBase(const std::string& what, const char* feature, bool overwritable,
                                SourcePosition position) {
  std::string hint =
      fmt::format("Write LIKE {} (EXCLUDING {})", create_.like->table.toString(), feature);
  if (overwritable) hint += fmt::format(" or (OVERWRITING {})", feature);
  return Error(ErrorKind::kInvalidSchema, what + " already exists in the base table")
      .at(position)
      .withHint(hint + ".");
}

// A generated column may replace one of the base table; all other columns have names of their own.
Status TableMaker::addColumn(CatalogColumn column, SourcePosition position) {
  CatalogColumn* known = find(column.name);
  if (known == nullptr) {
    table_->columns.push_back(std::move(column));
    return {};
  }
  bool fromBase = static_cast<size_t>(known - table_->columns.data()) < numBaseColumns_;
  if (fromBase && column.kind != ColumnKind::kPhysical && known->kind == column.kind) {
    bool computed = column.kind == ColumnKind::kComputed;
    Feature feature = computed ? Feature::kGenerated : Feature::kMetadata;
    if (strategyOf(feature) != Strategy::kOverwriting) {
      return alreadyInBase(
          fmt::format("a {} column named '{}'", computed ? "computed" : "metadata", column.name),
          computed ? "GENERATED" : "METADATA", true, position);
    }
    *known = std::move(column);
    return {};
  }
  return Error(ErrorKind::kInvalidSchema,
               fmt::format("a column named '{}' already exists in the {}table", column.name,
                           fromBase ? "base " : ""))
      .at(position);
}

Status TableMaker::checkNewMetadataKey(const CatalogColumn& column, SourcePosition position) const {
  for (const CatalogColumn& other : table_->columns) {
    bool sameKey = other.kind == ColumnKind::kMetadata && other.metadataKey == column.metadataKey;
    if (!sameKey || other.name == column.name) continue;
    return Error(ErrorKind::kInvalidSchema,
                 fmt::format("columns '{}' and '{}' are both from the metadata key '{}'",
                             other.name, column.name, column.metadataKey))
        .at(position)
        .withHint("Declare one as the metadata column and compute the other: c AS CAST(...).");
  }
  return {};
}

Status TableMaker::addStoredColumns() {
  for (const ParsedColumnDefinition& parsed : create_.columns) {
    CatalogColumn column;
    column.name = parsed.name.last();
    column.comment = parsed.comment.value_or("");
    if (parsed.type == ParsedColumnDefinition::Type::kRegular) {
      return Error(ErrorKind::kUnsupported, "CREATE TABLE ... AS SELECT").at(parsed.name.position);
    }
    if (parsed.dataType) column.type = TRY(bindType(*parsed.dataType));
    if (parsed.type == ParsedColumnDefinition::Type::kMetadata) {
      column.kind = ColumnKind::kMetadata;
      column.metadataKey = parsed.metadataKey.value_or(column.name);
      column.isVirtual = parsed.isVirtual;
      TRY(checkNewMetadataKey(column, parsed.name.position));
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
      TRY(checkNoKey(parsed.name.position));
      hasOwnKey_ = true;
      table_->primaryKey = {column.name};
      table_->primaryKeyName = "PK_" + column.name;
      column.type = column.type.withNullable(false);
    }
    TRY(addColumn(std::move(column), parsed.name.position));
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

Status TableMaker::takeWatermark() {
  if (create_.watermarks.size() > 1) {
    return Error(ErrorKind::kInvalidSchema, "a table can have one WATERMARK only")
        .at(create_.watermarks[1].position);
  }
  const ParsedWatermark& parsed = create_.watermarks[0];
  std::string name = parsed.column.last();
  if (!table_->watermarkColumn.empty()) {
    bool same = table_->watermarkColumn == name;
    if (!same || strategyOf(Feature::kWatermarks) != Strategy::kOverwriting) {
      return alreadyInBase(fmt::format("a WATERMARK for column '{}'", table_->watermarkColumn),
                           "WATERMARKS", same, parsed.position);
    }
  }
  table_->watermarkColumn = name;
  table_->watermark = parsed.expression;
  return {};
}

// Also checks a watermark of the base table: what it reads may have been excluded.
Status TableMaker::addWatermark() {
  bool own = !create_.watermarks.empty();
  if (own) TRY(takeWatermark());
  if (table_->watermarkColumn.empty()) return {};
  SourcePosition place = own ? create_.watermarks[0].column.position : create_.like->table.position;
  CatalogColumn* column = TRY(mustFind({place, table_->watermarkColumn}, "WATERMARK"));
  if (own) place = create_.watermarks[0].position;
  if (!column->type.isTimestamp() || column->type.precision() > 3) {
    return Error(column->type.isTimestamp() ? ErrorKind::kInvalidSchema : ErrorKind::kTypeMismatch,
                 fmt::format("invalid data type of time field for watermark definition: the field "
                             "must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p between 0 "
                             "and 3, but '{}' is {}",
                             column->name, column->type.toString()))
        .at(place);
  }
  Scope scope;
  for (const CatalogColumn& other : table_->columns) {
    scope.add({table_->name, other.name, other.type});
  }
  ExpressionBinder binder(context_, scope, "a watermark");
  ExprPtr watermark = TRY(binder.bind(*table_->watermark));
  if (watermark->type.kind() != column->type.kind()) {
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("the watermark of '{}' must be of type TIMESTAMP or TIMESTAMP_LTZ as "
                             "its column, but is {}",
                             column->name, watermark->type.toString()))
        .at(place);
  }
  return {};
}

// Requires: a primary key is written at `position`.
Status TableMaker::checkNoKey(SourcePosition position) {
  if (table_->primaryKey.empty()) return {};
  if (hasOwnKey_ || !create_.like) {
    return Error(ErrorKind::kInvalidSchema, "a table can have one PRIMARY KEY only").at(position);
  }
  return alreadyInBase("a PRIMARY KEY", "CONSTRAINTS", false, position);
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
    TRY(checkNoKey(constraint.position));
    hasOwnKey_ = true;
    for (const ParsedIdentifier& name : constraint.columns) {
      CatalogColumn* column = TRY(mustFind(name, "PRIMARY KEY"));
      if (column->kind != ColumnKind::kPhysical) {
        return Error(ErrorKind::kInvalidSchema,
                     fmt::format("column '{}' of PRIMARY KEY is not a physical column", name.name))
            .at(name.position);
      }
      bool fromBase = static_cast<size_t>(column - table_->columns.data()) < numBaseColumns_;
      if (fromBase && column->type.nullable()) {
        return Error(ErrorKind::kInvalidSchema,
                     fmt::format("column '{}' of PRIMARY KEY is nullable in the base table",
                                 name.name))
            .at(name.position);
      }
      column->type = column->type.withNullable(false);
      table_->primaryKey.push_back(name.name);
    }
    table_->primaryKeyName = constraint.name;
    if (constraint.name.empty()) {
      table_->primaryKeyName = fmt::format("PK_{}", fmt::join(table_->primaryKey, "_"));
    }
  }
  return {};
}

Status TableMaker::addPartitions() {
  if (create_.distribution) {
    return Error(ErrorKind::kUnsupported, "DISTRIBUTED BY").at(create_.distribution->position);
  }
  if (!create_.partitionedBy.empty() && !table_->partitionKeys.empty()) {
    if (strategyOf(Feature::kPartitions) != Strategy::kExcluding) {
      return alreadyInBase("PARTITIONED BY", "PARTITIONS", false,
                           create_.partitionedBy[0].position);
    }
    table_->partitionKeys.clear();
  }
  for (const ParsedIdentifier& name : create_.partitionedBy) {
    TRY(mustFind(name, "PARTITIONED BY"));
    table_->partitionKeys.push_back(name.name);
  }
  return {};
}

Status TableMaker::addOptions() {
  bool mayReplace = !create_.like || strategyOf(Feature::kOptions) != Strategy::kIncluding;
  for (const ParsedOption& option : create_.options) {
    if (!mayReplace && table_->options.contains(option.key)) {
      return alreadyInBase(fmt::format("option '{}'", option.key), "OPTIONS", true,
                           option.position);
    }
    table_->options[option.key] = option.value;
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
  numBaseColumns_ = table_->columns.size();
  table_->name = create_.name.last();
  table_->temporary = create_.temporary;
  if (create_.comment) table_->comment = *create_.comment;
  TRY(addStoredColumns());
  TRY(addKeys());
  TRY(bindComputedColumns());
  TRY(addWatermark());
  TRY(addPartitions());
  TRY(addOptions());
  return std::shared_ptr<const CatalogTable>(table_);
}

}  // namespace

Result<std::shared_ptr<const CatalogTable>> makeTable(const ParsedCreateTable& create,
                                                      const BindContext& context) {
  return TableMaker(create, context).make();
}

Result<std::shared_ptr<const CatalogView>> makeView(const ParsedCreateView& create,
                                                    const BindContext& context) {
  QueryExpansion expansion;
  BindContext expanding = context;
  expanding.expansion = &expansion;
  QueryBinder binder(expanding);
  LogicalPtr plan = TRY(binder.bindQuery(*create.query));
  auto view = std::make_shared<CatalogView>();
  view->name = create.name.last();
  view->temporary = create.temporary;
  view->schema = plan->schema;
  view->query = create.query;
  view->text = create.queryText;
  view->expandedText = expansion.write(*create.query);
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

}  // namespace millrace
