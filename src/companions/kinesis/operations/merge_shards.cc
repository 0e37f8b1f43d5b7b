#include "aws/model/generated/kinesis/merge_shards.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

Outcome<const ShardDefinition*> openShard(const StreamDefinition& stream, uint32_t index) {
  const ShardDefinition* shard = stream.findShard(index);
  if (shard == nullptr) {
    return shardNotFound(ShardDefinition{index, {}, {}, {}, 0, 0, {}}.id(), stream.key);
  }
  if (!shard->isOpen()) return alreadyResharded(*shard, stream.key);
  return shard;
}

bool areNeighbours(const HashRange& a, const HashRange& b) {
  return (a.last < b.first && a.last + 1 == b.first) || (b.last < a.first && b.last + 1 == a.first);
}

ApiError notAdjacent(const ShardDefinition& one, const ShardDefinition& other,
                     const StreamKey& key) {
  return invalidArgumentException(
      fmt::format("Shards {} and {} in stream {} under account {} are not an adjacent pair of "
                  "shards eligible for merging",
                  one.id(), other.id(), key.name, key.account));
}

}  // namespace

Outcome<MergeShardsResponse> mergeShards(Service& service, MergeShardsInput& input,
                                         RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamKey key = stream->view()->definition.key;
  std::optional<uint32_t> first = parseShardId(input.shardToMerge);
  if (!first) return shardNotFound(input.shardToMerge, key);
  std::optional<uint32_t> second = parseShardId(input.adjacentShardToMerge);
  if (!second) return shardNotFound(input.adjacentShardToMerge, key);
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    if (definition.onDemand) return onDemandMode(definition);
    const ShardDefinition& one = *TRY(openShard(definition, *first));
    const ShardDefinition& other = *TRY(openShard(definition, *second));
    if (!areNeighbours(one.range, other.range)) return notAdjacent(one, other, key);
    service.beginUpdate(definition, {ReshardStep{*first, *second, 0}}, context);
    return {};
  }));
  return MergeShardsResponse();
}

}  // namespace millrace::kinesis
