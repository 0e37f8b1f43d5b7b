#include "aws/model/generated/kinesis/describe_stream.h"

#include <algorithm>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/describe.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

constexpr size_t kMaxShards = 100;

Outcome<void> addShards(const DescribeStreamInput& input, const StreamDefinition& stream,
                        StreamDescription& description) {
  auto at = stream.shards.begin();
  if (input.exclusiveStartShardId) {
    std::optional<uint32_t> start = parseShardId(*input.exclusiveStartShardId);
    if (!start) return shardNotFound(*input.exclusiveStartShardId, stream.key);
    at = std::find_if(at, stream.shards.end(),
                      [&](const ShardDefinition& shard) { return shard.index > *start; });
  }
  size_t limit = std::min(kMaxShards, static_cast<size_t>(input.limit.value_or(kMaxShards)));
  for (; at != stream.shards.end() && description.shards.size() < limit; ++at) {
    description.shards.push_back(describeShard(*at));
  }
  description.hasMoreShards = at != stream.shards.end();
  return {};
}

}  // namespace

Outcome<DescribeStreamOutput> describeStream(Service& service, DescribeStreamInput& input,
                                             RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamViewPtr view = stream->view();
  const StreamDefinition& definition = view->definition;
  DescribeStreamOutput output;
  StreamDescription& description = output.streamDescription;
  description.streamName = definition.key.name;
  description.streamARN = definition.key.arn();
  description.streamStatus = lifecycleName(definition.lifecycle);
  description.streamModeDetails = describeMode(definition);
  description.retentionPeriodHours = static_cast<int32_t>(definition.retentionHours);
  description.streamCreationTimestamp = Timestamp{definition.createdMillis / 1000 * 1000};
  description.enhancedMonitoring = describeMonitoring(definition);
  description.encryptionType = describeEncryption(definition);
  if (!definition.kmsKeyId.empty()) description.keyId = definition.kmsKeyId;
  description.hasMoreShards = false;
  if (definition.lifecycle != Lifecycle::kCreating) TRY(addShards(input, definition, description));
  return output;
}

}  // namespace millrace::kinesis
