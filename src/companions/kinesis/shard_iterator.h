// Shard iterators: a position in a shard, as GetRecords takes it. They work for five minutes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

struct ShardPosition {
  static constexpr int64_t kLifeMillis = 300'000;

  int64_t createdMillis = 0;  // of the iterator
  uint64_t streamId = 0;      // of the stream, which may have been deleted since
  uint32_t shardIndex = 0;
  uint64_t position = 0;  // of the next record to be read
  std::string streamName;

  std::string token() const;
  static std::optional<ShardPosition> parse(std::string_view token);
};

}  // namespace millrace::kinesis
