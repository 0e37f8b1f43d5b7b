#include "connectors/kinesis/kinesis_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/kinesis/aws_kinesis_client.h"
#include "connectors/kinesis/message_batch.h"
#include "connectors/kinesis/stream_consumer.h"
#include "runtime/split_reader.h"

namespace millrace {

namespace {

// Calls at the same time; each waits for the network most of the time.
constexpr size_t kThreads = 8;

enum class Metadata : uint8_t { kTimestamp, kShardId, kSequenceNumber };

struct KinesisScan {
  ScanRequest request;
  TableOptions options;
  KinesisSourceOptions source;
  std::vector<Metadata> metadata;
};

uint64_t splitOf(const std::string& shardId) { return std::hash<std::string>()(shardId); }

class KinesisSourceReader : public SourceReader, public SplitReader {
 public:
  KinesisSourceReader(const KinesisScan& scan, StreamConsumer& consumer, bool inlined,
                      uint32_t subtask)
      : scan_(scan), consumer_(consumer), inlined_(inlined), subtask_(subtask) {}
  ~KinesisSourceReader() override { consumer_.detach(subtask_); }

  Status open(SourceContext& context) override {
    metrics_ = context.op->metrics;
    decoder_ = TRY(MessageBatchDecoder::make(scan_.request, scan_.options, metrics_));
    state_ = TRY(context.op->state->openList("shards", Redistribution::kUnion));
    TRY(consumer_.restore(state_->elements()));
    consumer_.attach(subtask_, context.wake,
                     metrics_ == nullptr ? nullptr : &metrics_->millisBehindLatest);
    return {};
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    while (true) {
      if (!fetch_) {
        if (inlined_) {
          while (consumer_.runOne()) {
          }
        }
        fetch_ = TRY(consumer_.take(subtask_));
        next_ = 0;
        if (!fetch_) return SourceStatus::kWaiting;
      }
      if (next_ < fetch_->messages.size()) {
        TRY(decodeSome(maxRows, out));
        if (out.numRows() > 0) return SourceStatus::kData;
        continue;
      }
      endFetch();
    }
  }

  Status snapshotState(uint64_t checkpointId) override {
    if (fetch_ && next_ == fetch_->messages.size()) endFetch();
    state_->elements() = consumer_.snapshot(subtask_, checkpointId, positions_);
    return {};
  }

  Status checkpointComplete(uint64_t checkpointId) override {
    consumer_.noteComplete(checkpointId);
    return {};
  }

  uint64_t currentSplit() const override { return split_; }
  std::vector<uint64_t> splits() const override {
    std::vector<uint64_t> splits;
    for (const std::string& shard : consumer_.shardsOf(subtask_)) splits.push_back(splitOf(shard));
    return splits;
  }
  bool knowsSplits() const override { return consumer_.knowsShards(); }
  int64_t idleTimeoutMillis() const override { return scan_.source.idleMillis; }

 private:
  Status decodeSome(size_t maxRows, Batch& out) {
    size_t count = std::min(maxRows, fetch_->messages.size() - next_);
    views_.clear();
    uint64_t bytes = 0;
    for (size_t i = next_; i < next_ + count; ++i) {
      views_.push_back(fetch_->messages[i].data);
      bytes += fetch_->messages[i].data.size();
    }
    size_t failed = 0;
    Status decoded = decoder_->decode(views_, !scan_.metadata.empty(), out, messageOf_, failed);
    if (!decoded.ok()) {
      const StreamMessage& message = fetch_->messages[next_ + failed];
      return std::move(decoded).error().withContext(fmt::format(
          "stream '{}', {}, sequence number {}", readStreamOptions(scan_.options.options).text(),
          fetch_->shardId, fetch_->records[message.record].sequenceNumber));
    }
    for (Metadata column : scan_.metadata) out.addColumn(metadataColumn(column, out.numRows()));
    split_ = splitOf(fetch_->shardId);
    next_ += count;
    if (metrics_ != nullptr) bump(metrics_->bytesIn, bytes);
    const StreamMessage& last = fetch_->messages[next_ - 1];
    const std::string& sequence = fetch_->records[last.record].sequenceNumber;
    positions_[fetch_->shardId] = last.endsRecord
                                      ? ShardPosition::after(sequence)
                                      : ShardPosition::inside(sequence, last.subSequence);
    return {};
  }

  ColumnPtr metadataColumn(Metadata column, size_t rows) const {
    if (column == Metadata::kShardId) {
      Type type = kinesisMetadataColumns()[1].type;
      MutableColumnPtr shard = Column::makeConstant(type, rows);
      shard->setString(0, fetch_->shardId);
      return shard;
    }
    bool isTime = column == Metadata::kTimestamp;
    MutableColumnPtr made = Column::make(kinesisMetadataColumns()[isTime ? 0 : 2].type, rows);
    for (size_t row = 0; row < rows; ++row) {
      const KinesisRecord& record =
          fetch_->records[fetch_->messages[next_ + messageOf_[row]].record];
      if (isTime) {
        made->mutableValues<int64_t>()[row] = record.arrivalMillis * 1000;
      } else {
        made->setString(row, record.sequenceNumber);
      }
    }
    return made;
  }

  // All its rows have been emitted.
  void endFetch() {
    if (!fetch_->records.empty()) {
      positions_[fetch_->shardId] = ShardPosition::after(fetch_->records.back().sequenceNumber);
    }
    if (fetch_->ended) {
      positions_.erase(fetch_->shardId);
      consumer_.finishShard(fetch_->shardId);
    }
    fetch_.reset();
  }

  const KinesisScan& scan_;
  StreamConsumer& consumer_;
  bool inlined_;
  uint32_t subtask_;
  OperatorMetrics* metrics_ = nullptr;
  std::unique_ptr<MessageBatchDecoder> decoder_;
  ListState* state_ = nullptr;
  std::unique_ptr<ShardFetch> fetch_;
  size_t next_ = 0;  // the message to decode
  std::map<std::string, ShardPosition> positions_;
  uint64_t split_ = 0;
  std::vector<std::string_view> views_;
  std::vector<uint32_t> messageOf_;
};

class KinesisSource : public Source {
 public:
  KinesisSource(KinesisScan scan, KinesisClientPtr client, Env& env, size_t threads)
      : scan_(std::move(scan)), client_(std::move(client)), env_(env), threads_(threads) {}

  bool isBounded() const override { return false; }

  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    {
      std::lock_guard lock(mutex_);
      if (!consumer_) {
        consumer_ = std::make_unique<StreamConsumer>(scan_.source, client_, env_,
                                                     subtask.parallelism, threads_);
      }
    }
    return std::unique_ptr<SourceReader>(
        std::make_unique<KinesisSourceReader>(scan_, *consumer_, threads_ == 0, subtask.index));
  }

 private:
  KinesisScan scan_;
  KinesisClientPtr client_;
  Env& env_;
  size_t threads_;
  std::mutex mutex_;
  std::unique_ptr<StreamConsumer> consumer_;
};

}  // namespace

std::vector<MetadataColumn> kinesisMetadataColumns() {
  return {
      {"timestamp", Type::timestampLtz(3).withNullable(false), "When the record arrived."},
      {"shard-id", Type::varchar(128).withNullable(false), "The shard of the record."},
      {"sequence-number", Type::varchar(128).withNullable(false), "The record's number."},
  };
}

Result<std::unique_ptr<Source>> makeKinesisSource(const ScanRequest& request, Env& env,
                                                  KinesisClientPtr client, size_t threads) {
  KinesisScan scan;
  scan.request = request;
  scan.options = TRY(readTableOptions(request.table));
  scan.source = TRY(readSourceOptions(scan.options.options));
  std::vector<MetadataColumn> known = kinesisMetadataColumns();
  for (const std::string& key : request.metadataKeys) {
    auto found = std::find_if(known.begin(), known.end(),
                              [&](const MetadataColumn& column) { return column.key == key; });
    if (found == known.end()) {
      return Error(ErrorKind::kUnknownColumn,
                   fmt::format("connector 'kinesis' has no metadata '{}'", key))
          .withHint("Available are: timestamp, shard-id, sequence-number.");
    }
    scan.metadata.push_back(static_cast<Metadata>(found - known.begin()));
  }
  return std::unique_ptr<Source>(
      std::make_unique<KinesisSource>(std::move(scan), std::move(client), env, threads));
}

Result<std::unique_ptr<Source>> makeKinesisSource(const ScanRequest& request, Env& env) {
  TableOptions options = TRY(readTableOptions(request.table));
  KinesisClientPtr client = TRY(makeAwsKinesisClient(readStreamOptions(options.options), env));
  return makeKinesisSource(request, env, std::move(client), kThreads);
}

}  // namespace millrace
