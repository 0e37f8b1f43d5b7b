// ShardListing: which shards ListShards returns, and where it goes on: its NextToken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesis/shapes/list_shards_input.h"
#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

struct ShardListing {
  enum class Filter : uint8_t { kNone, kOpenAt, kFrom };

  uint64_t streamId = 0;
  uint32_t firstIndex = 0;  // of the next shard to be looked at
  Filter filter = Filter::kNone;
  // What kOpenAt and kFrom look at, or one of the two below.
  int64_t timeMillis = 0;

  static constexpr int64_t kTrimHorizon = INT64_MIN;
  static constexpr int64_t kLatest = INT64_MAX;

  bool includes(const ShardDefinition& shard, const StreamDefinition& stream,
                int64_t nowMillis) const;
  std::string token(int64_t nowMillis) const;
};

// What the input asks for. The stream's id is that of the NextToken, when there is one.
Outcome<ShardListing> beginListing(const ListShardsInput& input, int64_t nowMillis);
// The stream of a NextToken of ListShards.
std::optional<uint64_t> streamIdOf(std::string_view nextToken);
// Of that stream.
ApiError listedStreamIsGone();

}  // namespace millrace::kinesis
