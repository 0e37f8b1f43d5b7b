#include "formats/text_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/ascii.h"
#include "types/decimal.h"

namespace millrace {

namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr int64_t kMillisPerDay = 86'400'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kPowers[] = {1,       10,        100,        1'000,       10'000,
                               100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

// Reads exactly `count` digits at `at`; -1 when they are not all digits.
int readDigits(std::string_view text, size_t at, int count) {
  if (at + static_cast<size_t>(count) > text.size()) return -1;
  int value = 0;
  for (int i = 0; i < count; ++i) {
    char c = text[at + static_cast<size_t>(i)];
    if (!isDigit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool isLeapYear(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int daysInMonth(int year, int month) {
  if (month == 2) return isLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Reads "yyyy-MM-dd" at the front. Smart resolution moves day 29 to 31 back to the month's end.
std::optional<int64_t> readDate(std::string_view text, bool smart) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year = readDigits(text, 0, 4);
  int month = readDigits(text, 5, 2);
  int day = readDigits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  int last = daysInMonth(year, month);
  if (day > last) {
    if (!smart) return std::nullopt;
    day = last;
  }
  return daysOfDate(year, month, day);
}

struct TimeRead {
  int64_t nanos = 0;
  size_t length = 0;
};

// Reads "HH:mm[:ss[.fraction]]" at the front. 24:00:00 gives a whole day when smart.
std::optional<TimeRead> readTime(std::string_view text, bool secondsOptional, bool smart) {
  int hour = readDigits(text, 0, 2);
  int minute = readDigits(text, 3, 2);
  if (hour < 0 || minute < 0 || text[2] != ':' || minute > 59) return std::nullopt;
  size_t at = 5;
  int second = 0;
  int64_t fraction = 0;
  if (at < text.size() && text[at] == ':') {
    second = readDigits(text, at + 1, 2);
    if (second < 0 || second > 59) return std::nullopt;
    at += 3;
    if (at < text.size() && text[at] == '.') {
      size_t begin = ++at;
      while (at < text.size() && at - begin < 9 && isDigit(text[at])) {
        fraction = fraction * 10 + (text[at++] - '0');
      }
      fraction *= kPowers[9 - (at - begin)];
    }
  } else if (!secondsOptional) {
    return std::nullopt;
  }
  if (hour > 24 || (hour == 24 && (!smart || minute != 0 || second != 0 || fraction != 0))) {
    return std::nullopt;
  }
  return TimeRead{((hour * 60 + minute) * 60LL + second) * kNanosPerSecond + fraction, at};
}

template <typename Real>
std::optional<Real> parseJavaReal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  Real value = 0;
  if (text == "NaN") {
    value = std::numeric_limits<Real>::quiet_NaN();
  } else if (text == "Infinity") {
    value = std::numeric_limits<Real>::infinity();
  } else {
    if (!isDigit(text[0]) && text[0] != '.') return std::nullopt;
    // Hexadecimal numbers have an exponent, in whose digits d and f cannot occur.
    bool hex = text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
    if (hex && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    if (hex) text.remove_prefix(2);
    char last = text.back();
    if (last == 'd' || last == 'D' || last == 'f' || last == 'F') text.remove_suffix(1);
    const char* end = text.data() + text.size();
    auto format = hex ? std::chars_format::hex : std::chars_format::general;
    auto [stop, code] = std::from_chars(text.data(), end, value, format);
    if (stop != end || code == std::errc::invalid_argument) return std::nullopt;
    if (code == std::errc::result_out_of_range) {
      // Too large is infinite and too small is zero; strtod tells which.
      std::string whole = (hex ? "0x" : "") + std::string(text);
      value = static_cast<Real>(std::strtod(whole.c_str(), nullptr));
    }
  }
  return negative ? -value : value;
}

void appendPadded(int64_t value, int width, std::string& out) {
  char digits[20];
  if (width == 2) {
    auto small = static_cast<uint32_t>(value);
    digits[0] = static_cast<char>('0' + small / 10);
    digits[1] = static_cast<char>('0' + small % 10);
    out.append(digits, 2);
    return;
  }
  for (int i = width - 1; i >= 0; --i, value /= 10) {
    digits[i] = static_cast<char>('0' + value % 10);
  }
  out.append(digits, static_cast<size_t>(width));
}

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> makeBase64Values() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
  }
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = makeBase64Values();

}  // namespace

std::string_view trimJava(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string toUpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::optional<int64_t> parseJavaInteger(std::string_view text, int64_t low, int64_t high) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  int64_t value = 0;
  const char* end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stop != end || value < low || value > high) return std::nullopt;
  return value;
}

std::optional<double> parseJavaDouble(std::string_view text) { return parseJavaReal<double>(text); }
std::optional<float> parseJavaFloat(std::string_view text) { return parseJavaReal<float>(text); }

bool parseJavaBoolean(std::string_view text) {
  if (text.size() != 4) return false;
  constexpr std::string_view kTrue = "true";
  for (size_t i = 0; i < 4; ++i) {
    if ((text[i] | 0x20) != kTrue[i]) return false;
  }
  return true;
}

bool isDecimalText(std::string_view text) {
  size_t at = 0;
  auto skipSign = [&] {
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  };
  auto skipDigits = [&] {
    size_t begin = at;
    while (at < text.size() && isDigit(text[at])) ++at;
    return at - begin;
  };
  skipSign();
  size_t digits = skipDigits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits += skipDigits();
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    skipSign();
    size_t exponent = skipDigits();
    if (exponent == 0 || exponent > 10) return false;
  }
  return at == text.size();
}

void appendBigDecimal(int128 unscaled, int scale, std::string& out) {
  if (unscaled == 0) {
    out += '0';
    return;
  }
  for (; unscaled % 10 == 0; unscaled /= 10) --scale;
  std::string digits;
  appendInteger(unscaled < 0 ? -unscaled : unscaled, digits);
  // The exponent when one digit stands before the point; numbers below 1e-6 are written with it.
  int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) return appendDecimal(unscaled, scale, out);
  if (unscaled < 0) out += '-';
  out += digits[0];
  if (digits.size() > 1) out.append(".").append(digits, 1);
  if (exponent == 0) return;
  out += exponent > 0 ? "E+" : "E-";
  out += std::to_string(std::abs(exponent));
}

int64_t daysOfDate(int64_t year, int month, int day) {
  // Counts from March so that the leap day is the last of its year.
  year -= month <= 2 ? 1 : 0;
  int64_t era = floorDivide(year, 400);
  int64_t yearOfEra = year - era * 400;
  int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719'468;
}

std::optional<int32_t> parseDateText(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  std::optional<int64_t> days = readDate(text, false);
  if (!days) return std::nullopt;
  return static_cast<int32_t>(*days);
}

std::optional<int32_t> parseSqlDateText(std::string_view text) {
  size_t first = text.find('-');
  size_t second = first == std::string_view::npos ? first : text.find('-', first + 1);
  if (first != 4 || second == std::string_view::npos || second > 7 || text.size() - second > 3) {
    return std::nullopt;
  }
  std::optional<int64_t> year = parseJavaInteger(text.substr(0, 4), 0, 9'999);
  std::optional<int64_t> month = parseJavaInteger(text.substr(5, second - 5), 1, 12);
  std::optional<int64_t> day = parseJavaInteger(text.substr(second + 1), 1, 31);
  if (!year || !month || !day) return std::nullopt;
  int y = static_cast<int>(*year), m = static_cast<int>(*month), d = static_cast<int>(*day);
  bool julian = y * 10'000 + m * 100 + d < 15'821'015;
  int last = julian && m == 2 ? (y % 4 == 0 ? 29 : 28) : daysInMonth(y, m);
  if (d > last) {
    // No month of 31 days flows over, so the year stays.
    d -= last;
    ++m;
  } else if (julian && y == 1582 && m == 10 && d > 4) {
    d += 10;  // the days that the change of calendars left out
  }
  if (y == 0) y = 1;  // the year before the first is called year one (of the era before)
  if (d > daysInMonth(y, m)) return std::nullopt;
  return static_cast<int32_t>(daysOfDate(y, m, d));
}

std::optional<int64_t> parseTimeText(std::string_view text, bool secondsOptional) {
  std::optional<TimeRead> time = readTime(text, secondsOptional, !secondsOptional);
  if (!time || time->length != text.size()) return std::nullopt;
  return time->nanos % (kSecondsPerDay * kNanosPerSecond);
}

std::optional<DateTimeValue> parseTimestampText(std::string_view text, TimestampStyle style,
                                                bool zoned) {
  if (zoned) {
    if (text.empty() || text.back() != 'Z') return std::nullopt;
    text.remove_suffix(1);
  }
  bool sql = style == TimestampStyle::kSql;
  bool smart = sql || zoned;
  std::optional<int64_t> days = readDate(text, smart);
  if (!days || text.size() < 16) return std::nullopt;
  char separator = text[10];
  bool separates = sql ? separator == ' ' : separator == 'T' || (!zoned && separator == 't');
  if (!separates) return std::nullopt;
  std::optional<TimeRead> time = readTime(text.substr(11), !sql, smart);
  if (!time || time->length != text.size() - 11) return std::nullopt;
  constexpr int64_t kNanosPerDay = kSecondsPerDay * kNanosPerSecond;
  return DateTimeValue{*days + time->nanos / kNanosPerDay, time->nanos % kNanosPerDay};
}

int64_t microsOf(const DateTimeValue& value, int precision) {
  int64_t unit = kPowers[9 - std::min(precision, 6)];
  return value.days * kMicrosPerDay + value.nanosOfDay / unit * unit / 1'000;
}

NanoTimestamp nanoTimestampOf(const DateTimeValue& value, int precision) {
  int64_t unit = kPowers[9 - precision];
  int64_t nanos = value.nanosOfDay / unit * unit;
  return {value.days * kMillisPerDay + nanos / 1'000'000, static_cast<int32_t>(nanos % 1'000'000),
          0};
}

DateTimeValue dateTimeOf(const Column& column, size_t row) {
  size_t at = column.position(row);
  if (column.physical() == Physical::kNanoTimestamp) {
    const NanoTimestamp& value = column.values<NanoTimestamp>()[at];
    int64_t days = floorDivide(value.millis, kMillisPerDay);
    return {days, (value.millis - days * kMillisPerDay) * 1'000'000 + value.nanos};
  }
  int64_t micros = column.values<int64_t>()[at];
  int64_t days = floorDivide(micros, kMicrosPerDay);
  return {days, (micros - days * kMicrosPerDay) * 1'000};
}

void appendDateText(int64_t days, std::string& out) {
  int64_t z = days + 719'468;
  int64_t era = floorDivide(z, 146'097);
  int64_t dayOfEra = z - era * 146'097;
  int64_t yearOfEra = (dayOfEra - dayOfEra / 1'460 + dayOfEra / 36'524 - dayOfEra / 146'096) / 365;
  int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  int64_t shifted = (5 * dayOfYear + 2) / 153;
  int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  int64_t year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0) {
    out += '-';
    year = -year;
  }
  appendPadded(year, 4, out);
  out += '-';
  appendPadded(month, 2, out);
  out += '-';
  appendPadded(dayOfYear - (153 * shifted + 2) / 5 + 1, 2, out);
}

void appendTimeText(int64_t nanosOfDay, FractionStyle style, std::string& out) {
  int64_t seconds = nanosOfDay / kNanosPerSecond;
  int64_t fraction = nanosOfDay % kNanosPerSecond;
  appendPadded(seconds / 3'600, 2, out);
  out += ':';
  appendPadded(seconds / 60 % 60, 2, out);
  if (style == FractionStyle::kThrees && seconds % 60 == 0 && fraction == 0) return;
  out += ':';
  appendPadded(seconds % 60, 2, out);
  if (fraction == 0) return;
  out += '.';
  int digits = 9;
  if (style == FractionStyle::kShortest) {
    for (; fraction % 10 == 0; fraction /= 10) --digits;
  } else {
    for (; fraction % 1'000 == 0; fraction /= 1'000) digits -= 3;
  }
  appendPadded(fraction, digits, out);
}

void appendTimestampText(const DateTimeValue& value, TimestampStyle style, std::string& out) {
  appendDateText(value.days, out);
  out += style == TimestampStyle::kSql ? ' ' : 'T';
  appendTimeText(value.nanosOfDay, FractionStyle::kShortest, out);
}

std::optional<std::string> decodeBase64Text(std::string_view text, bool* cutShort) {
  if (cutShort) *cutShort = false;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  size_t at = 0;
  while (true) {
    while (at < text.size() && static_cast<unsigned char>(text[at]) <= 0x20) ++at;
    if (at == text.size()) return out;
    std::string_view group = text.substr(at, 4);
    at += group.size();
    uint32_t bits = 0;
    size_t count = 0;
    for (; count < group.size(); ++count) {
      int8_t value = kBase64Values[static_cast<unsigned char>(group[count])];
      if (value < 0) break;
      bits = bits << 6 | static_cast<uint32_t>(value);
    }
    bool ended = group.size() < 4;
    if (count < 4 &&
        !(count >= 2 && group.substr(count) == std::string_view("==").substr(count - 2))) {
      bool insidePadding = group.size() == 3 && count == 2 && group[2] == '=';
      if (cutShort && ended) *cutShort = (group.size() == 1 && count == 1) || insidePadding;
      return std::nullopt;
    }
    bits <<= 6 * (4 - count);
    out += static_cast<char>(bits >> 16);
    if (count > 2) out += static_cast<char>(bits >> 8);
    if (count > 3) out += static_cast<char>(bits);
  }
}

void appendBase64Text(std::string_view bytes, std::string& out) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += k <= count ? kBase64[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
}

}  // namespace millrace
