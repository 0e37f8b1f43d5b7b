// Parts of answers that describe a stream and its shards.
#pragma once

#include <string>
#include <vector>

#include "aws/model/generated/kinesis/shapes/child_shard.h"
#include "aws/model/generated/kinesis/shapes/enhanced_metrics.h"
#include "aws/model/generated/kinesis/shapes/shard.h"
#include "aws/model/generated/kinesis/shapes/stream_mode_details.h"
#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

Shard describeShard(const ShardDefinition& shard);
// The shards that came out of one that was closed.
std::vector<ChildShard> describeChildren(const StreamDefinition& stream, uint32_t parent);
StreamModeDetails describeMode(const StreamDefinition& stream);
std::string describeEncryption(const StreamDefinition& stream);
std::vector<EnhancedMetrics> describeMonitoring(const StreamDefinition& stream);

}  // namespace millrace::kinesis
