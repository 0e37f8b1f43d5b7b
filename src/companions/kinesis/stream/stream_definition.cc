#include "companions/kinesis/stream/stream_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace millrace::kinesis {

namespace {

constexpr std::string_view kShardPrefix = "shardId-";

}  // namespace

std::string ShardDefinition::id() const { return fmt::format("{}{:012}", kShardPrefix, index); }

std::optional<uint32_t> parseShardId(std::string_view text) {
  if (text.starts_with(kShardPrefix)) text.remove_prefix(kShardPrefix.size());
  uint32_t index = 0;
  auto [stopped, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (problem != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  if (index > INT32_MAX) return std::nullopt;
  return index;
}

SequenceNumber ShardDefinition::numberOf(uint64_t position, int64_t arrivalMillis) const {
  return {sequenceSeconds, index, position, std::max(arrivalMillis / 1000, sequenceSeconds)};
}

SequenceNumber ShardDefinition::startingNumber() const {
  return {sequenceSeconds, index, 0, sequenceSeconds};
}

SequenceNumber ShardDefinition::endingNumber() const {
  return numberOf(SequenceNumber::kEndPosition, *closedMillis);
}

std::string_view lifecycleName(Lifecycle lifecycle) {
  switch (lifecycle) {
    case Lifecycle::kCreating:
      return "CREATING";
    case Lifecycle::kActive:
      return "ACTIVE";
    case Lifecycle::kUpdating:
      return "UPDATING";
    case Lifecycle::kDeleting:
      return "DELETING";
  }
  UNREACHABLE();
}

size_t StreamDefinition::numOpenShards() const {
  return static_cast<size_t>(std::count_if(shards.begin(), shards.end(),
                                           [](const auto& shard) { return shard.isOpen(); }));
}

const ShardDefinition* StreamDefinition::findShard(uint32_t index) const {
  auto found = std::lower_bound(
      shards.begin(), shards.end(), index,
      [](const ShardDefinition& shard, uint32_t wanted) { return shard.index < wanted; });
  return found != shards.end() && found->index == index ? &*found : nullptr;
}

ShardDefinition* StreamDefinition::findShard(uint32_t index) {
  return const_cast<ShardDefinition*>(std::as_const(*this).findShard(index));
}

int64_t StreamDefinition::trimHorizon(int64_t nowMillis) const {
  return std::max(nowMillis - retentionHours * 3'600'000, oldestMillis);
}

}  // namespace millrace::kinesis
