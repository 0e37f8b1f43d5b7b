#include "connectors/filesystem/file_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connectors/filesystem/file_layout.h"
#include "connectors/filesystem/file_parts.h"
#include "connectors/filesystem/partition_commit.h"
#include "connectors/print/print_text.h"
#include "runtime/async_operator.h"
#include "types/time_zone.h"
#include "types/value_text.h"

namespace millrace {

namespace {

// What the sink was asked for, resolved.
struct SinkPlan {
  FilePartsOptions parts;
  PartitionCommitOptions commits;
  std::string defaultPartition;
  std::vector<uint32_t> keyColumns;  // in the order of PARTITIONED BY
  std::vector<std::string> keyNames;
  std::vector<uint32_t> dataColumns;  // what the files hold
  const TimeZone* zone = nullptr;
};

// Whether two values of a column are certainly equal.
bool isSameValue(const Column& column, uint32_t a, uint32_t b) {
  if (column.isNull(a) || column.isNull(b)) return column.isNull(a) && column.isNull(b);
  if (column.type().isNested()) return false;
  size_t first = column.position(a);
  size_t second = column.position(b);
  if (column.physical() == Physical::kString) {
    return column.values<StringView>()[first] == column.values<StringView>()[second];
  }
  size_t width = physicalWidth(column.physical());
  const auto* bytes = reinterpret_cast<const char*>(column.ranges());
  return std::memcmp(bytes + first * width, bytes + second * width, width) == 0;
}

class FileSink : public Operator, public AsyncOperator {
 public:
  FileSink(SinkPlan plan, std::unique_ptr<Encoder> encoder, const SubtaskInfo& subtask, Env& env)
      : plan_(std::move(plan)),
        encoder_(std::move(encoder)),
        env_(env),
        first_(subtask.index == 0),
        parts_(plan_.parts, subtask, env),
        commits_(plan_.commits, env) {}

  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  bool isReady() const override { return parts_.isReady(); }
  bool isSettled() const override { return parts_.isWritten(); }
  bool isCommitted() const override { return parts_.isCommitted() && !partitionsDue_; }

  Status open(OperatorContext& context) override {
    context_ = &context;
    parts_.setWake(wake_ ? wake_ : [] {});
    commits_.setThreads(parts_.committers());
    partsState_ = TRY(context.state->openList("parts", Redistribution::kUnion));
    partitionsState_ = TRY(context.state->openList("partitions", Redistribution::kSplit));
    for (const std::string& state : partitionsState_->elements()) commits_.restore(state);
    std::string history =
        makePartsHistory(context.jobId, context.operatorId, context.restoredCheckpointId);
    TRY(parts_.restore(partsState_->elements(), {context.jobId, std::move(history)}));
    if (!first_) return {};
    int64_t now = env_.clock().nowMillis();
    for (const std::string& directory : TRY(parts_.removeSuperseded())) {
      TRY(commits_.reopen(directory, now));
    }
    return {};
  }

  Status processBatch(int, Batch batch, Output&) override {
    TRY(parts_.check());
    if (!batch.marks().empty()) commits_.advance(batch.marks().back().watermark);
    if (batch.empty()) return {};
    std::vector<ColumnPtr> columns;
    columns.reserve(plan_.dataColumns.size());
    for (uint32_t column : plan_.dataColumns) columns.push_back(batch.column(column));
    Batch data(std::move(columns), batch.numRows());
    data.setSelection(batch.selection());
    data.setKinds(batch.kindBuffer());
    if (!plan_.keyColumns.empty()) return writePartitions(batch, data);
    text_.clear();
    TRY(encoder_->encode(data, text_));
    return write("");
  }

  // Behind a network the parts are closed meanwhile, and the checkpoint waits for that.
  Status flush(Output&) override { return parts_.isRemote() ? parts_.closeAll() : Status(); }

  Status snapshotState(uint64_t checkpointId) override {
    TRY(parts_.closeAll(checkpointId));
    partsState_->elements() = {parts_.state()};
    partitionsState_->elements() = {commits_.state()};
    return {};
  }

  Status checkpointComplete(uint64_t checkpointId) override {
    TRY(parts_.commit(checkpointId));
    // The mark of a partition stands for parts that are committed.
    partitionsDue_ = commits_.enabled() && !parts_.isCommitted();
    return partitionsDue_ ? Status() : commitPartitions();
  }

  Status finish(Output&) override {
    finished_ = true;
    return parts_.isRemote() ? parts_.closeAll() : Status();
  }

  int64_t nextProcessingTime() const override {
    bool atOnce = parts_.hasFailed() || (partitionsDue_ && parts_.isCommitted());
    return atOnce ? 0 : parts_.nextCheck();
  }
  Status onProcessingTime(int64_t nowMillis, Output&) override {
    TRY(parts_.check());
    if (partitionsDue_ && parts_.isCommitted()) {
      partitionsDue_ = false;
      TRY(commitPartitions());
    }
    return parts_.nextCheck() <= nowMillis ? parts_.rollOld(nowMillis) : Status();
  }

 private:
  Status write(const std::string& directory) {
    if (context_->metrics) bump(context_->metrics->bytesOut, text_.size());
    return parts_.write(directory, text_);
  }

  // Rows of one partition often follow each other: each run is written at once.
  Status writePartitions(const Batch& batch, const Batch& data) {
    Rows rows = batch.rows();
    text_.clear();
    int64_t now = env_.clock().nowMillis();
    for (uint32_t i = 0; i < rows.count(); ++i) {
      if (i > 0 && isSamePartition(batch, rows[i - 1], rows[i])) {
        TRY(encoder_->encodeRow(data, rows[i], text_));
        continue;
      }
      nextDirectory_.clear();
      appendDirectory(batch, rows[i], nextDirectory_);
      if (nextDirectory_ != directory_ && !text_.empty()) {
        TRY(write(directory_));
        text_.clear();
      }
      if (nextDirectory_ != directory_ || i == 0) commits_.touch(nextDirectory_, now);
      directory_ = nextDirectory_;
      TRY(encoder_->encodeRow(data, rows[i], text_));
    }
    return write(directory_);
  }

  bool isSamePartition(const Batch& batch, uint32_t a, uint32_t b) const {
    return std::all_of(plan_.keyColumns.begin(), plan_.keyColumns.end(),
                       [&](uint32_t key) { return isSameValue(*batch.column(key), a, b); });
  }

  void appendDirectory(const Batch& batch, uint32_t row, std::string& out) {
    TextOptions options;
    options.zone = plan_.zone;
    for (size_t i = 0; i < plan_.keyColumns.size(); ++i) {
      const Column& column = *batch.column(plan_.keyColumns[i]);
      value_.clear();
      bool asPrinted = column.type().kind() == TypeKind::kBoolean ||
                       column.type().kind() == TypeKind::kTimestamp;
      if (asPrinted && !column.isNull(row)) {
        // Flink writes Java's forms: true, 2024-01-31T12:00.
        appendPrintText(column, row, value_);
      } else if (!column.isNull(row)) {
        appendValueText(column, row, options, value_);
      }
      if (i > 0) out += '/';
      out += escapePathName(plan_.keyNames[i]);
      out += '=';
      out += escapePathName(value_.empty() ? plan_.defaultPartition : value_);
    }
  }

  Status commitPartitions() {
    if (!commits_.enabled()) return {};
    return commits_.commitDue(env_.clock().nowMillis(), finished_,
                              [&](const std::string& path) { return parts_.hasUncommitted(path); });
  }

  SinkPlan plan_;
  std::unique_ptr<Encoder> encoder_;
  Env& env_;
  bool first_;
  FileParts parts_;
  PartitionCommits commits_;
  std::function<void()> wake_;
  OperatorContext* context_ = nullptr;
  ListState* partsState_ = nullptr;
  ListState* partitionsState_ = nullptr;
  bool finished_ = false;
  bool partitionsDue_ = false;  // to be marked, when the parts are committed
  std::string text_;
  std::string value_;
  std::string directory_;
  std::string nextDirectory_;
};

// Options that name Java classes, their parameters and patterns.
constexpr const char* kJavaOptions[] = {
    "sink.partition-commit.policy.class", "sink.partition-commit.policy.class.parameters",
    "partition.time-extractor.class", "partition.time-extractor.timestamp-formatter"};

Error unsupportedOption(std::string what, const char* hint) {
  return Error(ErrorKind::kUnsupported, std::move(what)).withHint(hint);
}

Result<PartitionCommitOptions> readCommitOptions(const OptionReader& options,
                                                 const std::string& root, bool partitioned) {
  PartitionCommitOptions read;
  read.enabled = partitioned && options.has("sink.partition-commit.policy.kind");
  read.byPartitionTime = options.text("sink.partition-commit.trigger") == "partition-time";
  read.delayMillis = options.durationMillis("sink.partition-commit.delay");
  read.timestampPattern = options.text("partition.time-extractor.timestamp-pattern");
  read.watermarkZone =
      TRY(TimeZone::find(options.text("sink.partition-commit.watermark-time-zone")));
  read.successFile = options.text("sink.partition-commit.success-file.name");
  read.root = root;
  return read;
}

}  // namespace

Status validateFileSink(const TableOptions& options) {
  const OptionReader& reader = options.options;
  if (reader.boolean("auto-compaction")) {
    return unsupportedOption("'auto-compaction' = 'true'", "Remove the option.");
  }
  std::string policies = reader.text("sink.partition-commit.policy.kind");
  for (std::string_view rest = policies; !rest.empty();) {
    std::string_view kind = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), kind.size() + 1));
    if (kind == "success-file") continue;
    return unsupportedOption(fmt::format("'sink.partition-commit.policy.kind' = '{}'", kind),
                             "Use 'success-file'; there is no metastore for file tables.");
  }
  if (reader.text("partition.time-extractor.kind") != "default") {
    return unsupportedOption("'partition.time-extractor.kind' other than 'default'",
                             "Set 'partition.time-extractor.timestamp-pattern' instead.");
  }
  for (const char* key : kJavaOptions) {
    if (!reader.has(key)) continue;
    return unsupportedOption(fmt::format("option '{}'", key), "Remove the option.");
  }
  return {};
}

Result<OperatorPtr> makeFileSink(const SinkRequest& request, const SubtaskInfo& subtask, Env& env) {
  TableOptions options = TRY(readTableOptions(request.table));
  SinkPlan plan;
  plan.zone = request.zone;
  plan.parts.root = plainPath(options.options.text("path"));
  plan.parts.rollBytes = options.options.memoryBytes("sink.rolling-policy.file-size");
  plan.parts.rollMillis = options.options.durationMillis("sink.rolling-policy.rollover-interval");
  plan.parts.inactiveMillis =
      options.options.durationMillis("sink.rolling-policy.inactivity-interval");
  plan.parts.checkMillis =
      std::max<int64_t>(1, options.options.durationMillis("sink.rolling-policy.check-interval"));
  plan.commits = TRY(
      readCommitOptions(options.options, plan.parts.root, !request.table.partitionKeys.empty()));
  plan.defaultPartition = options.options.text("partition.default-name");
  plan.keyNames = request.table.partitionKeys;
  plan.keyColumns.resize(plan.keyNames.size());
  Schema dataSchema;
  for (uint32_t i = 0; i < request.table.physical.size(); ++i) {
    const Field& field = request.table.physical[i];
    auto key = std::find(plan.keyNames.begin(), plan.keyNames.end(), field.name);
    if (key != plan.keyNames.end()) {
      plan.keyColumns[static_cast<size_t>(key - plan.keyNames.begin())] = i;
      continue;
    }
    plan.dataColumns.push_back(i);
    dataSchema.push_back(field);
  }
  std::unique_ptr<Encoder> encoder =
      TRY(options.format->makeEncoder(dataSchema, options.formatOptions));
  return OperatorPtr(std::make_unique<FileSink>(std::move(plan), std::move(encoder), subtask, env));
}

bool fileSinkNeedsWatermarks(const TableDefinition& table) {
  auto trigger = table.options.find("sink.partition-commit.trigger");
  return trigger != table.options.end() && trigger->second == "partition-time";
}

}  // namespace millrace
