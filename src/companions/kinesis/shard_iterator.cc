#include "companions/kinesis/shard_iterator.h"

#include "companions/kinesis/bytes.h"
#include "companions/kinesis/opaque_token.h"

namespace millrace::kinesis {

namespace {

constexpr uint8_t kIteratorKind = 1;
constexpr size_t kNameOffset = 20;

}  // namespace

std::string ShardPosition::token() const {
  OpaqueToken token{kIteratorKind, createdMillis, {}};
  token.content.reserve(kNameOffset + streamName.size());
  appendNumber(token.content, streamId);
  appendNumber(token.content, shardIndex);
  appendNumber(token.content, position);
  token.content += streamName;
  return encodeToken(token);
}

std::optional<ShardPosition> ShardPosition::parse(std::string_view text) {
  std::optional<OpaqueToken> token = decodeToken(text, kIteratorKind);
  if (!token || token->content.size() < kNameOffset) return std::nullopt;
  ShardPosition position;
  position.createdMillis = token->createdMillis;
  position.streamId = numberAt<uint64_t>(token->content, 0);
  position.shardIndex = numberAt<uint32_t>(token->content, 8);
  position.position = numberAt<uint64_t>(token->content, 12);
  position.streamName = token->content.substr(kNameOffset);
  return position;
}

}  // namespace millrace::kinesis
