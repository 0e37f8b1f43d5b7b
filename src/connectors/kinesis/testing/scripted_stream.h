// For tests: a stream in memory with the operations of a KinesisClient. Splits, merges, trims,
// throttles and expires on request. Sequence numbers count up over all shards.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/kinesis/kinesis_client.h"
#include "env/env.h"

namespace millrace::kinesis_test {

class ScriptedStream : public KinesisClient {
 public:
  ScriptedStream(Env& env, uint32_t shards) : env_(env) {
    HashKey width = ~HashKey{0} / shards;
    for (uint32_t i = 0; i < shards; ++i) {
      HashKey end = i + 1 == shards ? ~HashKey{0} : width * (i + 1) - 1;
      addShard(width * i, end, "", "");
    }
  }

  std::string addShard(HashKey begin, HashKey end, std::string parent, std::string adjacent) {
    Shard shard;
    shard.info = {fmt::format("shardId-{:012d}", shards_.size()), std::move(parent),
                  std::move(adjacent), begin, end};
    shards_.push_back(shard);
    return shard.info.id;
  }
  void split(size_t shard) {
    KinesisShard info = shards_[shard].info;
    close(shard);
    HashKey middle = info.startingHashKey + (info.endingHashKey - info.startingHashKey) / 2;
    addShard(info.startingHashKey, middle, info.id, "");
    addShard(middle + 1, info.endingHashKey, info.id, "");
  }
  void merge(size_t left, size_t right) {
    close(left);
    close(right);
    addShard(shards_[left].info.startingHashKey, shards_[right].info.endingHashKey,
             shards_[left].info.id, shards_[right].info.id);
  }
  void close(size_t shard) {
    shards_[shard].closed = true;
    shards_[shard].closedAt = env_.clock().nowMillis();
  }

  // Into the open shard of the key.
  void put(const std::string& key, std::string data) {
    HashKey hash = hashKeyOf(key);
    for (size_t i = 0; i < shards_.size(); ++i) {
      const KinesisShard& info = shards_[i].info;
      if (!shards_[i].closed && hash >= info.startingHashKey && hash <= info.endingHashKey) {
        putInto(i, std::move(data), key);
        return;
      }
    }
  }
  void putInto(size_t shard, std::string data, std::string key = "k") {
    shards_[shard].records.push_back({fmt::format("{:020d}", ++sequence_), std::move(key),
                                      std::move(data), env_.clock().nowMillis()});
  }
  // Forgets the oldest records of a shard.
  void trim(size_t shard, size_t records) {
    shards_[shard].records.erase(shards_[shard].records.begin(),
                                 shards_[shard].records.begin() + static_cast<long>(records));
  }
  void removeShard(size_t shard) { shards_[shard].gone = true; }

  int throttles = 0;           // the next calls of getRecords are throttled
  int transients = 0;          // or fail otherwise
  int iteratorTransients = 0;  // the same of getShardIterator
  bool expires = false;        // every iterator is expired once
  int refusals = 0;            // the next records of putRecords are refused
  size_t recordsPerCall = 1000;
  int numIterators = 0;
  std::vector<KinesisPut> written;

  KinesisReply<std::vector<KinesisShard>> listShards(const ShardListing& listing) override {
    std::vector<KinesisShard> listed;
    for (const Shard& shard : shards_) {
      if (shard.gone) continue;
      bool isOld = shard.closed && listing.from == ShardListing::From::kTimestamp &&
                   shard.closedAt < listing.timestampMillis;
      bool isClosed = shard.closed && listing.from == ShardListing::From::kLatest;
      if (!isOld && !isClosed) listed.push_back(shard.info);
    }
    return listed;
  }

  KinesisReply<std::string> getShardIterator(const std::string& shardId,
                                             const ShardPosition& position) override {
    ++numIterators;
    if (iteratorTransients > 0 && iteratorTransients-- > 0) {
      return error(KinesisProblem::kTransient, "try again");
    }
    size_t index = indexOf(shardId);
    if (shards_[index].gone) return error(KinesisProblem::kNotFound, "no such shard");
    std::string from;
    for (const KinesisRecord& record : shards_[index].records) {
      bool reached = false;
      switch (position.kind) {
        case ShardPosition::Kind::kTrimHorizon:
          reached = true;
          break;
        case ShardPosition::Kind::kTimestamp:
          reached = record.arrivalMillis >= position.timestampMillis;
          break;
        case ShardPosition::Kind::kAfter:
          reached = record.sequenceNumber > position.sequenceNumber;
          break;
        case ShardPosition::Kind::kInside:
          reached = record.sequenceNumber >= position.sequenceNumber;
          break;
      }
      if (reached) return fmt::format("{}/{}/{}", index, record.sequenceNumber, numIterators);
    }
    return fmt::format("{}/{:020d}/{}", index, sequence_ + 1, numIterators);
  }

  KinesisReply<KinesisRecords> getRecords(const std::string& iterator, int limit) override {
    if (throttles > 0 && throttles-- > 0) return error(KinesisProblem::kThrottled, "slow down");
    if (transients > 0 && transients-- > 0) return error(KinesisProblem::kTransient, "try again");
    size_t slash = iterator.find('/');
    size_t second = iterator.find('/', slash + 1);
    std::string generation = iterator.substr(second + 1);
    if (expires && !expired_[generation]) {
      expired_[generation] = true;
      expires = false;
      return error(KinesisProblem::kExpiredIterator, "too old");
    }
    const Shard& shard = shards_[std::stoul(iterator.substr(0, slash))];
    std::string from = iterator.substr(slash + 1, second - slash - 1);
    KinesisRecords got;
    size_t most = std::min(recordsPerCall, static_cast<size_t>(limit));
    bool more = false;
    for (const KinesisRecord& record : shard.records) {
      if (record.sequenceNumber < from) continue;
      if (got.records.size() == most) {
        from = record.sequenceNumber;
        more = true;
        break;
      }
      got.records.push_back(record);
    }
    if (!more && shard.closed) return got;
    if (!more) from = fmt::format("{:020d}", sequence_ + 1);
    got.nextIterator = iterator.substr(0, slash + 1) + from + "/" + generation;
    got.millisBehindLatest = more ? 1000 : 0;
    return got;
  }

  KinesisReply<std::vector<KinesisPutResult>> putRecords(
      const std::vector<KinesisPut>& records) override {
    std::lock_guard lock(mutex_);
    std::vector<KinesisPutResult> results;
    batches.push_back(records.size());
    for (const KinesisPut& record : records) {
      if (refusals > 0) {
        --refusals;
        results.push_back({"ProvisionedThroughputExceededException", "slow down"});
        continue;
      }
      written.push_back(record);
      results.push_back({});
    }
    return results;
  }
  void cancel() override {}
  std::vector<size_t> batches;

 private:
  struct Shard {
    KinesisShard info;
    std::vector<KinesisRecord> records;
    bool closed = false;
    int64_t closedAt = 0;
    bool gone = false;
  };

  static KinesisError error(KinesisProblem problem, const char* text) {
    return {problem, Error(ErrorKind::kIo, text)};
  }
  size_t indexOf(const std::string& id) const {
    auto found = std::find_if(shards_.begin(), shards_.end(),
                              [&](const Shard& shard) { return shard.info.id == id; });
    return static_cast<size_t>(found - shards_.begin());
  }

  Env& env_;
  std::vector<Shard> shards_;
  uint64_t sequence_ = 0;
  std::map<std::string, bool> expired_;
  std::mutex mutex_;
};

}  // namespace millrace::kinesis_test
