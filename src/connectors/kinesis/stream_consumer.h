// StreamConsumer: reads the shards of one stream on threads of its own and hands what it got to the
// subtasks of a source. Discovers shards, begins them in the order of ShardRegistry, polls each no
// more often than Kinesis allows, waits when it is throttled, and renews expired iterators.
//
// A shard is polled again only when its last answer has been taken, and nothing is polled while
// more than kMaxWaitingBytes have not been taken: that bounds the memory.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kinesis/kinesis_client.h"
#include "connectors/kinesis/kinesis_options.h"
#include "connectors/kinesis/shard_registry.h"
#include "env/env.h"

namespace millrace {

// A message of a stream: a record, or a user record of an aggregated one.
struct StreamMessage {
  std::string_view data;
  uint32_t record = 0;       // index into ShardFetch::records
  int64_t subSequence = -1;  // of a user record
  bool endsRecord = true;    // the last one of its record
};

// What one poll of a shard brought.
struct ShardFetch {
  std::string shardId;
  std::vector<KinesisRecord> records;
  std::vector<StreamMessage> messages;  // views into the records
  bool ended = false;                   // the shard has no more records
  size_t byteSize = 0;
};

// Thread-safe.
class StreamConsumer {
 public:
  static constexpr size_t kMaxWaitingBytes = size_t{64} << 20;

  // threads = 0: nothing happens unless runOne() is called (tests).
  StreamConsumer(KinesisSourceOptions options, KinesisClientPtr client, Env& env,
                 uint32_t parallelism, size_t threads);
  ~StreamConsumer();

  // Called by every subtask when it opens, with the elements of all; the first call counts.
  Status restore(const std::vector<std::string>& elements);
  // Begins when every subtask is attached. `wake` is called when take() has something. `behind`
  // (may be null) is set with every answer of Kinesis to how far the slowest shard of the subtask
  // is behind, in milliseconds; -1 = unknown.
  void attach(uint32_t reader, std::function<void()> wake, std::atomic<int64_t>* behind = nullptr);
  void detach(uint32_t reader);

  // The next answer for this subtask, or nullptr; or why the stream cannot be read.
  Result<std::unique_ptr<ShardFetch>> take(uint32_t reader);
  // The subtask has emitted the last row of the shard.
  void finishShard(const std::string& shardId);
  // False until the shards have been listed.
  bool knowsShards();
  // The shards that the subtask reads now.
  std::vector<std::string> shardsOf(uint32_t reader);

  std::vector<std::string> snapshot(uint32_t reader, uint64_t checkpointId,
                                    const std::map<std::string, ShardPosition>& positions);
  void noteComplete(uint64_t checkpointId);

  // Does one thing that is due; false when nothing is.
  bool runOne();

 private:
  struct Poll {
    std::string shardId;
    uint32_t owner = 0;
    ShardPosition next;
    std::string iterator;
    HashKey startingHashKey = 0;
    HashKey endingHashKey = 0;
    int64_t startedAt = 0;   // the last call
    int throttles = 0;       // in a row
    int failures = 0;        // in a row
    double recordBytes = 0;  // the average of the last answer
    int64_t millisBehindLatest = -1;
  };
  struct Reader {
    bool attached = false;
    std::function<void()> wake;
    std::atomic<int64_t>* behind = nullptr;
    std::deque<std::unique_ptr<ShardFetch>> inbox;
  };

  int64_t now() const { return env_.clock().monotonicNanos() / 1'000'000; }
  void runThread();
  // Milliseconds until something is due.
  int64_t waitMillis() const;
  bool mayPoll() const { return waitingBytes_ < kMaxWaitingBytes; }
  void schedule(Poll& poll, int64_t at);

  void discover();
  void discoverFirst();
  std::optional<std::vector<KinesisShard>> list(const ShardListing& listing);
  void beginShards();
  void poll(Poll& poll);
  bool findIterator(Poll& poll);
  // `retries`: those of the call that has failed.
  void handle(Poll& poll, const KinesisError& error, const CallRetries& retries);
  void deliver(Poll& poll, KinesisRecords records);
  void noteBehind(uint32_t reader);
  void expand(const Poll& poll, ShardFetch& fetch) const;
  int recordLimit(const Poll& poll) const;
  void fail(Error error);

  KinesisSourceOptions options_;
  KinesisClientPtr client_;
  Env& env_;
  int64_t createdAtMillis_;  // wall clock: where LATEST is

  std::mutex mutex_;
  std::condition_variable changed_;
  ShardRegistry registry_;
  std::vector<Reader> readers_;
  size_t numAttached_ = 0;
  bool restored_ = false;
  bool stopping_ = false;
  std::optional<Error> failure_;
  std::map<std::string, std::unique_ptr<Poll>> polls_;
  std::multimap<int64_t, Poll*> due_;
  size_t waitingBytes_ = 0;
  int64_t discoveryDue_ = INT64_MAX;
  bool discovering_ = false;
  int discoveryFailures_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace millrace
