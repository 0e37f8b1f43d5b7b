// Stream: a stream that is there. Its definition and shards are one immutable view, replaced as a
// whole by every change; records are put and got through it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/kinesis/options.h"
#include "companions/kinesis/stream/live_shard.h"
#include "companions/kinesis/stream/stream_definition.h"
#include "env/env.h"

namespace millrace::kinesis {

struct StreamView {
  StreamDefinition definition;
  std::vector<LiveShardPtr> shards;  // beside definition.shards
  std::vector<size_t> route;         // open ones, by their ranges: indexes of both

  // Null when there is no such shard (any more).
  LiveShardPtr findShard(uint32_t index) const;
  // Requires: there is an open shard.
  size_t routeOf(HashKeyValue key) const;
};
using StreamViewPtr = std::shared_ptr<const StreamView>;

struct PutEntry {
  std::string_view partitionKey;
  std::string_view data;
  HashKeyValue hash = 0;
};

struct PutResult {
  enum class State : uint8_t { kStored, kThrottled, kFailed };
  State state = State::kFailed;
  const LiveShard* shard = nullptr;  // lives as long as the view
  uint64_t position = 0;
  int64_t arrivalMillis = 0;
};

struct PutOutcome {
  StreamViewPtr view;
  std::vector<PutResult> results;  // of the entries in order
};

// Thread-safe. Puts run beside each other; a change waits for running puts and holds new ones back.
class Stream {
 public:
  // `env` and `budget` outlive the stream. Records are kept below `directory`.
  Stream(Env& env, CacheBudget& budget, const KinesisOptions& options, std::string directory,
         StreamDefinition definition);

  StreamViewPtr view() const;
  const std::string& directory() const { return directory_; }

  // Requires: open shards. An error when none of the records could be stored for a reason of our
  // own (a full disk). Stored records survive as the sync policy says.
  Result<PutOutcome> put(std::span<const PutEntry> entries);

  // Calls `edit` with a copy of the definition and then `save` with the result; when both succeed,
  // it is what the stream is from now on.
  Outcome<void> change(const std::function<Outcome<void>(StreamDefinition&)>& edit,
                       const std::function<Outcome<void>(const StreamDefinition&)>& save);

  // All logs that were opened, to the disk.
  Status sync();

 private:
  StreamViewPtr makeView(StreamDefinition definition, const StreamView* before) const;
  Status putShard(const StreamView& view, size_t shard, std::span<const size_t> which,
                  std::span<const PutEntry> entries, std::vector<PutResult>& results);

  Env& env_;
  CacheBudget& budget_;
  const KinesisOptions options_;
  const std::string directory_;

  std::shared_mutex gate_;  // shared: puts; exclusive: changes
  mutable std::mutex viewMutex_;
  StreamViewPtr view_;
};

using StreamPtr = std::shared_ptr<Stream>;

}  // namespace millrace::kinesis
