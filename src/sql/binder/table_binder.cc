// Tables of FROM: catalogue tables and views, sub-queries and window table functions.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "base/close_matches.h"
#include "connectors/connector.h"
#include "sql/binder/query_binder.h"
#include "sql/plan/query_block.h"
#include "types/type_coercion.h"

namespace millrace {

namespace {

// A guard against views that use each other in a circle (possible by dropping and creating).
constexpr int kMaxViewDepth = 100;

BoundRelation relationOf(LogicalPtr plan, const std::string& name,
                         const std::string& madeAlias = {}) {
  BoundRelation relation;
  for (const Field& field : plan->schema)
    relation.columns.push_back({name, field.name, field.type, false, madeAlias});
  relation.plan = std::move(plan);
  return relation;
}

}  // namespace

Result<BoundRelation> QueryBinder::renamed(BoundRelation relation,
                                           const ParsedTableReference& table) {
  if (table.alias.name.empty()) return relation;
  relation.name = table.alias.name;
  for (ScopeColumn& column : relation.columns) column.relation = table.alias.name;
  if (table.aliasColumns.empty()) return relation;
  if (table.aliasColumns.size() != relation.columns.size()) {
    return Error(ErrorKind::kValidation,
                 fmt::format("table alias '{}' has {} column names but the table has {} columns",
                             table.alias.name, table.aliasColumns.size(), relation.columns.size()))
        .at(table.alias.position);
  }
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    relation.columns[i].name = table.aliasColumns[i].name;
  }
  return relation;
}

std::string QueryBinder::makeAlias(const ParsedTableReference& table) {
  if (context_.expansion == nullptr || !table.alias.name.empty()) return {};
  return context_.expansion->makeAlias(table);
}

void QueryBinder::noteTable(const ParsedName& name) {
  if (context_.expansion == nullptr) return;
  context_.expansion->tables[&name] = {std::string(kDefaultCatalog), std::string(kDefaultDatabase),
                                       name.last()};
}

Result<BoundRelation> QueryBinder::bindTable(const ParsedTableReference& table,
                                             const Scope* outer) {
  using Kind = ParsedTableReference::Kind;
  switch (table.kind) {
    case Kind::kNamed:
      return bindNamedTable(table.as<ParsedNamedTable>());
    case Kind::kSubquery: {
      const auto& subquery = table.as<ParsedSubqueryTable>();
      if (subquery.lateral) {
        return Error(ErrorKind::kUnsupported, "LATERAL sub-queries").at(table.position);
      }
      std::string madeAlias = makeAlias(table);
      LogicalPtr plan = TRY(bindNestedQuery(*subquery.query, outer));
      return renamed(relationOf(plan, "", madeAlias), table);
    }
    case Kind::kFunction:
      return bindFunctionTable(table.as<ParsedFunctionTable>());
    case Kind::kJoin:
      return bindJoin(table.as<ParsedJoin>(), outer);
    case Kind::kUnnest:
      return Error(ErrorKind::kUnsupported, "UNNEST").at(table.position);
    case Kind::kMatchRecognize:
      return Error(ErrorKind::kUnsupported, "MATCH_RECOGNIZE").at(table.position);
  }
  UNREACHABLE();
}

Result<BoundRelation> QueryBinder::bindNamedTable(const ParsedNamedTable& table) {
  if (table.systemTime) {
    return Error(ErrorKind::kUnsupported, "FOR SYSTEM_TIME AS OF outside of a join")
        .at(table.systemTime->position);
  }
  LogicalPtr plan = TRY(bindName(table.name, table.hints));
  BoundRelation relation = relationOf(plan, table.name.last());
  relation.name = table.name.last();
  return renamed(std::move(relation), table);
}

Result<LogicalPtr> QueryBinder::bindName(const ParsedName& name,
                                         const std::vector<ParsedHint>& hints) {
  if (name.parts.size() == 1) {
    for (auto tables = commonTables_.rbegin(); tables != commonTables_.rend(); ++tables) {
      auto found = tables->find(name.last());
      if (found != tables->end()) return found->second;
    }
  }
  TRY(context_.catalog->checkPath(name));
  const Catalog::Entry* entry = context_.catalog->find(name);
  if (entry == nullptr) return context_.catalog->unknownTable(name);
  noteTable(name);
  if (const auto* table = std::get_if<std::shared_ptr<const CatalogTable>>(entry)) {
    return scanOf(*table, hints, name.position);
  }
  const CatalogView& view = *std::get<std::shared_ptr<const CatalogView>>(*entry);
  if (viewDepth_ >= kMaxViewDepth) {
    return Error(ErrorKind::kValidation, fmt::format("view '{}' refers to itself", view.name))
        .at(name.position);
  }
  // The view's query sees the catalogue only, not the WITH clauses around its use.
  std::vector<CommonTables> outside;
  outside.swap(commonTables_);
  ++viewDepth_;
  Result<LogicalPtr> plan = bindQuery(*view.query);
  --viewDepth_;
  commonTables_.swap(outside);
  if (!plan.ok()) {
    return std::move(plan).error().withContext(fmt::format("in view '{}'", view.name));
  }
  LogicalPtr bound = inBlock(plan.value(), view.name);
  if (namesOf(bound->schema) == namesOf(view.schema)) return bound;
  return makeProject(bound, inputsOf(bound->schema), namesOf(view.schema));
}

namespace {

Result<OptionMap> optionsWithHints(const CatalogTable& table,
                                   const std::vector<ParsedHint>& hints) {
  OptionMap options = table.options;
  for (const ParsedHint& hint : hints) {
    if (TRY(hintName(hint)) != "OPTIONS") continue;
    for (const ParsedOption& option : hint.options) options[option.key] = option.value;
  }
  return options;
}

}  // namespace

namespace {

// The type in which the connector delivers a metadata column: the declared one where they differ in
// being nullable only. An unknown connector is told of when the query is planned.
Result<Type> metadataType(const CatalogColumn& column, const CatalogTable& table,
                          const OptionMap& options, SourcePosition position) {
  auto name = options.find("connector");
  const ConnectorDescriptor* connector =
      name == options.end() ? nullptr : ConnectorCatalog::builtin().find(name->second);
  if (connector == nullptr) return column.type;
  if (connector->metadata.empty()) {
    return Error(ErrorKind::kInvalidSchema,
                 fmt::format("table '{}' declares metadata column '{}', but connector '{}' has no "
                             "metadata",
                             table.name, column.name, connector->name))
        .at(position);
  }
  std::vector<std::string> keys;
  for (const MetadataColumn& offered : connector->metadata) {
    keys.push_back(offered.key);
    if (offered.key != column.metadataKey) continue;
    if (offered.type.sameAs(column.type)) return column.type;
    if (supportsExplicitCast(offered.type, column.type)) return offered.type;
    return Error(ErrorKind::kTypeMismatch,
                 fmt::format("metadata column '{}' of table '{}' cannot be {}: metadata '{}' of "
                             "type {} cannot be cast to it",
                             column.name, table.name, column.type.toString(), offered.key,
                             offered.type.toString()))
        .at(position);
  }
  return Error(ErrorKind::kUnknownColumn,
               fmt::format("invalid metadata key '{}' in column '{}' of table '{}': connector '{}' "
                           "has no such metadata",
                           column.metadataKey, column.name, table.name, connector->name))
      .at(position)
      .withHint(fmt::format("Available are: {}.", fmt::join(keys, ", ")));
}

}  // namespace

// Scan of the stored columns, then the computed ones in declared order, then the watermark.
Result<LogicalPtr> QueryBinder::scanOf(const std::shared_ptr<const CatalogTable>& table,
                                       const std::vector<ParsedHint>& hints,
                                       SourcePosition position) {
  OptionMap options = TRY(optionsWithHints(*table, hints));
  std::string key = fmt::format("{}", static_cast<const void*>(table.get()));
  for (const auto& [name, value] : options) key += '\0' + name + '\0' + value;
  auto known = scans_.find(key);
  if (known != scans_.end()) return known->second;

  auto scan = std::make_shared<LogicalScan>();
  scan->position = position;
  scan->table = table;
  scan->options = std::move(options);
  uint32_t numPhysical = 0;
  for (const CatalogColumn& column : table->columns) {
    if (column.kind != ColumnKind::kPhysical) continue;
    scan->fields.push_back({{numPhysical++}, column.type});
    scan->schema.push_back({column.name, column.type});
  }
  for (const CatalogColumn& column : table->columns) {
    if (column.kind != ColumnKind::kMetadata) continue;
    Type type = TRY(metadataType(column, *table, scan->options, position));
    scan->metadataKeys.push_back(column.metadataKey);
    scan->schema.push_back({column.name, type});
  }
  Scope scope;
  scope.add(table->name, scan->schema);
  ExpressionBinder binder(context_, scope, "a computed column");
  std::vector<ExprPtr> exprs;
  std::vector<std::string> names;
  for (const CatalogColumn& column : table->columns) {
    names.push_back(column.name);
    if (column.kind == ColumnKind::kComputed) {
      exprs.push_back(TRY(binder.bind(*column.expression)));
      continue;
    }
    ResolvedColumn found = TRY(scope.resolve({column.name}, {}));
    exprs.push_back(coerce(Expr::input(found.index, scan->schema[found.index].type), column.type));
  }
  LogicalPtr plan = makeProject(scan, std::move(exprs), std::move(names));
  if (!table->watermarkColumn.empty()) {
    auto watermark = std::make_shared<LogicalWatermark>();
    Scope all;
    all.add(table->name, plan->schema);
    ExpressionBinder watermarkBinder(context_, all, "a watermark");
    watermark->watermark = TRY(watermarkBinder.bind(*table->watermark));
    watermark->rowtimeColumn = TRY(all.resolve({table->watermarkColumn}, {})).index;
    watermark->schema = plan->schema;
    Type& type = watermark->schema[watermark->rowtimeColumn].type;
    type = type.withTimeAttribute(TimeAttribute::kRowtime);
    watermark->inputs = {plan};
    plan = watermark;
  }
  scans_[key] = plan;
  return plan;
}

namespace {

// The arguments of a window table function, by position or by name.
struct WindowArguments {
  const ParsedQuery* data = nullptr;
  const std::vector<ParsedExpressionPtr>* partitionBy = nullptr;
  const ParsedDescriptor* time = nullptr;
  std::vector<const ParsedExpression*> intervals;
};

struct WindowFunction {
  std::string_view name;
  WindowKind kind;
  std::vector<std::string_view> intervals;  // names of the interval arguments
  size_t required;
};

const std::vector<WindowFunction>& windowFunctions() {
  static const std::vector<WindowFunction> functions = {
      {"TUMBLE", WindowKind::kTumble, {"SIZE", "OFFSET"}, 1},
      {"HOP", WindowKind::kHop, {"SLIDE", "SIZE", "OFFSET"}, 2},
      {"CUMULATE", WindowKind::kCumulate, {"STEP", "SIZE", "OFFSET"}, 2},
      {"SESSION", WindowKind::kSession, {"GAP"}, 1},
  };
  return functions;
}

Result<WindowArguments> readWindowArguments(const ParsedCall& call,
                                            const WindowFunction& function) {
  WindowArguments read;
  read.intervals.resize(function.intervals.size());
  size_t position = 0;
  for (const ParsedExpressionPtr& arg : call.args) {
    const ParsedExpression* value = arg.get();
    std::string name;
    if (const auto* named = arg->tryAs<ParsedNamedArgument>()) {
      name = named->name;
      for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      value = named->value.get();
    }
    if (const auto* data = value->tryAs<ParsedTableArgument>()) {
      read.data = data->query.get();
      read.partitionBy = &data->partitionBy;
    } else if (const auto* query = value->tryAs<ParsedScalarQuery>()) {
      read.data = query->query.get();
    } else if (const auto* time = value->tryAs<ParsedDescriptor>()) {
      read.time = time;
    } else {
      size_t i = position++;
      for (size_t k = 0; k < function.intervals.size(); ++k) {
        if (function.intervals[k] == name) i = k;
      }
      if (i >= read.intervals.size()) {
        return Error(ErrorKind::kValidation,
                     fmt::format("too many arguments for window function '{}'", function.name))
            .at(value->position);
      }
      read.intervals[i] = value;
    }
  }
  for (size_t i = 0; i < function.required; ++i) {
    if (read.intervals[i] == nullptr || read.data == nullptr || read.time == nullptr) {
      return Error(ErrorKind::kValidation,
                   fmt::format("missing arguments of window function '{}'", function.name))
          .at(call.position)
          .withHint("Write it as TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' MINUTES).");
    }
  }
  return read;
}

Result<WindowSpec> readWindowSpec(const WindowArguments& args, const WindowFunction& function,
                                  const BindContext& context, SourcePosition position) {
  WindowSpec window;
  window.kind = function.kind;
  for (size_t i = 0; i < args.intervals.size(); ++i) {
    if (args.intervals[i] == nullptr) continue;
    std::string what = fmt::format("the {}", function.intervals[i]);
    int64_t millis = TRY(windowMillis(*args.intervals[i], context, what));
    if (function.intervals[i] == "OFFSET") {
      window.offsetMillis = millis;
      continue;
    }
    if (millis <= 0) {
      return Error(ErrorKind::kValidation, fmt::format("{} of a window must be positive", what))
          .at(args.intervals[i]->position);
    }
    bool isSlide = function.intervals[i] == "SLIDE" || function.intervals[i] == "STEP";
    (isSlide ? window.slideMillis : window.sizeMillis) = millis;
  }
  if (window.kind == WindowKind::kTumble && std::abs(window.offsetMillis) >= window.sizeMillis) {
    return Error(ErrorKind::kValidation,
                 fmt::format("the OFFSET of TUMBLE must be smaller than its SIZE: {} ms and {} ms",
                             window.offsetMillis, window.sizeMillis))
        .at(position);
  }
  bool sliced = window.kind == WindowKind::kHop || window.kind == WindowKind::kCumulate;
  if (sliced && window.sizeMillis % window.slideMillis != 0) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("{} with a size that is not a multiple of its {}: {} ms and {} ms",
                             function.name, function.intervals[0], window.sizeMillis,
                             window.slideMillis))
        .at(position);
  }
  return window;
}

}  // namespace

Result<BoundRelation> QueryBinder::bindFunctionTable(const ParsedFunctionTable& table) {
  const ParsedCall& call = table.function();
  const WindowFunction* function = nullptr;
  for (const WindowFunction& candidate : windowFunctions()) {
    if (call.upperName() == candidate.name) function = &candidate;
  }
  if (function == nullptr) {
    return Error(ErrorKind::kUnsupported, fmt::format("table function '{}'", call.name.toString()))
        .at(call.position)
        .withHint(didYouMean(call.upperName(), {"TUMBLE", "HOP", "CUMULATE", "SESSION"}));
  }
  WindowArguments args = TRY(readWindowArguments(call, *function));
  std::string madeAlias = makeAlias(table);
  LogicalPtr input = TRY(bindNestedQuery(*args.data, nullptr));
  Scope scope;
  scope.add("", input->schema);
  if (args.time->columns.size() != 1) {
    return Error(ErrorKind::kValidation, "DESCRIPTOR of a window names one time attribute column")
        .at(args.time->position);
  }
  const ParsedIdentifier& timeColumn = args.time->columns[0];
  ResolvedColumn time = TRY(scope.resolve({timeColumn.name}, timeColumn.position));
  const Type& timeType = input->schema[time.index].type;
  if (timeType.timeAttribute() == TimeAttribute::kNone) {
    return Error(ErrorKind::kValidation,
                 fmt::format("the window function requires the timecol is a time attribute type, "
                             "but is {}",
                             timeType.toString()))
        .at(timeColumn.position)
        .withHint("Declare a WATERMARK for the column, or use PROCTIME().");
  }
  auto node = std::make_shared<LogicalWindowTable>();
  node->window = TRY(readWindowSpec(args, *function, context_, call.position));
  node->window.isProctime = timeType.isProctime();
  node->window.isLtz = timeType.kind() == TypeKind::kTimestampLtz;
  node->timeColumn = time.index;
  ExpressionBinder binder(context_, scope, "PARTITION BY");
  if (args.partitionBy != nullptr) {
    for (const ParsedExpressionPtr& key : *args.partitionBy) {
      ExprPtr column = TRY(binder.bind(*key));
      if (column->kind != ExprKind::kInput) {
        return Error(ErrorKind::kUnsupported, "PARTITION BY an expression").at(key->position);
      }
      node->partitionKeys.push_back(column->index);
    }
  }
  node->schema = input->schema;
  node->schema.push_back({"window_start", Type::timestamp(3).withNullable(false)});
  node->schema.push_back({"window_end", Type::timestamp(3).withNullable(false)});
  node->schema.push_back({"window_time", timeType.withNullable(false)});
  node->position = call.position;
  node->inputs = {input};
  // Columns keep the name of the table they come from, as `bid.price` over TUMBLE(TABLE bid, ..).
  std::string name;
  if (const auto* body = args.data->body->tryAs<ParsedTableBody>()) name = body->name.last();
  return renamed(relationOf(node, name, madeAlias), table);
}

}  // namespace millrace
