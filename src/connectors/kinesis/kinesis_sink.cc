#include "connectors/kinesis/kinesis_sink.h"

#include <fmt/format.h>

#include "connectors/kinesis/aws_kinesis_client.h"
#include "connectors/kinesis/partition_key.h"
#include "connectors/kinesis/record_writer.h"
#include "runtime/async_operator.h"

namespace millrace {

namespace {

// What Kinesis takes, key included.
constexpr size_t kMaxRecordBytes = 1 << 20;

class KinesisSink : public Operator, public AsyncOperator {
 public:
  KinesisSink(KinesisSinkOptions options, std::unique_ptr<Encoder> encoder,
              std::unique_ptr<PartitionKeys> keys, KinesisClientPtr client, Env& env)
      : options_(options),
        encoder_(std::move(encoder)),
        keys_(std::move(keys)),
        client_(std::move(client)),
        env_(env) {}

  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  bool isReady() const override { return !writer_ || writer_->isReady(); }
  bool isSettled() const override { return !writer_ || writer_->isEmpty(); }

  Status open(OperatorContext& context) override {
    metrics_ = context.metrics;
    std::function<void()> wake = wake_ ? wake_ : [] {};
    writer_ = std::make_unique<RecordWriter>(options_, client_, env_, std::move(wake));
    return {};
  }

  Status processBatch(int, Batch batch, Output&) override {
    TRY(check());
    if (batch.empty()) return {};
    Rows rows = batch.rows();
    std::vector<KinesisPut> records;
    records.reserve(rows.count());
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < rows.count(); ++i) {
      KinesisPut record;
      TRY(encoder_->encodeRow(batch, rows[i], record.data));
      // The format ends each record for a file; a message needs no end.
      if (record.data.ends_with('\n')) record.data.pop_back();
      keys_->keyOf(batch, rows[i], record.partitionKey);
      if (record.byteSize() > kMaxRecordBytes) {
        return Error(ErrorKind::kInvalidArgument,
                     fmt::format("a record of {} bytes is larger than the {} that Kinesis takes",
                                 record.byteSize(), kMaxRecordBytes))
            .withHint("Write fewer or shorter columns.");
      }
      bytes += record.byteSize();
      records.push_back(std::move(record));
    }
    if (metrics_ != nullptr) bump(metrics_->bytesOut, bytes);
    writer_->add(std::move(records));
    return {};
  }

  Status flush(Output&) override {
    writer_->flush();
    return check();
  }

  Status finish(Output&) override {
    writer_->flush();
    return check();
  }

  int64_t nextProcessingTime() const override {
    return writer_ && writer_->hasFailed() ? 0 : INT64_MAX;
  }
  Status onProcessingTime(int64_t, Output&) override { return check(); }

 private:
  Status check() const {
    if (writer_->hasFailed()) return writer_->failure();
    return {};
  }

  KinesisSinkOptions options_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<PartitionKeys> keys_;
  KinesisClientPtr client_;
  Env& env_;
  std::function<void()> wake_;
  OperatorMetrics* metrics_ = nullptr;
  std::unique_ptr<RecordWriter> writer_;
};

}  // namespace

Result<OperatorPtr> makeKinesisSink(const SinkRequest& request, const SubtaskInfo& subtask,
                                    Env& env, KinesisClientPtr client) {
  TableOptions options = TRY(readTableOptions(request.table));
  if (options.format->makeEncoder == nullptr) {
    return Error(ErrorKind::kUnsupported, "writing the format '" + options.format->name + "'")
        .withHint("Use the table as a source only.");
  }
  std::unique_ptr<Encoder> encoder =
      TRY(options.format->makeEncoder(request.table.physical, options.formatOptions));
  return OperatorPtr(std::make_unique<KinesisSink>(
      readSinkOptions(options.options), std::move(encoder),
      makePartitionKeys(request.table, options.options, subtask, env), std::move(client), env));
}

Result<OperatorPtr> makeKinesisSink(const SinkRequest& request, const SubtaskInfo& subtask,
                                    Env& env) {
  TableOptions options = TRY(readTableOptions(request.table));
  KinesisClientPtr client = TRY(makeAwsKinesisClient(readSinkStreamOptions(options.options), env));
  return makeKinesisSink(request, subtask, env, std::move(client));
}

}  // namespace millrace
