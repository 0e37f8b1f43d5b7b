// Text forms of scalar values as Java's standard library reads and writes them, which is what
// Flink's text formats build on. Pure functions; nothing here allocates except appends to strings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/column.h"

namespace millrace {

// Without leading and trailing characters up to U+0020, as Java's String.trim.
std::string_view trimJava(std::string_view text);

// ASCII letters only.
std::string toUpperAscii(std::string_view text);

// Long.parseLong and its narrower relatives: an optional sign and digits within [low, high].
std::optional<int64_t> parseJavaInteger(std::string_view text, int64_t low, int64_t high);
// Double.parseDouble and Float.parseFloat (text already trimmed).
std::optional<double> parseJavaDouble(std::string_view text);
std::optional<float> parseJavaFloat(std::string_view text);
// "true" in any case is true, all else false.
bool parseJavaBoolean(std::string_view text);
// True when `text` is what new BigDecimal(text) accepts.
bool isDecimalText(std::string_view text);

// unscaled * 10^-scale as Jackson writes a decimal: trailing zeros stripped, then
// BigDecimal.toString ("1E+2", "12.3", "1E-10").
void appendBigDecimal(int128 unscaled, int scale, std::string& out);

// Which of Java's formatters reads or writes a timestamp.
enum class TimestampStyle : uint8_t {
  kSql,  // 2024-01-31 12:00:00[.123], smart resolution (February 30 is the last of February)
  kIso,  // 2024-01-31T12:00[:00[.123]], strict resolution
};

// A local date and time, or a time alone: days since 1970-01-01 and nanoseconds of the day.
struct DateTimeValue {
  int64_t days = 0;
  int64_t nanosOfDay = 0;
};

// ISO_LOCAL_DATE in years 0000 to 9999; days since 1970-01-01.
std::optional<int32_t> parseDateText(std::string_view text);
// java.sql.Date.valueOf: month and day may have one digit, the days of all months go to 31 (what is
// too much flows into the next month), and before October 15th 1582 the calendar is Julian.
std::optional<int32_t> parseSqlDateText(std::string_view text);
// "HH:mm:ss[.fraction]"; nanoseconds of the day. `secondsOptional` as in ISO_LOCAL_TIME.
std::optional<int64_t> parseTimeText(std::string_view text, bool secondsOptional);
// `zoned` texts end in Z.
std::optional<DateTimeValue> parseTimestampText(std::string_view text, TimestampStyle style,
                                                bool zoned);

// The column's value of a date and time, cut to the precision of the type.
int64_t microsOf(const DateTimeValue& value, int precision);
NanoTimestamp nanoTimestampOf(const DateTimeValue& value, int precision);
// The date and time of a TIMESTAMP or TIMESTAMP_LTZ column's row.
DateTimeValue dateTimeOf(const Column& column, size_t row);

// "2024-01-31".
void appendDateText(int64_t days, std::string& out);
// How many digits of a second's fraction to write.
enum class FractionStyle : uint8_t {
  kShortest,  // as many as needed: "", ".1", ".123456"
  kThrees,    // 0, 3, 6 or 9 digits, and no seconds when they are zero: LocalTime.toString
  kThreesWithSeconds,
};
void appendTimeText(int64_t nanosOfDay, FractionStyle style, std::string& out);
void appendTimestampText(const DateTimeValue& value, TimestampStyle style, std::string& out);

// Days since 1970-01-01 of a proleptic Gregorian date.
int64_t daysOfDate(int64_t year, int month, int day);

// Base64 as Jackson reads it: blanks may stand in front of each group of four characters, and more
// groups may follow a padded one. `cutShort` (may be nullptr) is set when the text is wrong because
// it ends after the first character of a group, or in the middle of the padding.
std::optional<std::string> decodeBase64Text(std::string_view text, bool* cutShort = nullptr);
void appendBase64Text(std::string_view bytes, std::string& out);

}  // namespace millrace
