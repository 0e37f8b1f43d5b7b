#include "functions/date_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "types/datetime.h"

namespace millrace {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int kMostDigits = 9;

void appendNumber(int64_t value, int width, std::string& out) {
  char digits[24];
  int count = 0;
  bool negative = value < 0;
  uint64_t rest =
      negative ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (negative) out += '-';
  for (int i = count; i < width; ++i) out += '0';
  while (count > 0) out += digits[--count];
}

// Microseconds of the finest unit that a letter shows.
int64_t granularityOf(char letter) {
  switch (letter) {
    case 'S':
    case 'n':
      return 1;
    case 's':
      return kMicrosPerSecond;
    case 'm':
      return 60 * kMicrosPerSecond;
    case 'H':
    case 'k':
    case 'K':
    case 'h':
    case 'a':
      return 3600 * kMicrosPerSecond;
    default:
      return kMicrosPerDay;
  }
}

// Stands for SimpleDateFormat's u.
constexpr char kIsoWeekday = 'i';

constexpr std::string_view kLetters = "yuMLdDEaHkKhmsSnwQqe";

// Monday is 0.
int weekday(int32_t days) { return static_cast<int>(floorModulo(int64_t{days} + 3, 7)); }

// Week of the year as in the US: week 1 holds January 1, weeks start on Sunday.
int localWeek(int32_t days, CivilDate date) {
  int32_t newYear = daysOfCivil({date.year, 1, 1});
  int sundayBased = (weekday(newYear) + 1) % 7;
  return (days - newYear + sundayBased) / 7 + 1;
}

void appendName(std::string_view name, int count, std::string& out) {
  if (count == 4)
    out += name;
  else if (count == 5)
    out += name.substr(0, 1);
  else
    out += name.substr(0, 3);
}

// Reads up to `most` digits.
bool readDigits(std::string_view& text, int least, int most, int64_t& value) {
  int count = 0;
  value = 0;
  while (count < most && count < static_cast<int>(text.size()) &&
         text[static_cast<size_t>(count)] >= '0' && text[static_cast<size_t>(count)] <= '9') {
    value = value * 10 + (text[static_cast<size_t>(count)] - '0');
    ++count;
  }
  text.remove_prefix(static_cast<size_t>(count));
  return count >= least;
}

template <size_t N>
bool readName(std::string_view& text, const std::array<std::string_view, N>& names, bool full,
              int64_t& index) {
  for (size_t i = 0; i < N; ++i) {
    std::string_view name = full ? names[i] : names[i].substr(0, 3);
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    index = static_cast<int64_t>(i) + 1;
    return true;
  }
  return false;
}

}  // namespace

struct DatePattern::Fields {
  int64_t year = 1970, month = 1, day = 1, dayOfYear = 0;
  int64_t hour = 0, halfDayHour = -1, minute = 0, second = 0, nanos = 0;
  bool afternoon = false;
};

Result<DatePattern> DatePattern::compile(std::string_view pattern, Style style) {
  DatePattern compiled;
  compiled.style_ = style;
  compiled.granularity_ = kMicrosPerDay;
  auto literal = [&](std::string_view text) {
    if (compiled.elements_.empty() || compiled.elements_.back().letter != 0) {
      compiled.elements_.emplace_back();
    }
    compiled.elements_.back().literal += text;
  };
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (c == '\'') {
      if (pattern.substr(at, 2) == "''") {
        literal("'");
        at += 2;
        continue;
      }
      for (++at;; ++at) {
        if (at >= pattern.size()) {
          return Error(ErrorKind::kInvalidArgument,
                       fmt::format("unterminated quote in date pattern '{}'", pattern));
        }
        if (pattern[at] != '\'') {
          literal(pattern.substr(at, 1));
        } else if (pattern.substr(at, 2) == "''") {
          literal("'");
          ++at;
        } else {
          break;
        }
      }
      ++at;
      continue;
    }
    bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!isLetter) {
      literal(pattern.substr(at++, 1));
      continue;
    }
    if (kLetters.find(c) == std::string_view::npos) {
      return Error(ErrorKind::kUnsupported,
                   fmt::format("letter '{}' in date pattern '{}'", c, pattern));
    }
    size_t end = at;
    while (end < pattern.size() && pattern[end] == c) ++end;
    Element element;
    element.letter = c == 'u' && style == Style::kSimple ? kIsoWeekday : c;
    element.count = static_cast<int>(end - at);
    compiled.elements_.push_back(std::move(element));
    compiled.granularity_ = std::min(compiled.granularity_, granularityOf(c));
    at = end;
  }
  compiled.setWidths();
  return compiled;
}

// Fields whose digits touch share them: all but the first have as many as letters.
void DatePattern::setWidths() {
  int behind = 0;  // digits of the fixed fields that follow directly
  bool touches = false;
  for (size_t i = elements_.size(); i-- > 0;) {
    Element& element = elements_[i];
    if (!isNumeric(element)) {
      behind = 0;
      touches = false;
      continue;
    }
    bool isYear = element.letter == 'y' || element.letter == 'u';
    if (!isStrict()) {
      if (touches) element.most = element.count;
    } else if (element.count == 1) {
      element.most = std::max(1, touches && behind > 0 ? kMostDigits - behind : kMostDigits);
    } else if (element.letter == 'D' && element.count == 2) {
      element.least = 2;
      element.most = 3;
    } else {
      // A year of four letters and more has exactly as many digits, unless a sign comes first.
      element.least = element.count;
      element.most = isYear && element.count == 3 ? kMostDigits : element.count;
    }
    bool isFixed = element.least == element.most;
    behind = isFixed ? behind + element.most : 0;
    touches = true;
  }
}

bool DatePattern::isNumeric(const Element& element) {
  if (element.letter == 0 || element.letter == 'a' || element.letter == 'E') return false;
  bool mayBeName = element.letter == 'M' || element.letter == 'L';
  return !mayBeName || element.count <= 2;
}

void DatePattern::format(int64_t micros, int32_t nanosOfMicro, std::string& out) const {
  int64_t days64 = floorDivide(micros, kMicrosPerDay);
  auto days = static_cast<int32_t>(days64);
  int64_t ofDay = micros - days64 * kMicrosPerDay;
  CivilDate date = civilOfDays(days);
  int64_t second = ofDay / kMicrosPerSecond;
  int64_t hour = second / 3600;
  for (const Element& element : elements_) {
    int count = element.count;
    switch (element.letter) {
      case 0:
        out += element.literal;
        break;
      case 'y':
      case 'u':
        if (count == 2)
          appendNumber(floorModulo(date.year, 100), 2, out);
        else
          appendNumber(date.year, count, out);
        break;
      case 'M':
      case 'L':
        if (count <= 2)
          appendNumber(date.month, count, out);
        else
          appendName(kMonths[static_cast<size_t>(date.month - 1)], count, out);
        break;
      case 'd':
        appendNumber(date.day, count, out);
        break;
      case 'D':
        appendNumber(days - daysOfCivil({date.year, 1, 1}) + 1, count, out);
        break;
      case 'E':
        appendName(kDays[static_cast<size_t>(weekday(days))], count, out);
        break;
      case kIsoWeekday:
        appendNumber(weekday(days) + 1, count, out);
        break;
      case 'e':
        appendNumber((weekday(days) + 1) % 7 + 1, count, out);
        break;
      case 'w':
        appendNumber(localWeek(days, date), count, out);
        break;
      case 'Q':
      case 'q':
        appendNumber((date.month + 2) / 3, count, out);
        break;
      case 'a':
        out += hour < 12 ? "AM" : "PM";
        break;
      case 'H':
        appendNumber(hour, count, out);
        break;
      case 'k':
        appendNumber(hour == 0 ? 24 : hour, count, out);
        break;
      case 'K':
        appendNumber(hour % 12, count, out);
        break;
      case 'h':
        appendNumber(hour % 12 == 0 ? 12 : hour % 12, count, out);
        break;
      case 'm':
        appendNumber(second / 60 % 60, count, out);
        break;
      case 's':
        appendNumber(second % 60, count, out);
        break;
      case 'n':
        appendNumber(ofDay % kMicrosPerSecond * 1000 + nanosOfMicro, count, out);
        break;
      case 'S': {
        if (style_ == Style::kSimple) {
          appendNumber(ofDay % kMicrosPerSecond / 1000, count, out);
          break;
        }
        int64_t fraction = ofDay % kMicrosPerSecond * 1000 + nanosOfMicro;
        for (int digits = 9; digits > count; --digits) fraction /= 10;
        appendNumber(fraction, std::min(count, 9), out);
        break;
      }
      default:
        break;
    }
  }
}

bool DatePattern::parseElement(const Element& element, std::string_view& text,
                               Fields& fields) const {
  if (element.letter == 0) {
    if (!text.starts_with(element.literal)) return false;
    text.remove_prefix(element.literal.size());
    return true;
  }
  int least = element.least, most = element.most;
  int64_t value = 0;
  size_t before = text.size();
  switch (element.letter) {
    case 'y':
    case 'u':
      if (!readDigits(text, least, most, value)) return false;
      fields.year = element.count == 2 && before - text.size() == 2 ? 2000 + value : value;
      return true;
    case 'M':
    case 'L':
      if (element.count > 2) return readName(text, kMonths, element.count == 4, fields.month);
      return readDigits(text, least, most, fields.month);
    case 'd':
      return readDigits(text, least, most, fields.day);
    case 'D':
      return readDigits(text, least, most, fields.dayOfYear);
    case 'E':
      return readName(text, kDays, element.count == 4, value);
    case 'H':
      return readDigits(text, least, most, fields.hour);
    case 'k':
      if (!readDigits(text, least, most, value)) return false;
      fields.hour = value % 24;
      return true;
    case 'K':
    case 'h':
      if (!readDigits(text, least, most, value)) return false;
      fields.halfDayHour = value % 12;
      return true;
    case 'a':
      if (!text.starts_with("AM") && !text.starts_with("PM")) return false;
      fields.afternoon = text[0] == 'P';
      text.remove_prefix(2);
      return true;
    case 'm':
      return readDigits(text, least, most, fields.minute);
    case 's':
      return readDigits(text, least, most, fields.second);
    case 'S': {
      if (!readDigits(text, least, most, value)) return false;
      auto digits = style_ == Style::kSimple ? 3 : static_cast<int>(before - text.size());
      for (; digits < 9; ++digits) value *= 10;
      fields.nanos = value;
      return true;
    }
    default:
      return readDigits(text, least, most, value);
  }
}

std::optional<NanoTimestamp> DatePattern::parse(std::string_view text) const {
  Fields fields;
  for (const Element& element : elements_) {
    if (!parseElement(element, text, fields)) return std::nullopt;
  }
  if (!text.empty() && isStrict()) return std::nullopt;
  if (fields.halfDayHour >= 0) fields.hour = fields.halfDayHour + (fields.afternoon ? 12 : 0);
  return resolve(fields);
}

std::optional<NanoTimestamp> DatePattern::resolve(Fields fields) const {
  if (isStrict()) {
    bool midnight =
        fields.hour == 24 && fields.minute == 0 && fields.second == 0 && fields.nanos == 0;
    bool valid = fields.month >= 1 && fields.month <= 12 && fields.day >= 1 && fields.day <= 31 &&
                 (fields.hour < 24 || midnight) && fields.minute < 60 && fields.second < 60;
    if (!valid) return std::nullopt;
  }
  int64_t year = fields.year + floorDivide(fields.month - 1, 12);
  auto month = static_cast<int32_t>(floorModulo(fields.month - 1, 12) + 1);
  if (year < 0 || year > 9999) return std::nullopt;
  auto wholeYear = static_cast<int32_t>(year);
  if (isStrict()) {
    fields.day = std::min<int64_t>(fields.day, lastDayOfMonth(wholeYear, month));
  }
  int64_t days = daysOfCivil({wholeYear, month, 1}) + fields.day - 1;
  if (fields.dayOfYear > 0) days = daysOfCivil({wholeYear, 1, 1}) + fields.dayOfYear - 1;
  int64_t millis = days * kMillisPerDay +
                   ((fields.hour * 60 + fields.minute) * 60 + fields.second) * 1000 +
                   fields.nanos / 1'000'000;
  return NanoTimestamp{millis, static_cast<int32_t>(fields.nanos % 1'000'000), 0};
}

}  // namespace millrace
