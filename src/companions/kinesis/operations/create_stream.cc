#include "aws/model/generated/kinesis/create_stream.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/record_distribution_strategy.h"
#include "aws/model/generated/kinesis/shapes/stream_mode.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/limits.h"
#include "companions/kinesis/service.h"
#include "companions/kinesis/stream/resharding.h"
#include "companions/kinesis/tags.h"

namespace millrace::kinesis {

namespace {

// What Kinesis gives a new stream in on-demand mode.
constexpr uint32_t kOnDemandShards = 4;

ApiError alreadyExists(const StreamKey& key) {
  return resourceInUseException(
      fmt::format("Stream {} under account {} already exists.", key.name, key.account));
}

// Fills in what the input says and returns the number of shards.
Outcome<uint32_t> applyInput(const CreateStreamInput& input, StreamDefinition& stream) {
  stream.onDemand =
      input.streamModeDetails && input.streamModeDetails->streamMode == StreamMode::kOnDemand;
  if (input.maxRecordSizeInKiB) stream.maxRecordKib = *input.maxRecordSizeInKiB;
  if (input.recordDistributionStrategy == RecordDistributionStrategy::kAuto) {
    return invalidArgumentException(
        "RecordDistributionStrategy AUTO is not supported. Use USER_PARTITION_KEY.");
  }
  if (input.warmThroughputMiBps) {
    return validationException(
        "WarmThroughputMiBps needs an account with MinimumThroughputBillingCommitment enabled.");
  }
  if (!stream.onDemand) {
    if (!input.shardCount) {
      return constraintBroken("null", "shardCount", "Member must not be null");
    }
    return static_cast<uint32_t>(*input.shardCount);
  }
  if (input.shardCount) {
    return validationException(
        "Request is invalid. ShardCount can not be specified for a stream in On-Demand mode.");
  }
  return kOnDemandShards;
}

}  // namespace

Outcome<CreateStreamResponse> createStream(Service& service, CreateStreamInput& input,
                                           RequestContext& context) {
  StreamDefinition stream;
  stream.key = {context.account, context.region, input.streamName};
  stream.id = context.env.random().next();
  stream.createdMillis = context.now().millis;
  uint32_t numShards = TRY(applyInput(input, stream));
  if (input.tags) {
    TRY(context.authorize({"kinesis:AddTagsToStream", {stream.key.arn()}, {}}));
    TRY(addTags(stream, *input.tags));
  }
  if (service.streams().find(stream.key) != nullptr) return alreadyExists(stream.key);
  TRY(checkShardLimit(service, stream.key, numShards));
  addUniformShards(stream, numShards, stream.createdMillis);
  beginTransition(stream, Lifecycle::kCreating, {}, stream.createdMillis,
                  service.options().transitionMillis);
  StreamKey key = stream.key;
  if (!TRY(service.streams().create(std::move(stream)))) return alreadyExists(key);
  return CreateStreamResponse();
}

}  // namespace millrace::kinesis
