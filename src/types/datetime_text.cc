// The text forms of dates, times, timestamps and intervals (declared in types/datetime.h).
#include <cstdlib>
#include <cstring>

#include "base/ascii.h"
#include "types/datetime.h"

namespace millrace {

namespace {

constexpr int32_t kPowers[10] = {1,       10,        100,        1000,        10'000,
                                 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

std::string_view trimmed(std::string_view text) {
  // Java's trim: everything up to the space.
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// A run of digits only, blanks around it ignored; false when there are none or too many.
bool readNumber(std::string_view text, int& out) {
  text = trimmed(text);
  if (text.empty() || text.size() > 9) return false;
  out = 0;
  for (char c : text) {
    if (!isDigit(c)) return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

bool isDate(int year, int month, int day) {
  return year >= 0 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= lastDayOfMonth(year, month);
}

// Milliseconds of a fraction; the fourth digit rounds.
int fractionMillis(std::string_view digits) {
  int millis = 0;
  int unit = 100;
  for (size_t i = 0; i < digits.size() && i < 3; ++i, unit /= 10) {
    if (isDigit(digits[i])) millis += unit * (digits[i] - '0');
  }
  if (digits.size() > 3 && digits[3] >= '5') ++millis;
  return millis;
}

// Reads timestamps from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : next_(text.data()), end_(next_ + text.size()) {}

  bool atEnd() const { return next_ == end_; }
  bool accept(char c) {
    if (next_ == end_ || *next_ != c) return false;
    ++next_;
    return true;
  }
  // Exactly `count` digits.
  bool digits(int count, int& out) {
    if (end_ - next_ < count) return false;
    out = 0;
    for (int i = 0; i < count; ++i) {
      if (!isDigit(next_[i])) return false;
      out = out * 10 + (next_[i] - '0');
    }
    next_ += count;
    return true;
  }
  // Two digits, or one when `lenient`.
  bool twoDigits(bool lenient, int& out) { return digits(2, out) || (lenient && digits(1, out)); }
  // Up to nine fraction digits as nanoseconds.
  void fraction(int& nanos) {
    nanos = 0;
    int count = 0;
    while (count < 9 && next_ < end_ && isDigit(*next_)) {
      nanos = nanos * 10 + (*next_++ - '0');
      ++count;
    }
    nanos *= kPowers[9 - count];
  }

 private:
  const char* next_;
  const char* end_;
};

struct ClockTime {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanos = 0;

  bool valid() const {
    bool midnight = hour == 24 && minute == 0 && second == 0 && nanos == 0;
    return (hour <= 23 || midnight) && minute <= 59 && second <= 59;
  }
  int64_t seconds() const { return hour * 3600 + minute * 60 + second; }
};

bool scanDate(Scanner& in, bool lenient, int32_t& days) {
  int year, month, day;
  if (!in.digits(4, year) || !in.accept('-') || !in.twoDigits(lenient, month) || !in.accept('-') ||
      !in.twoDigits(lenient, day)) {
    return false;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  int last = lastDayOfMonth(year, month);
  days = daysOfCivil({year, month, day < last ? day : last});
  return true;
}

bool scanClock(Scanner& in, bool lenient, bool secondsOptional, ClockTime& time) {
  if (!in.twoDigits(lenient, time.hour) || !in.accept(':') || !in.twoDigits(lenient, time.minute)) {
    return false;
  }
  if (!in.accept(':')) return secondsOptional && time.valid();
  if (!in.twoDigits(lenient, time.second)) return false;
  if (in.accept('.')) in.fraction(time.nanos);
  return time.valid();
}

// Eight bytes are digits where the mask is 0x0F and equal the pattern elsewhere.
inline bool matches(uint64_t bytes, uint64_t digitMask, uint64_t pattern) {
  // A digit has the high nibble 3 and survives adding 6 without leaving that nibble.
  uint64_t high = digitMask << 4;
  bool digits = (bytes & high) == (0x3030303030303030 & high) &&
                ((bytes + (0x0606060606060606 & digitMask)) & high) == (0x3030303030303030 & high);
  uint64_t rest = ~(digitMask | high);
  return digits && ((bytes ^ pattern) & rest) == 0;
}

inline uint64_t load8(const char* text) {
  uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  return word;
}

inline int pair(const char* text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

// "yyyy-MM-dd?HH:mm:ss" in 19 bytes; false when the shape differs or a field needs the slow path.
inline bool readWholeSeconds(const char* text, char separator, int64_t& seconds) {
  // "yyyy-MM-" , "dd?HH:mm" and the last three ":ss".
  if (!matches(load8(text), 0x000F0F000F0F0F0F, uint64_t{'-'} << 32 | uint64_t{'-'} << 56)) {
    return false;
  }
  uint64_t middle =
      static_cast<uint64_t>(static_cast<unsigned char>(separator)) << 16 | uint64_t{':'} << 40;
  if (!matches(load8(text + 8), 0x0F0F000F0F000F0F, middle)) return false;
  if (text[16] != ':' || !isDigit(text[17]) || !isDigit(text[18])) return false;
  int year = pair(text) * 100 + pair(text + 2);
  int month = pair(text + 5);
  int day = pair(text + 8);
  int hour = pair(text + 11);
  int minute = pair(text + 14);
  int second = pair(text + 17);
  // Days that some months lack, and 24:00:00, are left to the slow path.
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 28) {
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > lastDayOfMonth(year, month)) {
      return false;
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  int64_t days = daysOfCivil({year, month, day});
  seconds = days * 86400 + hour * 3600 + minute * 60 + second;
  return true;
}

constexpr size_t kWholeSecondsBytes = 19;

// The hot path: whole seconds, an optional fraction and an optional Z.
inline bool parseFast(std::string_view text, char separator, bool zoned, int64_t& seconds,
                      int& nanos) {
  if (text.size() < kWholeSecondsBytes + (zoned ? 1 : 0)) return false;
  if (!readWholeSeconds(text.data(), separator, seconds)) return false;
  nanos = 0;
  const char* next = text.data() + kWholeSecondsBytes;
  const char* end = text.data() + text.size();
  if (zoned && *--end != 'Z') return false;
  if (next == end) return true;
  if (*next++ != '.' || end - next > 9) return false;
  int count = static_cast<int>(end - next);
  for (; next < end; ++next) {
    if (!isDigit(*next)) return false;
    nanos = nanos * 10 + (*next - '0');
  }
  nanos *= kPowers[9 - count];
  return true;
}

NanoTimestamp fromSeconds(int64_t seconds, int nanos) {
  return {seconds * 1000 + nanos / 1'000'000, nanos % 1'000'000, 0};
}

bool parseForm(std::string_view text, TimestampForm form, bool zoned, int64_t& seconds,
               int& nanos) {
  char separator = form == TimestampForm::kSql ? ' ' : 'T';
  if (parseFast(text, separator, zoned, seconds, nanos)) return true;
  Scanner in(text);
  int32_t days;
  ClockTime time;
  if (!scanDate(in, false, days) || !in.accept(separator) ||
      !scanClock(in, false, form == TimestampForm::kIso, time)) {
    return false;
  }
  if ((zoned && !in.accept('Z')) || !in.atEnd()) return false;
  seconds = days * int64_t{86400} + time.seconds();
  nanos = time.nanos;
  return true;
}

void appendPair(int value, std::string& out) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

void appendClock(int seconds, std::string& out) {
  appendPair(seconds / 3600, out);
  out += ':';
  appendPair(seconds / 60 % 60, out);
  out += ':';
  appendPair(seconds % 60, out);
}

// The first `precision` of nine digits.
void appendFraction(int nanos, int precision, std::string& out) {
  if (precision <= 0) return;
  out += '.';
  for (int i = 0; i < precision; ++i) {
    out += static_cast<char>('0' + nanos / kPowers[8 - i] % 10);
  }
}

}  // namespace

std::optional<int32_t> parseDate(std::string_view text) {
  size_t space = text.find(' ');
  if (space != std::string_view::npos && space > 0) text = text.substr(0, space);
  int year = 0;
  int month = 1;
  int day = 1;
  size_t first = text.find('-');
  if (first == std::string_view::npos) {
    if (!readNumber(text, year)) return std::nullopt;
  } else {
    if (!readNumber(text.substr(0, first), year)) return std::nullopt;
    std::string_view rest = text.substr(first + 1);
    size_t second = rest.find('-');
    if (!readNumber(rest.substr(0, second), month)) return std::nullopt;
    if (second != std::string_view::npos && !readNumber(rest.substr(second + 1), day)) {
      return std::nullopt;
    }
  }
  if (!isDate(year, month, day)) return std::nullopt;
  return daysOfCivil({year, month, day});
}

std::optional<int32_t> parseTime(std::string_view text) {
  size_t zone = text.find('-');
  int sign = -1;
  if (zone == std::string_view::npos) {
    zone = text.find('+');
    sign = 1;
  }
  int zoneHour = 0;
  int zoneMinute = 0;
  if (zone != std::string_view::npos) {
    std::string_view offset = text.substr(zone + 1);
    size_t colon = offset.find(':');
    if (!readNumber(offset.substr(0, colon), zoneHour)) return std::nullopt;
    if (colon != std::string_view::npos && !readNumber(offset.substr(colon + 1), zoneMinute)) {
      return std::nullopt;
    }
    text = text.substr(0, zone);
  }
  ClockTime time;
  int millis = 0;
  size_t colon = text.find(':');
  if (!readNumber(text.substr(0, colon), time.hour)) return std::nullopt;
  if (colon != std::string_view::npos) {
    std::string_view rest = text.substr(colon + 1);
    size_t second = rest.find(':');
    if (!readNumber(rest.substr(0, second), time.minute)) return std::nullopt;
    if (second != std::string_view::npos) {
      std::string_view seconds = rest.substr(second + 1);
      size_t dot = seconds.find('.');
      if (!readNumber(seconds.substr(0, dot), time.second)) return std::nullopt;
      if (dot != std::string_view::npos) millis = fractionMillis(trimmed(seconds.substr(dot + 1)));
    }
  }
  if (time.hour > 23 || time.minute > 59 || time.second > 59) return std::nullopt;
  return static_cast<int32_t>((time.seconds() + sign * (zoneHour * 3600 + zoneMinute * 60)) * 1000 +
                              millis);
}

std::optional<NanoTimestamp> parseTimestamp(std::string_view text) {
  int64_t seconds;
  int nanos;
  if (parseFast(text, ' ', false, seconds, nanos)) return fromSeconds(seconds, nanos);
  Scanner in(text);
  int32_t days;
  if (!scanDate(in, true, days)) return std::nullopt;
  ClockTime time;
  if (!in.atEnd()) {
    if (!in.accept(' ') || !scanClock(in, true, false, time) || !in.atEnd()) return std::nullopt;
  }
  return fromSeconds(days * int64_t{86400} + time.seconds(), time.nanos);
}

std::optional<NanoTimestamp> parseTimestampStrictly(std::string_view text, TimestampForm form,
                                                    bool zoned) {
  int64_t seconds;
  int nanos;
  if (!parseForm(text, form, zoned, seconds, nanos)) return std::nullopt;
  return fromSeconds(seconds, nanos);
}

std::optional<int64_t> parseTimestampMicros(std::string_view text, TimestampForm form, bool zoned) {
  int64_t seconds;
  int nanos;
  if (!parseForm(text, form, zoned, seconds, nanos)) return std::nullopt;
  return seconds * 1'000'000 + nanos / 1000;
}

std::optional<int32_t> parseTimeStrictly(std::string_view text) {
  Scanner in(text);
  ClockTime time;
  if (!scanClock(in, false, false, time) || !in.atEnd() || time.hour > 23) return std::nullopt;
  return static_cast<int32_t>(time.seconds() * 1000 + time.nanos / 1'000'000);
}

void appendDate(int32_t days, std::string& out) {
  CivilDate date = civilOfDays(days);
  appendPair(date.year / 100, out);
  appendPair(date.year % 100, out);
  out += '-';
  appendPair(date.month, out);
  out += '-';
  appendPair(date.day, out);
}

void appendTime(int32_t millis, int precision, std::string& out) {
  millis = static_cast<int32_t>(floorModulo(millis, kMillisPerDay));
  appendClock(millis / 1000, out);
  if (precision <= 0) return;
  out += '.';
  int rest = millis % 1000;
  for (int i = 0; i < precision; ++i) {
    out += static_cast<char>('0' + rest / 100);
    rest = rest % 100 * 10;
    if (rest == 0) break;
  }
}

void appendTimeExactly(int32_t millis, int precision, std::string& out) {
  millis = static_cast<int32_t>(floorModulo(millis, kMillisPerDay));
  appendClock(millis / 1000, out);
  appendFraction(millis % 1000 * 1'000'000, precision, out);
}

void appendTimestamp(NanoTimestamp value, int precision, std::string& out, char separator) {
  int64_t days = floorDivide(value.millis, kMillisPerDay);
  int millis = static_cast<int>(value.millis - days * kMillisPerDay);
  appendDate(static_cast<int32_t>(days), out);
  out += separator;
  appendClock(millis / 1000, out);
  appendFraction(millis % 1000 * 1'000'000 + value.nanos, precision, out);
}

void appendIntervalYearMonth(int32_t months, std::string& out) {
  out += months < 0 ? '-' : '+';
  int64_t count = std::llabs(int64_t{months});
  out += std::to_string(count / 12);
  out += '-';
  appendPair(static_cast<int>(count % 12), out);
}

void appendIntervalDayTime(int64_t millis, std::string& out) {
  out += millis < 0 ? '-' : '+';
  uint64_t count = millis < 0 ? -static_cast<uint64_t>(millis) : static_cast<uint64_t>(millis);
  out += std::to_string(count / kMillisPerDay);
  out += ' ';
  int rest = static_cast<int>(count % kMillisPerDay);
  appendClock(rest / 1000, out);
  appendFraction(rest % 1000 * 1'000'000, 3, out);
}

}  // namespace millrace
