#include "aws/model/generated/kinesis/split_shard.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/limits.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

Outcome<ReshardStep> planSplit(const StreamDefinition& stream, uint32_t index,
                               const std::string& newStartingHashKey) {
  if (stream.onDemand) return onDemandMode(stream);
  const ShardDefinition* shard = stream.findShard(index);
  if (shard == nullptr) {
    return shardNotFound(ShardDefinition{index, {}, {}, {}, 0, 0, {}}.id(), stream.key);
  }
  if (!shard->isOpen()) return alreadyResharded(*shard, stream.key);
  std::optional<HashKeyValue> splitAt = parseHashKey(newStartingHashKey);
  const HashRange& range = shard->range;
  if (!splitAt || *splitAt <= range.first || *splitAt - range.first <= 1 ||
      *splitAt >= range.last) {
    return invalidArgumentException(fmt::format(
        "NewStartingHashKey {} used in SplitShard() on shard {} in stream {} under account {} is "
        "not both greater than one plus the shard's StartingHashKey {} and less than the shard's "
        "EndingHashKey {}.",
        newStartingHashKey, shard->id(), stream.key.name, stream.key.account,
        formatHashKey(range.first), formatHashKey(range.last)));
  }
  return ReshardStep{index, std::nullopt, *splitAt};
}

}  // namespace

Outcome<SplitShardResponse> splitShard(Service& service, SplitShardInput& input,
                                       RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamKey key = stream->view()->definition.key;
  std::optional<uint32_t> index = parseShardId(input.shardToSplit);
  if (!index) return shardNotFound(input.shardToSplit, key);
  TRY(checkShardLimit(service, key, 1));
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    ReshardStep step = TRY(planSplit(definition, *index, input.newStartingHashKey));
    service.beginUpdate(definition, {step}, context);
    return {};
  }));
  return SplitShardResponse();
}

}  // namespace millrace::kinesis
