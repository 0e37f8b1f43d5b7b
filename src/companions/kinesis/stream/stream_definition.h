// StreamDefinition: everything about a stream but its records, as it is kept in the database.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "companions/kinesis/hash_key.h"
#include "companions/kinesis/sequence_number.h"
#include "companions/kinesis/stream/stream_key.h"

namespace millrace::kinesis {

struct ShardDefinition {
  uint32_t index = 0;
  HashRange range;
  std::optional<uint32_t> parent;
  std::optional<uint32_t> adjacentParent;  // of a merge
  int64_t createdMillis = 0;
  // In its sequence numbers: later than that of its parents.
  int64_t sequenceSeconds = 0;
  std::optional<int64_t> closedMillis;

  bool isOpen() const { return !closedMillis.has_value(); }
  // shardId-000000000007
  std::string id() const;
  SequenceNumber startingNumber() const;
  SequenceNumber endingNumber() const;  // requires: closed
  SequenceNumber numberOf(uint64_t position, int64_t arrivalMillis) const;
};

// The index in a shard id; Kinesis takes the bare number too.
std::optional<uint32_t> parseShardId(std::string_view text);

// One step of a change of shards, by shard indexes.
struct ReshardStep {
  uint32_t shard = 0;
  // A merge with this one, or else a split where the upper child begins.
  std::optional<uint32_t> adjacent;
  HashKeyValue splitAt = 0;
};

enum class Lifecycle : uint8_t { kCreating, kActive, kUpdating, kDeleting };
// As in StreamStatus: "ACTIVE".
std::string_view lifecycleName(Lifecycle lifecycle);

struct StreamDefinition {
  StreamKey key;
  uint64_t id = 0;  // of this stream and no other, even of the same name
  int64_t createdMillis = 0;

  Lifecycle lifecycle = Lifecycle::kCreating;
  // Until when it is not ACTIVE, and what happens then.
  int64_t transitionMillis = 0;
  std::vector<ReshardStep> plannedSteps;

  bool onDemand = false;
  int64_t retentionHours = 24;
  // Records from before were lost to a shorter retention and do not come back with a longer one.
  int64_t oldestMillis = 0;
  int64_t maxRecordKib = 1024;
  std::string kmsKeyId;  // empty = not encrypted
  std::set<std::string> shardMetrics;
  std::map<std::string, std::string> tags;

  // By index; expired ones are missing.
  std::vector<ShardDefinition> shards;
  uint32_t nextShardIndex = 0;

  size_t numOpenShards() const;
  const ShardDefinition* findShard(uint32_t index) const;
  ShardDefinition* findShard(uint32_t index);
  // Records that arrived before have expired.
  int64_t trimHorizon(int64_t nowMillis) const;

  std::string toJson() const;
  static Result<StreamDefinition> fromJson(std::string_view json);
};

}  // namespace millrace::kinesis
