// The filesystem connector's descriptor.
#include "connectors/connector.h"
#include "connectors/filesystem/file_sink.h"
#include "connectors/filesystem/file_source.h"
#include "connectors/filesystem/file_table.h"

namespace millrace {

namespace {

constexpr OptionType kText = OptionType::kString;
constexpr OptionType kTime = OptionType::kDuration;

std::vector<OptionSpec> sourceOptions() {
  return {
      {"path",
       kText,
       "",
       true,
       {},
       "A file, a directory (read recursively) or a pattern such as '/data/*/part-?.json'."},
      {"source.monitor-interval",
       kTime,
       "",
       false,
       {},
       "Look for new files at this interval, without end; without it the source is bounded."},
      {"source.split-size",
       OptionType::kMemorySize,
       "4 mb",
       false,
       {},
       "The size of the chunks in which large files are handed out."},
      {"source.path.regex-pattern",
       kText,
       "",
       false,
       {},
       "Read only files whose whole path matches this regular expression."},
      {"source.report-statistics",
       OptionType::kEnum,
       "all",
       false,
       {"all", "none"},
       "Accepted and without effect."},
      {"partition.default-name",
       kText,
       "__DEFAULT_PARTITION__",
       false,
       {},
       "The directory of rows whose partition column is NULL or empty."},
      {"lookup.full-cache.periodic-reload.interval",
       kTime,
       "",
       false,
       {},
       "As a lookup table: read the files again at this interval."},
  };
}

std::vector<OptionSpec> sinkOptions() {
  return {
      {"sink.rolling-policy.file-size",
       OptionType::kMemorySize,
       "128 mb",
       false,
       {},
       "Begin another file when one has this size."},
      {"sink.rolling-policy.rollover-interval",
       kTime,
       "30 min",
       false,
       {},
       "Begin another file when one has been open this long."},
      {"sink.rolling-policy.inactivity-interval",
       kTime,
       "30 min",
       false,
       {},
       "Begin another file when one has got no rows for this long."},
      {"sink.rolling-policy.check-interval",
       kTime,
       "1 min",
       false,
       {},
       "How often to check how long files have been open."},
      {"sink.shuffle-by-partition.enable",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "All rows of a partition are written by one subtask: fewer files."},
      {"sink.parallelism",
       OptionType::kInteger,
       "",
       false,
       {},
       "How many subtasks write; default: as many as send rows."},
      {"sink.partition-commit.trigger",
       OptionType::kEnum,
       "process-time",
       false,
       {"process-time", "partition-time"},
       "What decides that a partition is complete."},
      {"sink.partition-commit.delay",
       kTime,
       "0 s",
       false,
       {},
       "How long to wait for more rows of a partition."},
      {"sink.partition-commit.watermark-time-zone",
       kText,
       "UTC",
       false,
       {},
       "The zone of partition times, when the watermark is of a TIMESTAMP_LTZ column."},
      {"sink.partition-commit.policy.kind",
       kText,
       "",
       false,
       {},
       "success-file: write an empty file into every complete partition."},
      {"sink.partition-commit.policy.class", kText, "", false, {}, "Not supported."},
      {"sink.partition-commit.policy.class.parameters", kText, "", false, {}, "Not supported."},
      {"sink.partition-commit.success-file.name",
       kText,
       "_SUCCESS",
       false,
       {},
       "The name of that file."},
      {"partition.time-extractor.kind", kText, "default", false, {}, "Only default."},
      {"partition.time-extractor.class", kText, "", false, {}, "Not supported."},
      {"partition.time-extractor.timestamp-formatter", kText, "", false, {}, "Not supported."},
      {"partition.time-extractor.timestamp-pattern",
       kText,
       "",
       false,
       {},
       "A partition's time from its columns, such as '$dt $hour:00:00'."},
      {"auto-compaction", OptionType::kBoolean, "false", false, {}, "Only false."},
      {"compaction.file-size",
       OptionType::kMemorySize,
       "",
       false,
       {},
       "Of auto-compaction; without effect as long as that is false."},
      {"compaction.parallelism",
       OptionType::kInteger,
       "",
       false,
       {},
       "Of auto-compaction; without effect as long as that is false."},
  };
}

Status validate(const TableDefinition& table, TableUse use) {
  TableOptions options = TRY(readTableOptions(table));
  TRY(validateFileTable(options, table));
  return use == TableUse::kSink ? validateFileSink(options) : Status();
}

}  // namespace

void addFilesystemConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "filesystem";
  connector.doc = "Files in a local directory: bounded or continuous source, lookup table, sink.";
  connector.options = sourceOptions();
  for (OptionSpec& option : sinkOptions()) connector.options.push_back(std::move(option));
  connector.usesFormat = true;
  connector.metadata = fileMetadataColumns();
  connector.validate = validate;
  connector.isBounded = isFileSourceBounded;
  connector.makeSource = makeFileSource;
  connector.makeSink = makeFileSink;
  connector.sourceLists = {"files"};
  connector.sinkLists = {"parts", "partitions"};
  connector.makeLookup = makeFileLookup;
  connector.sinkNeedsWatermarks = fileSinkNeedsWatermarks;
  catalog.add(std::move(connector));
}

}  // namespace millrace
