#include "connectors/filesystem/file_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "connectors/filesystem/file_layout.h"
#include "connectors/filesystem/file_splits.h"
#include "connectors/filesystem/split_reader.h"
#include "env/remote_path.h"
#include "types/column_builder.h"

namespace millrace {

namespace {

using OutputColumn = FileScan::OutputColumn;

FileSplitOptions readSplitOptions(const TableOptions& options) {
  FileSplitOptions read;
  read.path = plainPath(options.options.text("path"));
  read.regex = options.options.text("source.path.regex-pattern");
  read.splitSize =
      static_cast<uint64_t>(std::max<int64_t>(1, options.options.memoryBytes("source.split-size")));
  read.splittable = options.format->framing == Framing::kLines;
  read.monitorMillis = options.options.durationMillis("source.monitor-interval");
  read.inBackground = isRemotePath(read.path);
  return read;
}

Result<Type> metadataType(const std::string& key) {
  std::vector<std::string> names;
  for (const MetadataColumn& known : fileMetadataColumns()) {
    if (known.key == key) return known.type;
    names.push_back(known.key);
  }
  return Error(ErrorKind::kUnknownColumn,
               fmt::format("connector 'filesystem' has no metadata '{}'", key))
      .withHint(fmt::format("Available are: {}.", fmt::join(names, ", ")));
}

// Partition columns stand in paths, not in files: the decoder's schema leaves them out.
Result<FileScan> makeScan(const ScanRequest& request, const TableOptions& options) {
  if (options.format->makeDecoder == nullptr) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("reading the format '{}'", options.format->name))
        .withHint("Use the table as a sink only.");
  }
  FileScan scan;
  scan.root = plainPath(options.options.text("path"));
  scan.defaultPartition = options.options.text("partition.default-name");
  scan.format = options.format;
  scan.formatOptions = options.formatOptions;
  scan.request.zone = request.zone;
  const Schema& physical = request.table.physical;
  const std::vector<std::string>& keys = request.table.partitionKeys;
  std::vector<uint32_t> places(physical.size());
  for (size_t i = 0; i < physical.size(); ++i) {
    places[i] = static_cast<uint32_t>(scan.request.schema.size());
    bool isKey = std::find(keys.begin(), keys.end(), physical[i].name) != keys.end();
    if (!isKey) scan.request.schema.push_back(physical[i]);
  }
  for (const DecodedField& field : request.fields) {
    OutputColumn column;
    column.type = field.type;
    const std::string& name = physical[field.path[0]].name;
    if (std::find(keys.begin(), keys.end(), name) != keys.end()) {
      column.kind = OutputColumn::Kind::kPartition;
      column.key = name;
    } else {
      column.decoded = static_cast<uint32_t>(scan.request.fields.size());
      DecodedField decoded = field;
      decoded.path[0] = places[field.path[0]];
      scan.request.fields.push_back(std::move(decoded));
    }
    scan.columns.push_back(std::move(column));
  }
  for (const std::string& key : request.metadataKeys) {
    scan.columns.push_back({OutputColumn::Kind::kMetadata, 0, key, TRY(metadataType(key))});
  }
  return scan;
}

class FileSourceReader : public SourceReader {
 public:
  FileSourceReader(const FileScan& scan, FileSplits& splits, Env& env, const SubtaskInfo& subtask)
      : scan_(scan), splits_(splits), env_(env), subtask_(subtask.index) {}

  ~FileSourceReader() override { splits_.detach(subtask_); }

  Status open(SourceContext& context) override {
    if (isRemotePath(scan_.root)) {
      threads_ = std::make_unique<FileThreads>(1, context.wake);
      splits_.attach(subtask_, context.wake);
    }
    reader_ = std::make_unique<FileSplitReader>(scan_, env_, context.op->metrics, threads_.get());
    state_ = TRY(context.op->state->openList("files", Redistribution::kUnion));
    return splits_.restore(state_->elements());
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    while (true) {
      if (!reader_->hasSplit()) {
        NextSplit next = TRY(splits_.next(subtask_));
        if (!next.split) {
          wakeAt_ = next.isListing ? INT64_MAX : splits_.nextListMillis();
          return splits_.isBounded() && !next.isListing ? SourceStatus::kEnd
                                                        : SourceStatus::kWaiting;
        }
        TRY(reader_->start(std::move(*next.split)));
      }
      TRY(reader_->read(maxRows, out));
      // Not earlier, so that the other subtasks find splits too.
      if (reader_->wantsNext()) TRY(fetchNext());
      if (out.numRows() > 0) return SourceStatus::kData;
      if (!reader_->waits()) continue;
      wakeAt_ = INT64_MAX;
      return SourceStatus::kWaiting;
    }
  }

  int64_t wakeAtMillis() const override { return wakeAt_; }

  Status snapshotState(uint64_t) override {
    state_->elements() = {splits_.state(reader_->progress(), subtask_ == 0)};
    return {};
  }

 private:
  Status fetchNext() {
    NextSplit next = TRY(splits_.next(subtask_));
    if (next.split) reader_->fetchNext(std::move(*next.split));
    return {};
  }

  const FileScan& scan_;
  FileSplits& splits_;
  Env& env_;
  uint32_t subtask_;
  std::unique_ptr<FileThreads> threads_;  // behind a network; else null
  std::unique_ptr<FileSplitReader> reader_;
  ListState* state_ = nullptr;
  int64_t wakeAt_ = INT64_MAX;
};

class FileSource : public Source {
 public:
  FileSource(FileScan scan, FileSplitOptions options, Env& env)
      : scan_(std::move(scan)), splits_(std::move(options), env), env_(env) {}

  bool isBounded() const override { return splits_.isBounded(); }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    return std::unique_ptr<SourceReader>(
        std::make_unique<FileSourceReader>(scan_, splits_, env_, subtask));
  }

 private:
  FileScan scan_;
  FileSplits splits_;
  Env& env_;
};

Result<Batch> readAll(const FileScan& scan, FileSplitOptions options, Env& env,
                      const std::stop_token& stop) {
  options.monitorMillis = 0;
  options.inBackground = false;
  FileSplits splits(std::move(options), env);
  FileSplitReader reader(scan, env, nullptr);
  std::vector<ColumnBuilder> builders;
  for (const OutputColumn& column : scan.columns) builders.emplace_back(column.type);
  size_t rows = 0;
  constexpr size_t kBatchRows = 4096;
  while (!stop.stop_requested()) {
    if (!reader.hasSplit()) {
      std::optional<FileSplit> split = TRY(splits.next(0)).split;
      if (!split) break;
      TRY(reader.start(std::move(*split)));
    }
    Batch batch;
    TRY(reader.read(kBatchRows, batch));
    for (size_t i = 0; i < builders.size(); ++i) {
      for (size_t row = 0; row < batch.numRows(); ++row) {
        builders[i].append(*batch.column(i), row);
      }
    }
    rows += batch.numRows();
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  return Batch(std::move(columns), rows);
}

}  // namespace

std::vector<MetadataColumn> fileMetadataColumns() {
  return {
      {"file.path", Type::string().withNullable(false), "The full path of the row's file."},
      {"file.name", Type::string().withNullable(false), "The file's name."},
      {"file.size", Type::bigint().withNullable(false), "The file's size in bytes."},
      {"file.modification-time", Type::timestampLtz(3).withNullable(false),
       "When the file was last changed."},
  };
}

Result<bool> isFileSourceBounded(const TableDefinition& table) {
  TableOptions options = TRY(readTableOptions(table));
  return !options.options.has("source.monitor-interval");
}

Result<std::unique_ptr<Source>> makeFileSource(const ScanRequest& request, Env& env) {
  TableOptions options = TRY(readTableOptions(request.table));
  FileScan scan = TRY(makeScan(request, options));
  return std::unique_ptr<Source>(
      std::make_unique<FileSource>(std::move(scan), readSplitOptions(options), env));
}

Result<LookupTable> makeFileLookup(const ScanRequest& request, Env& env) {
  TableOptions options = TRY(readTableOptions(request.table));
  LookupTable table;
  table.reloadMillis = options.options.durationMillis("lookup.full-cache.periodic-reload.interval");
  table.isRemote = isRemotePath(plainPath(options.options.text("path")));
  table.read = [request, options, &env](const std::vector<DecodedField>& fields,
                                        const std::stop_token& stop) -> Result<Batch> {
    ScanRequest wanted = request;
    wanted.fields = fields;
    wanted.metadataKeys.clear();
    FileScan scan = TRY(makeScan(wanted, options));
    return readAll(scan, readSplitOptions(options), env, stop);
  };
  return table;
}

}  // namespace millrace
