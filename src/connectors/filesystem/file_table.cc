#include "connectors/filesystem/file_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/filesystem/s3_file_system.h"
#include "connectors/filesystem/s3_objects.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

Status validatePath(const std::string& path) {
  if (path.empty()) {
    return Error(ErrorKind::kInvalidOption, "option 'path' of connector 'filesystem' is empty")
        .withHint("Give a file or a directory.");
  }
  if (isS3Path(path)) {
    TRY(parseS3Path(path));
    return {};
  }
  if (path.find("://") != std::string::npos && !path.starts_with("file:")) {
    return Error(ErrorKind::kUnsupported, fmt::format("path '{}' on another file system", path))
        .withHint("Use a local path, or s3://bucket/prefix.");
  }
  return {};
}

}  // namespace

Status validateFileTable(const TableOptions& options, const TableDefinition& table) {
  const OptionReader& reader = options.options;
  TRY(validatePath(reader.text("path")));
  for (const std::string& key : table.partitionKeys) {
    bool known = std::any_of(table.physical.begin(), table.physical.end(),
                             [&](const Field& field) { return field.name == key; });
    if (known) continue;
    return Error(ErrorKind::kUnknownColumn,
                 fmt::format("partition column '{}' is not a column of table {}", key, table.name))
        .withHint("Name physical columns in PARTITIONED BY.");
  }
  TRY(TimeZone::find(reader.text("sink.partition-commit.watermark-time-zone")));
  if (reader.has("sink.parallelism")) {
    int64_t parallelism = reader.integer("sink.parallelism");
    if (parallelism < 1 && parallelism != -1) {
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("option 'sink.parallelism' of connector 'filesystem' cannot be {}",
                               parallelism))
          .withHint("It must be at least 1, or -1 for the job's parallelism.");
    }
  }
  return {};
}

}  // namespace millrace
