// SHOW and DESCRIBE.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/catalog/show_create.h"
#include "sql/session/session.h"

namespace millrace {

namespace {

StatementResult textRows(const std::string& column, const std::vector<std::string>& values) {
  StatementResult result;
  result.kind = StatementResult::Kind::kRows;
  result.schema = {{column, Type::string()}};
  for (const std::string& value : values) result.rows.push_back({Value(value)});
  return result;
}

// SQL LIKE with % and _ and the escape \ of SHOW statements.
bool matchesLike(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (matchesLike(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == '\\' && pattern.size() > 1)
    pattern.remove_prefix(1);
  else if (pattern[0] == '_')
    return matchesLike(text.substr(1), pattern.substr(1));
  return text[0] == pattern[0] && matchesLike(text.substr(1), pattern.substr(1));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Functions are listed as Flink lists them: lower case, without the operators.
std::vector<std::string> functionNames() {
  std::vector<std::string> names;
  for (const std::string& name : FunctionCatalog::builtin().names()) {
    bool isWord = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (isWord) names.push_back(lower(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool isShown(const ParsedShow& show, const std::string& name) {
  if (!show.like) return true;
  bool matches =
      show.ignoreCase ? matchesLike(lower(name), lower(*show.like)) : matchesLike(name, *show.like);
  return matches != show.negated;
}

std::vector<std::string> filtered(std::vector<std::string> names, const ParsedShow& show) {
  std::erase_if(names, [&](const std::string& name) { return !isShown(show, name); });
  return names;
}

// FROM and IN name a database, or a catalogue for DATABASES.
Status checkPlace(const Catalog& catalog, const ParsedShow& show) {
  using What = ParsedShow::What;
  bool listsDatabase = show.what == What::kTables || show.what == What::kViews ||
                       show.what == What::kFunctions || show.what == What::kUserFunctions ||
                       show.what == What::kModels || show.what == What::kMaterializedTables;
  bool listsCatalog = show.what == What::kDatabases;
  if (show.name.parts.empty() || !(listsDatabase || listsCatalog)) return {};
  // As if something in it were named.
  ParsedName inside = show.name;
  if (listsCatalog) inside.parts.emplace_back(kDefaultDatabase);
  inside.parts.emplace_back();
  return catalog.checkPath(inside);
}

StatementResult jobRows(const std::vector<std::shared_ptr<Job>>& jobs) {
  StatementResult result;
  result.kind = StatementResult::Kind::kRows;
  result.schema = {{"job id", Type::string()},
                   {"job name", Type::string()},
                   {"status", Type::string()},
                   {"start time", Type::timestampLtz()}};
  for (const std::shared_ptr<Job>& job : jobs) {
    JobProgress progress = job->progress();
    const char* status = progress.restarting ? "RESTARTING" : jobStatusName(progress.status);
    result.rows.push_back({Value(job->id()), Value(job->name()), Value(status),
                           Value(progress.startTimeMillis * 1000)});
  }
  return result;
}

void addDescription(StatementResult& result, const std::string& name, const Type& type,
                    const std::string& key = {}, const std::string& extras = {},
                    const std::string& watermark = {}, const std::string& comment = {}) {
  auto optional = [](const std::string& text) { return text.empty() ? Value() : Value(text); };
  // NULL-ability has a column of its own.
  std::string typeText = type.withNullable(true).toString();
  result.rows.push_back({Value(name), Value(typeText), Value(type.nullable()), optional(key),
                         optional(extras), optional(watermark), optional(comment)});
}

StatementResult describeTable(const CatalogTable& table) {
  StatementResult result;
  result.kind = StatementResult::Kind::kRows;
  Schema schema = table.schema();
  std::string key;
  if (!table.primaryKey.empty()) key = fmt::format("PRI({})", fmt::join(table.primaryKey, ", "));
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const CatalogColumn& column = table.columns[i];
    std::string extras;
    if (column.kind == ColumnKind::kComputed) extras = "AS " + column.expression->toString();
    if (column.kind == ColumnKind::kMetadata) {
      extras = "METADATA";
      if (column.metadataKey != column.name)
        extras += fmt::format(" FROM '{}'", column.metadataKey);
      if (column.isVirtual) extras += " VIRTUAL";
    }
    bool isKey = std::find(table.primaryKey.begin(), table.primaryKey.end(), column.name) !=
                 table.primaryKey.end();
    std::string watermark = column.name == table.watermarkColumn ? table.watermark->toString() : "";
    addDescription(result, column.name, schema[i].type, isKey ? key : "", extras, watermark,
                   column.comment);
  }
  return result;
}

StatementResult describeView(const CatalogView& view) {
  StatementResult result;
  result.kind = StatementResult::Kind::kRows;
  for (const Field& field : view.schema) {
    addDescription(result, field.name, field.type);
  }
  return result;
}

Result<StatementResult> describeEntry(const Catalog& catalog, const ParsedName& name) {
  const Catalog::Entry* entry = catalog.find(name);
  if (entry == nullptr) return catalog.unknownTable(name);
  const auto* table = std::get_if<std::shared_ptr<const CatalogTable>>(entry);
  StatementResult result =
      table ? describeTable(**table)
            : describeView(*std::get<std::shared_ptr<const CatalogView>>(*entry));
  result.schema = {{"name", Type::string()},   {"type", Type::string()},
                   {"null", Type::boolean()},  {"key", Type::string()},
                   {"extras", Type::string()}, {"watermark", Type::string()},
                   {"comment", Type::string()}};
  // Tables without comments have no column for them.
  bool anyComment = std::any_of(result.rows.begin(), result.rows.end(),
                                [](const auto& row) { return !row.back().isNull(); });
  if (!anyComment) {
    result.schema.pop_back();
    for (std::vector<Value>& row : result.rows) row.pop_back();
  }
  return result;
}

Result<StatementResult> showCreateEntry(const Catalog& catalog, const ParsedShow& show) {
  bool wantView = show.what == ParsedShow::What::kCreateView;
  const Catalog::Entry* entry = catalog.find(show.name);
  if (entry == nullptr) return catalog.unknownTable(show.name);
  bool isView = entry->index() == 1;
  if (isView != wantView) {
    return Error(ErrorKind::kValidation,
                 fmt::format("SHOW CREATE {} is only supported for {}s, but '{}' is a {}",
                             wantView ? "VIEW" : "TABLE", wantView ? "view" : "table",
                             show.name.toString(), isView ? "view" : "table"))
        .at(show.name.position);
  }
  std::string text = isView ? showCreate(*std::get<std::shared_ptr<const CatalogView>>(*entry))
                            : showCreate(*std::get<std::shared_ptr<const CatalogTable>>(*entry));
  return textRows("result", {text});
}

}  // namespace

Result<StatementResult> Session::runShow(const ParsedShow& show) {
  using What = ParsedShow::What;
  TRY(checkPlace(catalog_, show));
  switch (show.what) {
    case What::kCatalogs:
      return textRows("catalog name", filtered({std::string(kDefaultCatalog)}, show));
    case What::kDatabases:
      return textRows("database name", filtered({std::string(kDefaultDatabase)}, show));
    case What::kCurrentCatalog:
      return textRows("current catalog name", {std::string(kDefaultCatalog)});
    case What::kCurrentDatabase:
      return textRows("current database name", {std::string(kDefaultDatabase)});
    case What::kTables:
      return textRows("table name", filtered(catalog_.names(), show));
    case What::kViews:
      return textRows("view name", filtered(catalog_.viewNames(), show));
    case What::kFunctions:
      return textRows("function name", filtered(functionNames(), show));
    case What::kUserFunctions:
      return textRows("function name", {});
    case What::kModules:
      return textRows("module name", {"core"});
    case What::kFullModules: {
      StatementResult result = textRows("module name", {"core"});
      result.schema.push_back({"used", Type::boolean()});
      result.rows[0].push_back(Value(true));
      return result;
    }
    // There are none: what would make them is unsupported.
    case What::kJars:
      return textRows("jars", {});
    case What::kModels:
      return textRows("model name", {});
    case What::kMaterializedTables:
      return textRows("materialized table name", {});
    case What::kColumns: {
      StatementResult result = TRY(describeEntry(catalog_, show.name));
      std::erase_if(result.rows, [&](const auto& row) { return !isShown(show, row[0].text()); });
      return result;
    }
    case What::kCreateTable:
    case What::kCreateView:
      return showCreateEntry(catalog_, show);
    case What::kJobs:
      return jobRows(jobs_);
    case What::kProcedures:
      return Error(ErrorKind::kUnsupported, "SHOW PROCEDURES");
    case What::kPartitions:
      return Error(ErrorKind::kUnsupported, "SHOW PARTITIONS");
    case What::kCreateCatalog:
      return Error(ErrorKind::kUnsupported, "SHOW CREATE CATALOG");
    case What::kCreateMaterializedTable:
      return Error(ErrorKind::kUnsupported, "SHOW CREATE MATERIALIZED TABLE");
    case What::kCreateModel:
      return Error(ErrorKind::kUnsupported, "SHOW CREATE MODEL");
  }
  UNREACHABLE();
}

Result<StatementResult> Session::runDescribe(const ParsedDescribe& describe) {
  if (describe.object == ParsedDescribe::Object::kJob) {
    Result<StatementResult> job = describeJob(describe.name.last());
    if (!job.ok()) return std::move(job).error().at(describe.name.position);
    return job;
  }
  if (describe.object != ParsedDescribe::Object::kTable) {
    return Error(ErrorKind::kUnsupported, "DESCRIBE of anything but tables and views");
  }
  return describeEntry(catalog_, describe.name);
}

}  // namespace millrace
