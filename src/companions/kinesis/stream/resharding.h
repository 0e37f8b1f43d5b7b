// Changes of a stream's shards: splits, merges, and the plan of both that makes all shards equal.
#pragma once

#include <cstdint>
#include <vector>

#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

// Adds `count` shards of equal ranges to a stream without shards.
void addUniformShards(StreamDefinition& stream, uint32_t count, int64_t nowMillis);

// Closes the parents and adds the children. Requires: the parents are open; a split is within the
// range, merged ranges are neighbours.
void applyStep(StreamDefinition& stream, const ReshardStep& step, int64_t nowMillis);

// The steps after which the stream has `target` open shards of equal ranges. As Kinesis does it,
// with shards that live for a moment: every shard is split where ranges of the target begin, then
// pieces of the same range are merged.
std::vector<ReshardStep> planUniform(const StreamDefinition& stream, uint32_t target);

// Sets a status for `delayMillis`, after which finishTransition() is due; at once when it is 0.
void beginTransition(StreamDefinition& stream, Lifecycle lifecycle, std::vector<ReshardStep> steps,
                     int64_t nowMillis, int64_t delayMillis);
// CREATING and UPDATING become ACTIVE, and planned steps are applied.
void finishTransition(StreamDefinition& stream, int64_t nowMillis);

}  // namespace millrace::kinesis
