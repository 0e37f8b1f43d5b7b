#include "companions/kinesis/hash_key.h"

#include <gtest/gtest.h>

namespace millrace::kinesis {
namespace {

// Computed with Python's hashlib.
TEST(HashKey, IsTheMd5OfThePartitionKey) {
  EXPECT_EQ(formatHashKey(hashOfPartitionKey("a")), "16955237001963240173058271559858726497");
  EXPECT_EQ(formatHashKey(hashOfPartitionKey("partitionKey-1")),
            "159499196025307651934328298402289840726");
  EXPECT_EQ(formatHashKey(hashOfPartitionKey("日本")), "103341369634063465466164320543046703539");
}

TEST(HashKey, IsReadUpToTheLastOf128Bits) {
  EXPECT_EQ(parseHashKey("0"), HashKeyValue{0});
  EXPECT_EQ(parseHashKey("340282366920938463463374607431768211455"), kMaxHashKey);
  EXPECT_EQ(formatHashKey(kMaxHashKey), "340282366920938463463374607431768211455");
  EXPECT_EQ(formatHashKey(0), "0");
  for (const char* text : {"", "340282366920938463463374607431768211456",
                           "999999999999999999999999999999999999999", "1x", "-1"}) {
    EXPECT_FALSE(parseHashKey(text)) << text;
  }
}

TEST(HashKey, UniformRangesCoverEverythingOnce) {
  EXPECT_EQ(formatHashKey(uniformStart(1, 2)), "170141183460469231731687303715884105728");
  EXPECT_EQ(formatHashKey(uniformStart(1, 3)), "113427455640312821154458202477256070485");
  EXPECT_EQ(formatHashKey(uniformStart(6, 7)), "291670600217947254397178234941515609816");
  for (uint32_t count : {1u, 2u, 3u, 7u, 64u, 1000u}) {
    HashKeyValue expected = 0;
    for (uint32_t i = 0; i < count; ++i) {
      HashRange range = uniformRange(i, count);
      EXPECT_EQ(range.first, expected);
      EXPECT_LE(range.first, range.last);
      expected = range.last + 1;
    }
    EXPECT_EQ(expected, HashKeyValue{0}) << "the last range ends at 2^128 - 1";
  }
}

}  // namespace
}  // namespace millrace::kinesis
