// ShardPosition: where reading of a shard goes on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// The place of a partition key on the ring that the shards divide, 0 to 2^128 - 1.
using HashKey = unsigned __int128;

// Decimal digits; nullopt-like: 0 when the text is none.
HashKey parseHashKey(std::string_view decimal);
std::string hashKeyText(HashKey key);
// The place of a partition key: its MD5.
HashKey hashKeyOf(std::string_view partitionKey);

struct ShardPosition {
  enum class Kind : uint8_t {
    kTrimHorizon,  // the oldest record there is
    kTimestamp,    // the first record that arrived at `timestampMillis` or later
    kAfter,        // behind the record `sequenceNumber`
    kInside,  // in the aggregated record `sequenceNumber`, behind its user record `subSequence`
  };
  Kind kind = Kind::kTrimHorizon;
  int64_t timestampMillis = 0;
  std::string sequenceNumber;
  int64_t subSequence = -1;

  static ShardPosition atTimestamp(int64_t millis);
  static ShardPosition after(std::string sequenceNumber);
  static ShardPosition inside(std::string sequenceNumber, int64_t subSequence);
  bool operator==(const ShardPosition&) const = default;
};

// "trim-horizon", "timestamp:1500", "after:4957", "inside:4957:3": as it stands in checkpoints.
std::string positionText(const ShardPosition& position);
Result<ShardPosition> parsePosition(std::string_view text);

}  // namespace millrace
