#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/close_matches.h"
#include "connectors/connector.h"

namespace millrace {

namespace {

Error unknownName(ErrorKind kind, const char* what, const std::string& name,
                  const std::vector<std::string>& known) {
  std::string hint = didYouMean(name, known);
  if (!hint.empty()) hint += ' ';
  hint += fmt::format("Available are: {}.", fmt::join(known, ", "));
  return Error(kind, fmt::format("{} '{}' not found", what, name)).withHint(std::move(hint));
}

// Options of every table that is read. As in Flink they are for sources that make watermarks
// themselves; elsewhere the watermark strategy of the table holds and they have no effect.
const std::vector<OptionSpec>& watermarkOptions() {
  static const std::vector<OptionSpec> specs = {
      {.key = "emit.strategy",
       .type = OptionType::kEnum,
       .defaultValue = "on-periodic",
       .values = {"on-periodic", "on-event"},
       .doc = "When watermarks are emitted."},
      {.key = "idle-timeout",
       .type = OptionType::kDuration,
       .doc = "After this time without records the source is idle."},
      {.key = "alignment.group", .doc = "The group whose watermarks are aligned."},
      {.key = "alignment.max-drift",
       .type = OptionType::kDuration,
       .doc = "How far a source may run ahead of its group."},
      {.key = "alignment.update-interval",
       .type = OptionType::kDuration,
       .defaultValue = "1 s",
       .doc = "How often the group is updated."},
  };
  return specs;
}

Result<const FormatDescriptor*> readFormat(const TableDefinition& table,
                                           const std::string& connector) {
  auto named = table.options.find("format");
  if (named == table.options.end()) {
    return Error(ErrorKind::kMissingOption,
                 fmt::format("option 'format' of connector '{}' is missing", connector))
        .withHint(fmt::format("Add 'format' = '...' to the WITH clause, one of: {}.",
                              fmt::join(FormatCatalog::builtin().names(), ", ")));
  }
  const FormatDescriptor* format = FormatCatalog::builtin().find(named->second);
  if (format == nullptr) {
    return unknownName(ErrorKind::kUnknownFormat, "format", named->second,
                       FormatCatalog::builtin().names());
  }
  return format;
}

}  // namespace

bool acceptsChangelog(const ConnectorDescriptor& connector, const OptionMap& options) {
  if (connector.sinkAcceptsChangelog) return true;
  auto named = options.find("format");
  if (!connector.usesFormat || named == options.end()) return false;
  const FormatDescriptor* format = FormatCatalog::builtin().find(named->second);
  return format != nullptr && format->encodesChanges;
}

// What the format writes: files are without the columns that their directories name.
static Schema formattedColumns(const ConnectorDescriptor& connector, const TableDefinition& table) {
  if (connector.name != "filesystem") return table.physical;
  Schema columns;
  for (const Field& field : table.physical) {
    const std::vector<std::string>& keys = table.partitionKeys;
    if (std::find(keys.begin(), keys.end(), field.name) == keys.end()) columns.push_back(field);
  }
  return columns;
}

Result<TableOptions> readTableOptions(const TableDefinition& table) {
  auto named = table.options.find("connector");
  if (named == table.options.end()) {
    return Error(ErrorKind::kMissingOption,
                 fmt::format("table {} has no option 'connector'", table.name))
        .withHint(fmt::format("Add 'connector' = '...' to the WITH clause, one of: {}.",
                              fmt::join(ConnectorCatalog::builtin().names(), ", ")));
  }
  TableOptions read;
  read.connector = ConnectorCatalog::builtin().find(named->second);
  if (read.connector == nullptr) {
    return unknownName(ErrorKind::kUnknownConnector, "connector", named->second,
                       ConnectorCatalog::builtin().names());
  }
  if (read.connector->usesFormat) read.format = TRY(readFormat(table, named->second));
  OptionMap own;
  OptionMap formats;
  OptionMap watermarks;
  constexpr std::string_view kWatermarkPrefix = "scan.watermark.";
  std::string prefix = read.format ? read.format->name + "." : "";
  for (const auto& [key, value] : table.options) {
    if (key == "connector" || (read.format && key == "format")) continue;
    if (key.starts_with(kWatermarkPrefix)) {
      watermarks[key.substr(kWatermarkPrefix.size())] = value;
    } else if (read.format && key.starts_with(prefix)) {
      formats[key.substr(prefix.size())] = value;
    } else {
      own[key] = value;
    }
  }
  TRY(OptionReader::make("'scan.watermark'", watermarkOptions(), std::move(watermarks)));
  read.options = TRY(OptionReader::make(fmt::format("connector '{}'", read.connector->name),
                                        read.connector->options, std::move(own)));
  if (read.format) {
    read.formatOptions = TRY(OptionReader::make(fmt::format("format '{}'", read.format->name),
                                                read.format->options, std::move(formats)));
    if (read.format->validate) {
      TRY(read.format->validate(formattedColumns(*read.connector, table), read.formatOptions));
    }
  }
  return read;
}

}  // namespace millrace
