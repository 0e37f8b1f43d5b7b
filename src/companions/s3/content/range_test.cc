#include "companions/s3/content/range.h"

#include <gtest/gtest.h>

namespace millrace::s3 {
namespace {

using Kind = RangeRequest::Kind;

void expectPart(std::string_view header, uint64_t size, ByteRange range) {
  RangeRequest request = resolveRange(header, size);
  EXPECT_EQ(request.kind, Kind::kPart) << header;
  EXPECT_EQ(request.range, range) << header;
}

TEST(Range, IsCutToTheObject) {
  expectPart("bytes=0-0", 10, {0, 0});
  expectPart("bytes=2-5", 10, {2, 5});
  expectPart("bytes=2-500", 10, {2, 9});
  expectPart("bytes=9-", 10, {9, 9});
  expectPart("bytes=-3", 10, {7, 9});
  expectPart("bytes=-30", 10, {0, 9});
}

TEST(Range, BeyondTheObjectIsUnsatisfiable) {
  for (std::string_view header : {"bytes=10-", "bytes=10-20", "bytes=-0"}) {
    EXPECT_EQ(resolveRange(header, 10).kind, Kind::kUnsatisfiable) << header;
  }
  EXPECT_EQ(resolveRange("bytes=0-", 0).kind, Kind::kUnsatisfiable);
  EXPECT_EQ(resolveRange("bytes=-1", 0).kind, Kind::kUnsatisfiable);
}

TEST(Range, WhatIsNoRangeIsIgnored) {
  for (std::string_view header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "chars=1-2",
        "bytes=1-2x", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(resolveRange(header, 10).kind, Kind::kWhole) << header;
  }
}

TEST(Range, OfACopyHasBothEnds) {
  EXPECT_EQ(parseFullRange("bytes=3-7"), (ByteRange{3, 7}));
  for (std::string_view header : {"bytes=3-", "bytes=-7", "3-7", "bytes=7-3", ""}) {
    EXPECT_FALSE(parseFullRange(header)) << header;
  }
}

}  // namespace
}  // namespace millrace::s3
