// Dates, times and timestamps: calendar arithmetic, text forms, EXTRACT, FLOOR, CEIL and interval
// arithmetic with Flink's results.
//
// A date is days since 1970-01-01 (proleptic Gregorian), a time is milliseconds of the day, a
// timestamp is a NanoTimestamp or microseconds. Parsers give std::nullopt for malformed text.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/string_view.h"

namespace millrace {

inline constexpr int64_t kMillisPerDay = 86'400'000;
inline constexpr int64_t kMicrosPerDay = 86'400'000'000;

constexpr int64_t floorDivide(int64_t value, int64_t divisor) {
  int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}
constexpr int64_t floorModulo(int64_t value, int64_t divisor) {
  int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

struct CivilDate {
  int32_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;
  bool operator==(const CivilDate&) const = default;
};

int32_t daysOfCivil(CivilDate date);
CivilDate civilOfDays(int32_t days);
int lastDayOfMonth(int year, int month);

inline int64_t microsOf(NanoTimestamp value) { return value.millis * 1000 + value.nanos / 1000; }
inline NanoTimestamp nanosOfMicros(int64_t micros) {
  int64_t millis = floorDivide(micros, 1000);
  return {millis, static_cast<int32_t>(micros - millis * 1000) * 1000, 0};
}
// Cuts the digits behind `precision`, towards the past.
int64_t truncateMicros(int64_t micros, int precision);
NanoTimestamp truncateNanos(NanoTimestamp value, int precision);

// --- Text to value ---

// CAST(text AS DATE): "2024-1-2", also "2024", "2024-05" and with a time behind a space.
std::optional<int32_t> parseDate(std::string_view text);
// CAST(text AS TIME): "3:4:5", "03:04", "03", a fraction rounded to milliseconds, an offset.
std::optional<int32_t> parseTime(std::string_view text);
// CAST(text AS TIMESTAMP): "2024-1-2" or "2024-1-2 3:4:5[.123456789]". Days 29 to 31 become the
// last day of a shorter month; 24:00:00 is the next midnight.
std::optional<NanoTimestamp> parseTimestamp(std::string_view text);

// The forms of the text formats: two digits everywhere, up to nine fraction digits.
//   kSql  "2024-01-02 03:04:05.123"
//   kIso  "2024-01-02T03:04:05.123"; seconds may be missing
// With `zoned` a "Z" must follow.
enum class TimestampForm : uint8_t { kSql, kIso };
std::optional<NanoTimestamp> parseTimestampStrictly(std::string_view text, TimestampForm form,
                                                    bool zoned);
// The same in microseconds, further digits cut: the hot path of text formats.
std::optional<int64_t> parseTimestampMicros(std::string_view text, TimestampForm form, bool zoned);
// "03:04:05[.123]" strictly; in milliseconds.
std::optional<int32_t> parseTimeStrictly(std::string_view text);

// --- Value to text ---

void appendDate(int32_t days, std::string& out);
// "03:04:05" and, for precision > 0, a fraction as Flink's CAST prints it: at least one digit,
// without trailing zeros.
void appendTime(int32_t millis, int precision, std::string& out);
// With exactly `precision` digits (at most 9).
void appendTimeExactly(int32_t millis, int precision, std::string& out);
// "2024-01-02 03:04:05.123" with exactly `precision` digits and the given separator.
void appendTimestamp(NanoTimestamp value, int precision, std::string& out, char separator = ' ');
// "+1-02" and "+1 02:03:04.567".
void appendIntervalYearMonth(int32_t months, std::string& out);
void appendIntervalDayTime(int64_t millis, std::string& out);

// --- Fields ---

enum class TimeUnit : uint8_t {
  kMillennium,
  kCentury,
  kDecade,
  kYear,
  kIsoYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfYear,
  kDayOfWeek,
  kIsoDayOfWeek,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpoch,
};

// "YEAR", "DOW", "EPOCH", ... in any case.
std::optional<TimeUnit> timeUnitOf(std::string_view name);

// EXTRACT. Sunday is 1 for DOW, Monday is 1 for ISODOW; EPOCH is in seconds. Before 1970 a
// timestamp with a time of day counts as Flink counts it: divided towards zero.
int64_t extractFromDate(TimeUnit unit, int32_t days);
int64_t extractFromTimestamp(TimeUnit unit, NanoTimestamp value);
// HOUR to MILLISECOND only; other units give 0.
int64_t extractFromTime(TimeUnit unit, int32_t millis);

// FLOOR and CEIL; WEEK starts on Sunday. Units: kMillennium to kDay without kIsoYear, and for
// timestamps (milliseconds) also kHour to kMillisecond.
int32_t floorDate(TimeUnit unit, int32_t days);
int32_t ceilDate(TimeUnit unit, int32_t days);
int64_t floorTimestamp(TimeUnit unit, int64_t millis);
int64_t ceilTimestamp(TimeUnit unit, int64_t millis);

// The day is cut to the last day of the month.
int32_t addMonths(int32_t days, int64_t months);
int64_t addMonthsToMillis(int64_t millis, int64_t months);
int64_t addMonthsToMicros(int64_t micros, int64_t months);
// Whole months from `from` to `to` (negative when `to` is earlier).
int32_t monthsBetween(int32_t to, int32_t from);
int32_t monthsBetweenMillis(int64_t to, int64_t from);

}  // namespace millrace
