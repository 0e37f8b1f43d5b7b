// The errors that several operations have, with the words of Kinesis.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

ApiError streamNotFound(const StreamKey& key);
ApiError streamNotActive(const StreamDefinition& stream);
// Of SplitShard and MergeShards.
ApiError shardNotFound(std::string_view shardId, const StreamKey& key);
ApiError alreadyResharded(const ShardDefinition& shard, const StreamKey& key);
// Of GetShardIterator and GetRecords.
ApiError shardDoesNotExist(std::string_view shardId, const StreamKey& key);
ApiError shardLimitExceeded(const StreamKey& key, size_t current, int64_t limit, size_t additional);
ApiError onDemandMode(const StreamDefinition& stream);
ApiError rateExceeded(std::string_view shardId, const StreamDefinition& stream);
// The text alone, for records of PutRecords.
std::string rateExceededText(std::string_view shardId, const StreamDefinition& stream);
ApiError dryRunSucceeded();
// "1 validation error detected: Value 'x' at 'path' failed to satisfy constraint: Member must ..."
ApiError constraintBroken(std::string_view value, std::string_view path,
                          std::string_view constraint);

}  // namespace millrace::kinesis
