#include "companions/kinesis/stream/resharding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace millrace::kinesis {
namespace {

constexpr int64_t kNow = 1'577'836'800'500;

StreamDefinition streamOf(uint32_t shards) {
  StreamDefinition stream;
  addUniformShards(stream, shards, kNow);
  return stream;
}

std::vector<HashRange> openRanges(const StreamDefinition& stream) {
  std::vector<HashRange> ranges;
  for (const ShardDefinition& shard : stream.shards) {
    if (shard.isOpen()) ranges.push_back(shard.range);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const HashRange& a, const HashRange& b) { return a.first < b.first; });
  return ranges;
}

// Without gaps and overlaps, and equal but for a thousandth.
void expectUniform(const StreamDefinition& stream, uint32_t count) {
  std::vector<HashRange> ranges = openRanges(stream);
  ASSERT_EQ(ranges.size(), count);
  HashKeyValue expected = 0;
  HashKeyValue width = kMaxHashKey / count;
  for (const HashRange& range : ranges) {
    EXPECT_EQ(range.first, expected);
    HashKeyValue size = range.last - range.first;
    EXPECT_LE(size > width ? size - width : width - size, width / 500);
    expected = range.last + 1;
  }
  EXPECT_EQ(expected, HashKeyValue{0});
}

TEST(Resharding, SplitsClosesTheParent) {
  StreamDefinition stream = streamOf(1);
  applyStep(stream, {0, std::nullopt, 100}, kNow + 1);
  ASSERT_EQ(stream.shards.size(), 3u);
  EXPECT_EQ(stream.shards[0].closedMillis, kNow + 1);
  EXPECT_EQ(stream.shards[1].range, (HashRange{0, 99}));
  EXPECT_EQ(stream.shards[2].range, (HashRange{100, kMaxHashKey}));
  for (size_t i : {1u, 2u}) {
    EXPECT_EQ(stream.shards[i].parent, 0u);
    EXPECT_FALSE(stream.shards[i].adjacentParent);
    EXPECT_LT(stream.shards[0].endingNumber().text(), stream.shards[i].startingNumber().text());
  }
}

TEST(Resharding, MergesInEitherOrder) {
  for (auto [first, second] : {std::pair{0u, 1u}, {1u, 0u}}) {
    StreamDefinition stream = streamOf(2);
    applyStep(stream, {first, second, 0}, kNow + 1);
    ASSERT_EQ(stream.numOpenShards(), 1u);
    const ShardDefinition& child = stream.shards.back();
    EXPECT_EQ(child.range, (HashRange{0, kMaxHashKey}));
    EXPECT_EQ(child.parent, first);
    EXPECT_EQ(child.adjacentParent, second);
  }
}

TEST(Resharding, UniformPlansEndInEqualRanges) {
  for (uint32_t from : {1u, 2u, 3u, 4u, 5u, 7u, 8u, 64u}) {
    for (uint32_t to : {1u, 2u, 3u, 4u, 6u, 10u, 13u, 64u, 100u}) {
      StreamDefinition stream = streamOf(from);
      std::vector<ReshardStep> steps = planUniform(stream, to);
      if (to == from || to == 2 * from || from == 2 * to) {
        EXPECT_EQ(steps.size(), std::max(from, to) - std::min(from, to)) << "none in vain";
      }
      beginTransition(stream, Lifecycle::kUpdating, steps, kNow + 10, 0);
      EXPECT_EQ(stream.lifecycle, Lifecycle::kActive);
      SCOPED_TRACE(testing::Message() << from << " -> " << to);
      expectUniform(stream, to);
    }
  }
}

TEST(Resharding, UniformPlansEvenOutWhatWasSplitByHand) {
  StreamDefinition stream = streamOf(2);
  applyStep(stream, {0, std::nullopt, 12345}, kNow);
  applyStep(stream, {1, std::nullopt, kMaxHashKey - 77}, kNow);
  beginTransition(stream, Lifecycle::kUpdating, planUniform(stream, 4), kNow, 0);
  expectUniform(stream, 4);
  beginTransition(stream, Lifecycle::kUpdating, planUniform(stream, 3), kNow, 0);
  expectUniform(stream, 3);
}

TEST(Resharding, APlanWaitsForTheEndOfTheTransition) {
  StreamDefinition stream = streamOf(1);
  beginTransition(stream, Lifecycle::kUpdating, planUniform(stream, 2), kNow, 500);
  EXPECT_EQ(stream.lifecycle, Lifecycle::kUpdating);
  EXPECT_EQ(stream.transitionMillis, kNow + 500);
  EXPECT_EQ(stream.numOpenShards(), 1u);
  stream = StreamDefinition::fromJson(stream.toJson()).value();
  finishTransition(stream, kNow + 500);
  EXPECT_EQ(stream.lifecycle, Lifecycle::kActive);
  expectUniform(stream, 2);
}

TEST(StreamDefinition, ComesBackFromJson) {
  StreamDefinition stream = streamOf(2);
  stream.key = {"000000000000", "eu-west-1", "orders"};
  stream.id = UINT64_MAX - 1;
  stream.createdMillis = kNow;
  stream.lifecycle = Lifecycle::kUpdating;
  stream.transitionMillis = kNow + 5;
  stream.plannedSteps = {{0, 1, 0}};
  stream.onDemand = true;
  stream.retentionHours = 48;
  stream.oldestMillis = 7;
  stream.maxRecordKib = 2048;
  stream.kmsKeyId = "alias/aws/kinesis";
  stream.shardMetrics = {"IncomingBytes"};
  stream.tags = {{"team", "größe"}};
  applyStep(stream, {0, std::nullopt, 100}, kNow);
  std::string json = stream.toJson();
  StreamDefinition again = StreamDefinition::fromJson(json).value();
  EXPECT_EQ(again.toJson(), json);
  EXPECT_EQ(again.key, stream.key);
  EXPECT_EQ(again.id, stream.id);
  EXPECT_EQ(again.shards[2].range, stream.shards[2].range);
  EXPECT_EQ(StreamDefinition::fromJson("{}").error().kind(), ErrorKind::kCorruptData);
}

TEST(ShardId, IsReadWithAndWithoutItsPrefix) {
  EXPECT_EQ(parseShardId("shardId-000000000012"), 12u);
  EXPECT_EQ(parseShardId("12"), 12u);
  for (const char* text : {"", "shardId-", "shardId-x", "shard-1", "shardId-4294967295"}) {
    EXPECT_FALSE(parseShardId(text)) << text;
  }
}

}  // namespace
}  // namespace millrace::kinesis
