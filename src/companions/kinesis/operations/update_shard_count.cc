#include "aws/model/generated/kinesis/update_shard_count.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/limits.h"
#include "companions/kinesis/service.h"
#include "companions/kinesis/stream/resharding.h"

namespace millrace::kinesis {

namespace {

constexpr size_t kMaxShards = 10'000;

Outcome<void> checkTarget(size_t current, size_t target) {
  std::string_view limit;
  if (target > 2 * current) limit = "scale up over double";
  if (2 * target < current) limit = "scale down below half";
  if (!limit.empty()) {
    return limitExceededException(
        fmt::format("UpdateShardCount cannot {} your current open shard count. Current open shard "
                    "count: {} Target shard count: {}",
                    limit, current, target));
  }
  if (target <= kMaxShards) return {};
  return limitExceededException(
      fmt::format("UpdateShardCount cannot scale a stream to more than {} shards.", kMaxShards));
}

}  // namespace

Outcome<UpdateShardCountOutput> updateShardCount(Service& service, UpdateShardCountInput& input,
                                                 RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamKey key = stream->view()->definition.key;
  auto target = static_cast<size_t>(input.targetShardCount);
  size_t current = stream->view()->definition.numOpenShards();
  if (target > current) TRY(checkShardLimit(service, key, target - current));
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    if (definition.onDemand) return onDemandMode(definition);
    current = definition.numOpenShards();
    TRY(checkTarget(current, target));
    service.beginUpdate(definition, planUniform(definition, static_cast<uint32_t>(target)),
                        context);
    return {};
  }));
  UpdateShardCountOutput output;
  output.streamName = key.name;
  output.streamARN = key.arn();
  output.currentShardCount = static_cast<int32_t>(current);
  output.targetShardCount = input.targetShardCount;
  return output;
}

}  // namespace millrace::kinesis
