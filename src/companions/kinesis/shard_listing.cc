#include "companions/kinesis/shard_listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/shard_filter_type.h"
#include "companions/kinesis/bytes.h"
#include "companions/kinesis/opaque_token.h"

namespace millrace::kinesis {

namespace {

constexpr uint8_t kTokenKind = 3;
constexpr int64_t kTokenLifeMillis = 300'000;
constexpr size_t kTokenSize = 21;

Outcome<ShardListing> continueListing(const ListShardsInput& input, int64_t nowMillis) {
  if (input.streamName) {
    return invalidArgumentException("NextToken and StreamName cannot be provided together.");
  }
  if (input.exclusiveStartShardId || input.streamCreationTimestamp) {
    return invalidArgumentException(
        "NextToken cannot be provided together with ExclusiveStartShardId or "
        "StreamCreationTimestamp.");
  }
  std::optional<OpaqueToken> token = decodeToken(*input.nextToken, kTokenKind);
  if (!token || token->content.size() != kTokenSize) {
    return invalidArgumentException("Invalid NextToken.");
  }
  if (nowMillis - token->createdMillis > kTokenLifeMillis) {
    return expiredNextTokenException("The NextToken has expired.");
  }
  ShardListing listing;
  listing.streamId = numberAt<uint64_t>(token->content, 0);
  listing.firstIndex = numberAt<uint32_t>(token->content, 8);
  listing.filter = static_cast<ShardListing::Filter>(numberAt<uint8_t>(token->content, 12));
  listing.timeMillis = numberAt<int64_t>(token->content, 13);
  return listing;
}

Outcome<uint32_t> indexAfter(const std::string& shardId) {
  std::optional<uint32_t> index = parseShardId(shardId);
  if (!index) return invalidArgumentException(fmt::format("Invalid shard id {}.", shardId));
  return *index + 1;
}

Outcome<void> applyFilter(const ShardFilter& filter, ShardListing& listing) {
  const std::string& type = filter.type;
  bool openAt = type.starts_with("AT_");
  listing.filter = openAt ? ShardListing::Filter::kOpenAt : ShardListing::Filter::kFrom;
  if (type == ShardFilterType::kAfterShardId) {
    if (!filter.shardId) {
      return invalidArgumentException("ShardFilter of type AFTER_SHARD_ID needs a ShardId.");
    }
    listing.filter = ShardListing::Filter::kNone;
    listing.firstIndex = std::max(listing.firstIndex, TRY(indexAfter(*filter.shardId)));
  } else if (type == ShardFilterType::kAtLatest) {
    listing.timeMillis = ShardListing::kLatest;
  } else if (type.ends_with("TRIM_HORIZON")) {
    listing.timeMillis = ShardListing::kTrimHorizon;
  } else {
    if (!filter.timestamp) {
      return invalidArgumentException(
          fmt::format("ShardFilter of type {} needs a Timestamp.", type));
    }
    listing.timeMillis = filter.timestamp->millis;
  }
  return {};
}

}  // namespace

Outcome<ShardListing> beginListing(const ListShardsInput& input, int64_t nowMillis) {
  if (input.nextToken) return continueListing(input, nowMillis);
  if (!input.streamName && !input.streamARN) {
    return invalidArgumentException("Either NextToken or StreamName should be provided.");
  }
  ShardListing listing;
  if (input.exclusiveStartShardId) {
    listing.firstIndex = TRY(indexAfter(*input.exclusiveStartShardId));
  }
  if (input.shardFilter) TRY(applyFilter(*input.shardFilter, listing));
  return listing;
}

bool ShardListing::includes(const ShardDefinition& shard, const StreamDefinition& stream,
                            int64_t nowMillis) const {
  int64_t horizon = std::max(stream.trimHorizon(nowMillis), stream.createdMillis);
  if (!shard.isOpen() && *shard.closedMillis < stream.trimHorizon(nowMillis)) return false;
  if (filter == Filter::kNone) return true;
  if (timeMillis == kLatest) return shard.isOpen();
  int64_t time = std::max(timeMillis, horizon);
  bool openThen = shard.isOpen() || *shard.closedMillis >= time;
  return openThen && (filter == Filter::kFrom || shard.createdMillis <= time);
}

std::string ShardListing::token(int64_t nowMillis) const {
  OpaqueToken token{kTokenKind, nowMillis, {}};
  appendNumber(token.content, streamId);
  appendNumber(token.content, firstIndex);
  appendNumber(token.content, static_cast<uint8_t>(filter));
  appendNumber(token.content, timeMillis);
  return encodeToken(token);
}

std::optional<uint64_t> streamIdOf(std::string_view nextToken) {
  std::optional<OpaqueToken> token = decodeToken(nextToken, kTokenKind);
  if (!token || token->content.size() != kTokenSize) return std::nullopt;
  return numberAt<uint64_t>(token->content, 0);
}

ApiError listedStreamIsGone() {
  return resourceNotFoundException("The stream of this NextToken was deleted.");
}

}  // namespace millrace::kinesis
