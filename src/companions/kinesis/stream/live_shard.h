// LiveShard: what a running server keeps of a shard: its log and what its clients may still use.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "companions/kinesis/log/shard_log.h"
#include "companions/kinesis/options.h"
#include "companions/kinesis/stream/stream_definition.h"
#include "companions/kinesis/throttle.h"

namespace millrace::kinesis {

// Thread-safe.
class LiveShard {
 public:
  LiveShard(FileSystem& files, CacheBudget& budget, const KinesisOptions& options,
            const ShardDefinition& definition, std::string directory);

  // Of the definition, without what changes when the shard is closed.
  const uint32_t index;
  const std::string id;

  SequenceNumber numberOf(const StoredRecord& record) const {
    return definition_.numberOf(record.position, record.arrivalMillis);
  }
  SequenceNumber numberOf(uint64_t position, int64_t arrivalMillis) const {
    return definition_.numberOf(position, arrivalMillis);
  }

  const std::string& directory() const { return directory_; }
  // Opened when it is first asked for.
  Result<ShardLog*> log();
  // The same without opening it: null then.
  ShardLog* openedLog() const { return log_.load(std::memory_order_acquire); }

  // Whether a record of that many bytes (with its key) may be written now; counts it.
  bool allowsWrite(size_t bytes, int64_t nowNanos);
  // Whether a call of GetRecords may run now; counts it.
  bool allowsRead(int64_t nowNanos);
  void countRead(size_t bytes);

 private:
  FileSystem& files_;
  CacheBudget& budget_;
  const ShardDefinition definition_;
  const std::string directory_;

  std::mutex openMutex_;
  std::unique_ptr<ShardLog> owned_;
  std::atomic<ShardLog*> log_{nullptr};

  std::mutex throttleMutex_;
  Throttle writtenRecords_;
  Throttle writtenBytes_;
  Throttle readCalls_;
  Throttle readBytes_;
};

using LiveShardPtr = std::shared_ptr<LiveShard>;

}  // namespace millrace::kinesis
