// ShardRegistry: which shards of a stream a job knows, who reads them, and when a shard may begin.
//
// A shard begins when its parents have been read to their ends, so that the rows of a key keep
// their order. It stays with the subtask that read its parents as long as that one has not more
// than its share; else it goes to another subtask, once a checkpoint has been completed that came
// behind the last row of the parents (all of them have then been processed), or kOrderWaitMillis
// later, or at once when the job takes no checkpoints. And never before the subtask has taken the
// checkpoints that the parents' subtasks had taken before they ended, so that a checkpoint never
// holds rows of a child without those of its parents.
//
// Not thread-safe. Times are monotonic milliseconds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/kinesis/kinesis_client.h"

namespace millrace {

class ShardRegistry {
 public:
  static constexpr int64_t kOrderWaitMillis = 30'000;

  enum class Status : uint8_t { kWaiting, kAssigned, kFinished };

  struct Shard {
    KinesisShard info;
    Status status = Status::kWaiting;
    ShardPosition start;       // where its reading begins in this attempt of the job
    uint32_t owner = 0;        // the subtask that reads it, or has read it
    uint64_t endedBehind = 0;  // kFinished: the last checkpoint of the owner before that
    int64_t endedAt = 0;       // kFinished
    bool inherited = false;    // kFinished: before this attempt
  };

  explicit ShardRegistry(uint32_t parallelism) : snapshots_(parallelism, 0) {}

  // From the elements of all subtasks of an earlier attempt, in any order.
  millrace::Status restore(const std::vector<std::string>& elements);
  // What subtask `reader` writes into a checkpoint. `positions`: how far it has read its shards.
  std::vector<std::string> state(uint32_t reader,
                                 const std::map<std::string, ShardPosition>& positions) const;

  bool knows(const std::string& shardId) const { return shards_.contains(shardId); }
  bool empty() const { return shards_.empty(); }
  void add(KinesisShard shard, ShardPosition start);
  // Older than what is to be read.
  void addFinished(KinesisShard shard);
  // Forgets finished shards that the stream has no longer.
  void keepOnly(const std::vector<KinesisShard>& listed);

  void finish(const std::string& shardId, int64_t now);
  void noteSnapshot(uint32_t reader, uint64_t checkpointId);
  void noteComplete(uint64_t checkpointId);

  // Shards that may begin now; they are assigned from here on.
  std::vector<const Shard*> assign(int64_t now);
  const Shard* find(const std::string& shardId) const;

 private:
  using Parents = std::vector<const Shard*>;
  // False when one has not been read to its end.
  bool finishedParents(const KinesisShard& shard, Parents& out) const;
  uint32_t chooseOwner(const Shard& shard, const Parents& parents,
                       const std::vector<uint32_t>& loads, uint32_t total) const;
  bool mayBegin(uint32_t owner, const Parents& parents, int64_t now) const;

  std::map<std::string, Shard> shards_;
  std::vector<uint64_t> snapshots_;  // by subtask: the last checkpoint it has taken
  uint64_t complete_ = 0;
};

}  // namespace millrace
