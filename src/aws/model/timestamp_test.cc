#include "aws/model/timestamp.h"

#include <gtest/gtest.h>

namespace millrace {

TEST(Timestamp, SpellingsOfOneMoment) {
  Timestamp time{1'769'854'830'123};
  EXPECT_EQ(formatIso8601(time), "2026-01-31T10:20:30.123Z");
  EXPECT_EQ(formatIso8601({1'769'854'830'000}), "2026-01-31T10:20:30Z");
  EXPECT_EQ(formatRfc822(time), "Sat, 31 Jan 2026 10:20:30 GMT");
  EXPECT_EQ(formatIso8601({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parseIso8601("2026-01-31T10:20:30.123Z"), time);
  EXPECT_EQ(parseIso8601("2026-01-31T11:20:30.123456+01:00"), time);
  EXPECT_EQ(parseIso8601("20260131T102030Z"), Timestamp{1'769'854'830'000});
  EXPECT_EQ(parseIso8601("2026-01-31"), Timestamp{1'769'817'600'000});
  EXPECT_EQ(parseRfc822("Sat, 31 Jan 2026 10:20:30 GMT"), Timestamp{1'769'854'830'000});
}

TEST(Timestamp, WhatIsNone) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-01-31T25:00:00Z", "2026-01-31T10:20:30.Z", "2026-01-31T10:20:30ZZ",
                           "-026-01-31", "+026-01-31", "2026-01-31T1-:20:30Z"}) {
    EXPECT_FALSE(parseIso8601(text)) << text;
  }
  for (const char* text : {"", "Sat, 31 Jam 2026 10:20:30 GMT", "Sat, 31 Jan 2026 10:20:30 CET",
                           "Sat, 31 Jan 2026", "31"}) {
    EXPECT_FALSE(parseRfc822(text)) << text;
  }
}

}  // namespace millrace
