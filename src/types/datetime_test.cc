#include "types/datetime.h"

#include <gtest/gtest.h>

#include "types/time_zone.h"

namespace millrace {
namespace {

std::string stamp(std::optional<NanoTimestamp> value, int precision = 9) {
  if (!value) return "null";
  std::string out;
  appendTimestamp(*value, precision, out);
  return out;
}

std::string day(std::optional<int32_t> value) {
  if (!value) return "null";
  std::string out;
  appendDate(*value, out);
  return out;
}

TEST(DatetimeTest, CalendarRoundTrips) {
  for (int32_t days = -800'000; days < 2'933'000; days += 37) {
    EXPECT_EQ(days, daysOfCivil(civilOfDays(days)));
  }
  EXPECT_EQ((CivilDate{1969, 12, 31}), civilOfDays(-1));
  EXPECT_EQ((CivilDate{2024, 2, 29}), civilOfDays(19782));
}

// The texts and results of Apache Flink's CAST.
TEST(DatetimeTest, ParsesTimestampsLikeFlink) {
  EXPECT_EQ("2024-01-02 00:00:00.000000000", stamp(parseTimestamp("2024-1-2")));
  EXPECT_EQ("2024-01-02 03:04:05.123456789",
            stamp(parseTimestamp("2024-01-02 03:04:05.123456789")));
  EXPECT_EQ("2024-01-02 03:04:05.100000000", stamp(parseTimestamp("2024-01-02 3:4:5.1")));
  EXPECT_EQ("2024-01-02 03:04:05.000000000", stamp(parseTimestamp("2024-01-02 03:04:05.")));
  EXPECT_EQ("2024-02-29 00:00:00.000000000", stamp(parseTimestamp("2024-02-30 00:00:00")));
  EXPECT_EQ("2024-04-30 00:00:00.000000000", stamp(parseTimestamp("2024-04-31")));
  EXPECT_EQ("2024-01-03 00:00:00.000000000", stamp(parseTimestamp("2024-01-02 24:00:00")));
  EXPECT_EQ("9999-12-31 23:59:59.999999999",
            stamp(parseTimestamp("9999-12-31 23:59:59.999999999")));
  for (const char* text : {"2024-01-02T03:04:05",
                           "2024-01-02 03:04",
                           "2024-01-02 ",
                           " 2024-01-02 03:04:05",
                           "2024-01-02 03:04:05 ",
                           "2024",
                           "24-01-02",
                           "0000-01-01",
                           "10000-01-01",
                           "2024-01-02 23:59:60",
                           "2024-01-02 25:00:00",
                           "2024-01-02 03:04:05Z",
                           "2024-01-02 03:04:05.1234567890",
                           "",
                           "2024-13-01",
                           "2024-00-01",
                           "2024/01/02",
                           "2024-01-02x",
                           "2024-01-0a",
                           "2024-01-02 03:04:0:",
                           "2O24-01-02 03:04:05"}) {
    EXPECT_EQ("null", stamp(parseTimestamp(text))) << text;
  }
}

TEST(DatetimeTest, ParsesDatesAndTimesLikeFlink) {
  EXPECT_EQ("2024-01-02", day(parseDate("2024-1-2")));
  EXPECT_EQ("2024-01-02", day(parseDate("2024-01-02 whatever")));
  EXPECT_EQ("2024-05-01", day(parseDate("2024-05")));
  EXPECT_EQ("0003-01-01", day(parseDate("03")));
  EXPECT_EQ("0000-01-01", day(parseDate("0000-01-01")));
  for (const char* text : {"2024-02-30", "2023-02-29", "10000-01-01", "-001-01-01", "abc", "",
                           "20240102", "2024-01-02T03:04:05"}) {
    EXPECT_EQ("null", day(parseDate(text))) << text;
  }
  EXPECT_EQ(11045678 + 1, parseTime("03:04:05.6789"));
  EXPECT_EQ(11040000, parseTime("03:04"));
  EXPECT_EQ(10800000, parseTime("03"));
  EXPECT_EQ(14645000, parseTime("03:04:05+01:00"));
  for (const char* text : {"25:00:00", "23:60:00", "03:04:05Z", "", "2024-01-02"}) {
    EXPECT_EQ(std::nullopt, parseTime(text)) << text;
  }
}

TEST(DatetimeTest, StrictForms) {
  EXPECT_EQ(1704164645123456,
            parseTimestampMicros("2024-01-02 03:04:05.123456789", TimestampForm::kSql, false));
  EXPECT_EQ(1704164645000000,
            parseTimestampMicros("2024-01-02T03:04:05Z", TimestampForm::kIso, true));
  EXPECT_EQ(1704164640000000, parseTimestampMicros("2024-01-02T03:04", TimestampForm::kIso, false));
  EXPECT_EQ(std::nullopt, parseTimestampMicros("2024-01-02 03:04:05Z", TimestampForm::kSql, false));
  EXPECT_EQ(std::nullopt, parseTimestampMicros("2024-01-02 03:04:05", TimestampForm::kSql, true));
  EXPECT_EQ(std::nullopt, parseTimestampMicros("2024-1-2 03:04:05", TimestampForm::kSql, false));
  EXPECT_EQ(11045123, parseTimeStrictly("03:04:05.1239"));
}

// Apache Flink's DateTimeUtils, also where it rounds times before 1970 towards zero.
TEST(DatetimeTest, ExtractsLikeFlink) {
  NanoTimestamp value{1704164645123, 456789, 0};
  EXPECT_EQ(3, extractFromTimestamp(TimeUnit::kMillennium, value));
  EXPECT_EQ(21, extractFromTimestamp(TimeUnit::kCentury, value));
  EXPECT_EQ(202, extractFromTimestamp(TimeUnit::kDecade, value));
  EXPECT_EQ(1, extractFromTimestamp(TimeUnit::kWeek, value));
  EXPECT_EQ(3, extractFromTimestamp(TimeUnit::kDayOfWeek, value));
  EXPECT_EQ(2, extractFromTimestamp(TimeUnit::kIsoDayOfWeek, value));
  EXPECT_EQ(123456, extractFromTimestamp(TimeUnit::kMicrosecond, value));
  EXPECT_EQ(123456789, extractFromTimestamp(TimeUnit::kNanosecond, value));
  EXPECT_EQ(1704164645, extractFromTimestamp(TimeUnit::kEpoch, value));
  NanoTimestamp early{-86400000, 456789, 0};
  EXPECT_EQ(1970, extractFromTimestamp(TimeUnit::kIsoYear, early));
  EXPECT_EQ(365, extractFromTimestamp(TimeUnit::kDayOfYear, early));
  EXPECT_EQ(1970, extractFromTimestamp(TimeUnit::kYear, {-500, 0, 0}));
  EXPECT_EQ(TimeUnit::kDayOfWeek, timeUnitOf("dow"));
}

TEST(DatetimeTest, FloorsAndCeilsLikeFlink) {
  int64_t value = 1704164645123;
  EXPECT_EQ(978307200000, floorTimestamp(TimeUnit::kMillennium, value));
  EXPECT_EQ(1893456000000, ceilTimestamp(TimeUnit::kDecade, value));
  EXPECT_EQ(1711929600000, ceilTimestamp(TimeUnit::kQuarter, value));
  EXPECT_EQ(1706745600000, ceilTimestamp(TimeUnit::kMonth, value));
  EXPECT_EQ(1703980800000, floorTimestamp(TimeUnit::kWeek, value));
  EXPECT_EQ(1704585600000, ceilTimestamp(TimeUnit::kWeek, value));
  EXPECT_EQ(1704240000000, ceilTimestamp(TimeUnit::kDay, value));
  EXPECT_EQ(1704164400000, floorTimestamp(TimeUnit::kHour, value));
  EXPECT_EQ(-90000000, floorTimestamp(TimeUnit::kHour, -86400001));
}

TEST(DatetimeTest, AddsMonths) {
  int32_t lastOfJanuary = daysOfCivil({2024, 1, 31});
  EXPECT_EQ(daysOfCivil({2024, 2, 29}), addMonths(lastOfJanuary, 1));
  EXPECT_EQ(daysOfCivil({2023, 12, 31}), addMonths(lastOfJanuary, -1));
  EXPECT_EQ(12, monthsBetween(daysOfCivil({2025, 1, 31}), lastOfJanuary));
  EXPECT_EQ(0, monthsBetween(daysOfCivil({2024, 2, 28}), lastOfJanuary));
}

TEST(TimeZoneTest, GapsAndOverlapsUseTheOffsetBefore) {
  Result<const TimeZone*> found = TimeZone::find("Europe/Prague");
  ASSERT_TRUE(found.ok());
  const TimeZone& prague = *found.value();
  int64_t gap = *parseTimestampMicros("2024-03-31 02:30:00", TimestampForm::kSql, false);
  EXPECT_EQ(gap - 3'600'000'000, prague.microsToUtc(gap));
  EXPECT_EQ(gap + 3'600'000'000, prague.microsToLocal(prague.microsToUtc(gap)));
  int64_t overlap = *parseTimestampMicros("2024-10-27 02:30:00", TimestampForm::kSql, false);
  EXPECT_EQ(overlap - 7'200'000'000, prague.microsToUtc(overlap));
  int64_t winter = *parseTimestampMicros("2150-01-15 12:00:00", TimestampForm::kSql, false);
  EXPECT_EQ(winter - 3'600'000'000, prague.microsToUtc(winter));
}

TEST(TimeZoneTest, Names) {
  EXPECT_EQ(-8 * 3600, TimeZone::find("GMT-08:00").value()->offsetAt(0));
  EXPECT_EQ(19800, TimeZone::find("+05:30").value()->offsetAt(0));
  EXPECT_TRUE(TimeZone::find("UTC").value()->isUtc());
  EXPECT_FALSE(TimeZone::find("Mars/Olympus").ok());
}

}  // namespace
}  // namespace millrace
