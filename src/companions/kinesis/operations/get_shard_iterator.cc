#include "aws/model/generated/kinesis/get_shard_iterator.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/shard_iterator_type.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_iterator.h"

namespace millrace::kinesis {

namespace {

ApiError wrongCombination(const std::string& type, std::string_view what) {
  return invalidArgumentException(fmt::format(
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
      "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request "
      "specified {} and {} StartingSequenceNumber.",
      type, what));
}

Outcome<SequenceNumber> checkNumber(const std::string& text, const ShardDefinition& shard,
                                    const StreamKey& key) {
  std::string used = fmt::format(
      "StartingSequenceNumber {} used in GetShardIterator on shard {} in stream {} under account "
      "{}",
      text, shard.id(), key.name, key.account);
  std::optional<SequenceNumber> number = SequenceNumber::parse(text);
  if (!number) return invalidArgumentException(used + " is invalid.");
  if (number->shardIndex != shard.index) {
    ShardDefinition other;
    other.index = number->shardIndex;
    return invalidArgumentException(
        fmt::format("Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to "
                    "a shard with {}",
                    other.id(), shard.id()));
  }
  if (number->shardCreatedSeconds != shard.sequenceSeconds) {
    return invalidArgumentException(used + " is invalid because it did not come from this stream.");
  }
  return *number;
}

Outcome<uint64_t> positionOfTime(const GetShardIteratorInput& input, LiveShard& shard,
                                 int64_t nowMillis) {
  if (!input.timestamp) {
    return invalidArgumentException(
        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
        "request has no timestamp parameter.");
  }
  int64_t time = input.timestamp->millis;
  if (time > nowMillis) {
    return invalidArgumentException(
        fmt::format("The timestampInMillis parameter cannot be greater than the "
                    "currentTimestampInMillis. timestampInMillis: {}, currentTimestampInMillis: {}",
                    time, nowMillis));
  }
  ShardLog* log = TRY(shard.log());
  return TRY(log->positionAt(time));
}

Outcome<uint64_t> positionOf(const GetShardIteratorInput& input, const ShardDefinition& shard,
                             LiveShard& live, const StreamKey& key, int64_t nowMillis) {
  const std::string& type = input.shardIteratorType;
  bool atTime = type == ShardIteratorType::kAtTimestamp;
  bool atEnd = type == ShardIteratorType::kLatest;
  bool atStart = type == ShardIteratorType::kTrimHorizon;
  if (input.startingSequenceNumber) {
    if (atTime || atEnd || atStart) return wrongCombination(type, "also a");
    SequenceNumber number = TRY(checkNumber(*input.startingSequenceNumber, shard, key));
    return number.position + (type == ShardIteratorType::kAfterSequenceNumber ? 1 : 0);
  }
  if (atTime) return positionOfTime(input, live, nowMillis);
  if (atStart) return uint64_t{0};
  if (!atEnd) return wrongCombination(type, "no");
  ShardLog* log = TRY(live.log());
  return log->endPosition();
}

}  // namespace

Outcome<GetShardIteratorOutput> getShardIterator(Service& service, GetShardIteratorInput& input,
                                                 RequestContext& context) {
  StreamKey key = TRY(Service::keyOf(input.streamName, input.streamARN, context));
  std::optional<uint32_t> index = parseShardId(input.shardId);
  if (!index) return shardNotFound(input.shardId, key);
  StreamPtr stream = service.streams().find(key);
  if (stream == nullptr) return shardDoesNotExist(input.shardId, key);
  StreamViewPtr view = stream->view();
  const ShardDefinition* shard = view->definition.findShard(*index);
  if (shard == nullptr || view->definition.lifecycle == Lifecycle::kCreating) {
    return shardDoesNotExist(input.shardId, key);
  }
  ShardPosition position;
  position.createdMillis = context.now().millis;
  position.streamId = view->definition.id;
  position.shardIndex = *index;
  position.streamName = key.name;
  position.position =
      TRY(positionOf(input, *shard, *view->findShard(*index), key, position.createdMillis));
  if (input.dryRun.value_or(false)) return dryRunSucceeded();
  GetShardIteratorOutput output;
  output.shardIterator = position.token();
  return output;
}

}  // namespace millrace::kinesis
