#include "sql/planner/table_use.h"

#include <fmt/format.h>

#include <unordered_set>

namespace millrace {

namespace {

Result<TableOptions> useTable(const CatalogTable& table, const OptionMap& options, TableUse use,
                              SourcePosition position) {
  TableDefinition definition = table.definition();
  definition.options = options;
  Result<TableOptions> read = readTableOptions(definition);
  Status checked = read.ok() ? Status() : Status(read.error());
  if (checked.ok() && read.value().connector->validate != nullptr) {
    checked = read.value().connector->validate(definition, use);
  }
  if (checked.ok()) return read;
  return std::move(checked).error().withContext(fmt::format("table '{}'", table.name)).at(position);
}

using Checked = std::unordered_set<const LogicalNode*>;

Status checkNode(const LogicalNode& node, Checked& checked) {
  if (!checked.insert(&node).second) return {};
  if (const auto* scan = node.tryAs<LogicalScan>()) TRY(useScan(*scan));
  if (const auto* lookup = node.tryAs<LogicalLookupJoin>()) TRY(useLookup(*lookup));
  for (const LogicalPtr& input : node.inputs) TRY(checkNode(*input, checked));
  const auto* sink = node.tryAs<LogicalSink>();
  if (sink != nullptr && sink->table) TRY(useSink(*sink));
  return {};
}

}  // namespace

Result<TableOptions> useScan(const LogicalScan& scan) {
  TableOptions options = TRY(useTable(*scan.table, scan.options, TableUse::kScan, scan.position));
  if (options.connector->makeSource != nullptr) return options;
  return Error(ErrorKind::kValidation,
               fmt::format("connector '{}' of table '{}' can only be used as a sink",
                           options.connector->name, scan.table->name))
      .at(scan.position);
}

Result<TableOptions> useLookup(const LogicalLookupJoin& join) {
  const LogicalScan& scan = *join.table;
  TableOptions options = TRY(useTable(*scan.table, scan.options, TableUse::kLookup, scan.position));
  if (options.connector->makeLookup != nullptr) return options;
  return Error(ErrorKind::kUnsupported,
               fmt::format("a lookup join with a table of connector '{}'", options.connector->name))
      .at(join.position);
}

Result<TableOptions> useSink(const LogicalSink& sink) {
  TableOptions options = TRY(useTable(*sink.table, sink.options, TableUse::kSink, sink.position));
  if (options.connector->makeSink != nullptr) return options;
  return Error(ErrorKind::kValidation,
               fmt::format("connector '{}' of table '{}' can only be used as a source",
                           options.connector->name, sink.table->name))
      .at(sink.position);
}

Status checkTables(const std::vector<LogicalPtr>& roots) {
  Checked checked;
  for (const LogicalPtr& root : roots) TRY(checkNode(*root, checked));
  return {};
}

}  // namespace millrace
