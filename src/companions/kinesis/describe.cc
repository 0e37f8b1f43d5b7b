#include "companions/kinesis/describe.h"

#include "aws/model/generated/kinesis/shapes/encryption_type.h"
#include "aws/model/generated/kinesis/shapes/stream_mode.h"

namespace millrace::kinesis {

namespace {

std::string idOf(uint32_t index) {
  ShardDefinition shard;
  shard.index = index;
  return shard.id();
}

HashKeyRange describeRange(const HashRange& range) {
  HashKeyRange described;
  described.startingHashKey = formatHashKey(range.first);
  described.endingHashKey = formatHashKey(range.last);
  return described;
}

}  // namespace

Shard describeShard(const ShardDefinition& shard) {
  Shard described;
  described.shardId = shard.id();
  if (shard.parent) described.parentShardId = idOf(*shard.parent);
  if (shard.adjacentParent) described.adjacentParentShardId = idOf(*shard.adjacentParent);
  described.hashKeyRange = describeRange(shard.range);
  described.sequenceNumberRange.startingSequenceNumber = shard.startingNumber().text();
  if (!shard.isOpen()) {
    described.sequenceNumberRange.endingSequenceNumber = shard.endingNumber().text();
  }
  return described;
}

std::vector<ChildShard> describeChildren(const StreamDefinition& stream, uint32_t parent) {
  std::vector<ChildShard> children;
  for (const ShardDefinition& shard : stream.shards) {
    if (shard.parent != parent && shard.adjacentParent != parent) continue;
    ChildShard child;
    child.shardId = shard.id();
    child.parentShards.push_back(idOf(*shard.parent));
    if (shard.adjacentParent) child.parentShards.push_back(idOf(*shard.adjacentParent));
    child.hashKeyRange = describeRange(shard.range);
    children.push_back(std::move(child));
  }
  return children;
}

StreamModeDetails describeMode(const StreamDefinition& stream) {
  StreamModeDetails details;
  details.streamMode = stream.onDemand ? StreamMode::kOnDemand : StreamMode::kProvisioned;
  return details;
}

std::string describeEncryption(const StreamDefinition& stream) {
  return std::string(stream.kmsKeyId.empty() ? EncryptionType::kNone : EncryptionType::kKms);
}

std::vector<EnhancedMetrics> describeMonitoring(const StreamDefinition& stream) {
  EnhancedMetrics metrics;
  metrics.shardLevelMetrics.emplace(stream.shardMetrics.begin(), stream.shardMetrics.end());
  return {std::move(metrics)};
}

}  // namespace millrace::kinesis
