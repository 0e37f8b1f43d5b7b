#include "companions/kinesis/opaque_token.h"

#include <gtest/gtest.h>

#include "companions/kinesis/shard_iterator.h"

namespace millrace::kinesis {
namespace {

TEST(OpaqueToken, ComesBackAsItWasMade) {
  for (std::string content : {"", "a", "ab", "abc"}) {
    std::string text = encodeToken({7, 1'577'836'800'123, content});
    std::optional<OpaqueToken> token = decodeToken(text, 7);
    ASSERT_TRUE(token) << content;
    EXPECT_EQ(token->createdMillis, 1'577'836'800'123);
    EXPECT_EQ(token->content, content);
    EXPECT_FALSE(decodeToken(text, 8)) << "another kind";
  }
}

TEST(OpaqueToken, IsRefusedWhenAnyCharacterChanged) {
  std::string text = encodeToken({7, 1'577'836'800'123, "content"});
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=') continue;
    std::string changed = text;
    changed[i] = changed[i] == 'B' ? 'C' : 'B';
    EXPECT_FALSE(decodeToken(changed, 7)) << changed;
    EXPECT_FALSE(decodeToken(text.substr(0, i), 7)) << i;
  }
}

TEST(ShardPosition, FitsIntoAnIteratorOfTheLongestName) {
  ShardPosition position{1'577'836'800'123, UINT64_MAX, 12, 1 << 20, std::string(128, 'n')};
  std::string token = position.token();
  EXPECT_LE(token.size(), 512u);
  std::optional<ShardPosition> parsed = ShardPosition::parse(token);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->createdMillis, position.createdMillis);
  EXPECT_EQ(parsed->streamId, position.streamId);
  EXPECT_EQ(parsed->shardIndex, position.shardIndex);
  EXPECT_EQ(parsed->position, position.position);
  EXPECT_EQ(parsed->streamName, position.streamName);
}

}  // namespace
}  // namespace millrace::kinesis
