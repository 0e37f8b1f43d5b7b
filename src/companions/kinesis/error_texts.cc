#include "companions/kinesis/error_texts.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"

namespace millrace::kinesis {

ApiError streamNotFound(const StreamKey& key) {
  return resourceNotFoundException(
      fmt::format("Stream {} under account {} not found.", key.name, key.account));
}

ApiError streamNotActive(const StreamDefinition& stream) {
  return resourceInUseException(
      fmt::format("Stream {} under account {} not ACTIVE, instead in state {}", stream.key.name,
                  stream.key.account, lifecycleName(stream.lifecycle)));
}

ApiError shardNotFound(std::string_view shardId, const StreamKey& key) {
  return resourceNotFoundException(fmt::format(
      "Could not find shard {} in stream {} under account {}.", shardId, key.name, key.account));
}

ApiError alreadyResharded(const ShardDefinition& shard, const StreamKey& key) {
  return invalidArgumentException(
      fmt::format("Shard {} in stream {} under account {} has already been merged or split, and "
                  "thus is not eligible for merging or splitting.",
                  shard.id(), key.name, key.account));
}

ApiError shardDoesNotExist(std::string_view shardId, const StreamKey& key) {
  return resourceNotFoundException(fmt::format(
      "Shard {} in stream {} under account {} does not exist", shardId, key.name, key.account));
}

ApiError shardLimitExceeded(const StreamKey& key, size_t current, int64_t limit,
                            size_t additional) {
  return limitExceededException(fmt::format(
      "This request would exceed the shard limit for the account {} in {}. Current shard count for "
      "the account: {}. Limit: {}. Number of additional shards that would have resulted from this "
      "request: {}. Refer to the AWS Service Limits page "
      "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits "
      "and how to request higher limits.",
      key.account, key.region, current, limit, additional));
}

ApiError onDemandMode(const StreamDefinition& stream) {
  return validationException(
      fmt::format("Request is invalid. Stream {} under account {} is in On-Demand mode.",
                  stream.key.name, stream.key.account));
}

std::string rateExceededText(std::string_view shardId, const StreamDefinition& stream) {
  return fmt::format("Rate exceeded for shard {} in stream {} under account {}.", shardId,
                     stream.key.name, stream.key.account);
}

ApiError rateExceeded(std::string_view shardId, const StreamDefinition& stream) {
  return provisionedThroughputExceededException(rateExceededText(shardId, stream));
}

ApiError dryRunSucceeded() {
  return dryRunOperationException("Request would have succeeded, but DryRun flag is set.");
}

ApiError constraintBroken(std::string_view value, std::string_view path,
                          std::string_view constraint) {
  return validationException(
      fmt::format("1 validation error detected: Value {} at '{}' failed to satisfy constraint: {}",
                  value, path, constraint));
}

}  // namespace millrace::kinesis
