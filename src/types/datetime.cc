#include "types/datetime.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace millrace {

namespace {

constexpr int64_t kPowers[10] = {1,       10,        100,        1000,        10'000,
                                 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

// 1970-01-01 was a Thursday; Monday is 0.
int weekdayFromMonday(int32_t days) { return static_cast<int>(floorModulo(days + 3, 7)); }

int32_t firstMondayOfIsoYear(int year) {
  int32_t fourth = daysOfCivil({year, 1, 4});
  return fourth - weekdayFromMonday(fourth);
}

int isoYearOf(int32_t days, int year) {
  if (days >= firstMondayOfIsoYear(year + 1)) return year + 1;
  return days < firstMondayOfIsoYear(year) ? year - 1 : year;
}

int32_t januaryFirst(int year) { return daysOfCivil({year, 1, 1}); }

constexpr int32_t kFirstGregorianDay = -141427;  // 1582-10-15

// The date in the Julian calendar.
CivilDate julianOfDays(int32_t days) {
  int64_t shifted = int64_t{days} + 2'440'588 + 32'082;
  int64_t year = floorDivide(4 * shifted + 3, 1461);
  int64_t dayOfYear = shifted - floorDivide(1461 * year, 4);
  int64_t month = (5 * dayOfYear + 2) / 153;
  return {static_cast<int32_t>(year - 4800 + month / 10),
          static_cast<int32_t>(month + 3 - month / 10 * 12),
          static_cast<int32_t>(dayOfYear - (153 * month + 2) / 5 + 1)};
}

struct UnitRange {
  int32_t begin;
  int32_t next;  // the start of the unit behind
};

// The unit that holds the date, whose fields are `date`.
UnitRange unitAround(TimeUnit unit, int32_t days, CivilDate date) {
  int year = date.year;
  switch (unit) {
    case TimeUnit::kMillennium: {
      int first = 1000 * ((year + 999) / 1000) - 999;
      return {januaryFirst(first), januaryFirst(first + 1000)};
    }
    case TimeUnit::kCentury: {
      int first = 100 * ((year + 99) / 100) - 99;
      return {januaryFirst(first), januaryFirst(first + 100)};
    }
    case TimeUnit::kDecade: {
      int first = 10 * (year / 10);
      return {januaryFirst(first), januaryFirst(first + 10)};
    }
    case TimeUnit::kYear:
      return {januaryFirst(year), januaryFirst(year + 1)};
    case TimeUnit::kQuarter: {
      int32_t begin = daysOfCivil({year, (date.month - 1) / 3 * 3 + 1, 1});
      return {begin, addMonths(begin, 3)};
    }
    case TimeUnit::kMonth: {
      int32_t begin = daysOfCivil({year, date.month, 1});
      return {begin, addMonths(begin, 1)};
    }
    case TimeUnit::kWeek: {
      int32_t begin = daysOfCivil(date) - static_cast<int32_t>(floorModulo(days + 4, 7));
      return {begin, begin + 7};
    }
    default:
      return {days, days + 1};
  }
}

// As Flink, which reads days before 1582-10-15 by the Julian calendar when it rounds them.
CivilDate dateForRounding(int32_t days) {
  return days < kFirstGregorianDay ? julianOfDays(days) : civilOfDays(days);
}

// Milliseconds of the units below a day, 0 for others.
int64_t unitMillis(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kDay:
      return kMillisPerDay;
    case TimeUnit::kHour:
      return 3'600'000;
    case TimeUnit::kMinute:
      return 60'000;
    case TimeUnit::kSecond:
      return 1000;
    case TimeUnit::kMillisecond:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

int32_t daysOfCivil(CivilDate date) {
  // Years start in March, so that the leap day is the last one; eras have 400 years.
  int32_t year = date.year - (date.month <= 2 ? 1 : 0);
  int32_t era = (year >= 0 ? year : year - 399) / 400;
  uint32_t yearOfEra = static_cast<uint32_t>(year - era * 400);
  uint32_t shifted = static_cast<uint32_t>(date.month > 2 ? date.month - 3 : date.month + 9);
  uint32_t dayOfYear = (153 * shifted + 2) / 5 + static_cast<uint32_t>(date.day) - 1;
  uint32_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + static_cast<int32_t>(dayOfEra) - 719468;
}

CivilDate civilOfDays(int32_t days) {
  int64_t shifted = int64_t{days} + 719468;
  int64_t era = floorDivide(shifted, 146097);
  uint32_t dayOfEra = static_cast<uint32_t>(shifted - era * 146097);
  uint32_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  uint32_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  uint32_t month = (5 * dayOfYear + 2) / 153;
  CivilDate date;
  date.day = static_cast<int32_t>(dayOfYear - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int32_t>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<int32_t>(era * 400 + yearOfEra) + (date.month <= 2 ? 1 : 0);
  return date;
}

int lastDayOfMonth(int year, int month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

int64_t truncateMicros(int64_t micros, int precision) {
  if (precision >= 6) return micros;
  int64_t unit = kPowers[6 - precision];
  return floorDivide(micros, unit) * unit;
}

NanoTimestamp truncateNanos(NanoTimestamp value, int precision) {
  if (precision >= 9) return value;
  if (precision <= 3) {
    int64_t unit = kPowers[3 - precision];
    return {floorDivide(value.millis, unit) * unit, 0, 0};
  }
  int32_t unit = static_cast<int32_t>(kPowers[9 - precision]);
  return {value.millis, value.nanos / unit * unit, 0};
}

std::optional<TimeUnit> timeUnitOf(std::string_view name) {
  static constexpr std::pair<std::string_view, TimeUnit> kNames[] = {
      {"MILLENNIUM", TimeUnit::kMillennium},
      {"CENTURY", TimeUnit::kCentury},
      {"DECADE", TimeUnit::kDecade},
      {"YEAR", TimeUnit::kYear},
      {"ISOYEAR", TimeUnit::kIsoYear},
      {"QUARTER", TimeUnit::kQuarter},
      {"MONTH", TimeUnit::kMonth},
      {"WEEK", TimeUnit::kWeek},
      {"DAY", TimeUnit::kDay},
      {"DOY", TimeUnit::kDayOfYear},
      {"DOW", TimeUnit::kDayOfWeek},
      {"ISODOW", TimeUnit::kIsoDayOfWeek},
      {"HOUR", TimeUnit::kHour},
      {"MINUTE", TimeUnit::kMinute},
      {"SECOND", TimeUnit::kSecond},
      {"MILLISECOND", TimeUnit::kMillisecond},
      {"MICROSECOND", TimeUnit::kMicrosecond},
      {"NANOSECOND", TimeUnit::kNanosecond},
      {"EPOCH", TimeUnit::kEpoch}};
  for (const auto& [known, unit] : kNames) {
    bool same =
        std::equal(known.begin(), known.end(), name.begin(), name.end(),
                   [](char a, char b) { return a == std::toupper(static_cast<unsigned char>(b)); });
    if (same) return unit;
  }
  return std::nullopt;
}

int64_t extractFromDate(TimeUnit unit, int32_t days) {
  CivilDate date = civilOfDays(days);
  int year = date.year;
  switch (unit) {
    case TimeUnit::kMillennium:
      return year > 0 ? (year + 999) / 1000 : (year - 999) / 1000;
    case TimeUnit::kCentury:
      return year > 0 ? (year + 99) / 100 : (year - 99) / 100;
    case TimeUnit::kDecade:
      return year / 10;
    case TimeUnit::kYear:
      return year;
    case TimeUnit::kIsoYear:
      return isoYearOf(days, year);
    case TimeUnit::kQuarter:
      return (date.month + 2) / 3;
    case TimeUnit::kMonth:
      return date.month;
    case TimeUnit::kWeek: {
      return (days - firstMondayOfIsoYear(isoYearOf(days, year))) / 7 + 1;
    }
    case TimeUnit::kDay:
      return date.day;
    case TimeUnit::kDayOfYear:
      return days - januaryFirst(year) + 1;
    case TimeUnit::kDayOfWeek:
      return (weekdayFromMonday(days) + 1) % 7 + 1;
    case TimeUnit::kIsoDayOfWeek:
      return weekdayFromMonday(days) + 1;
    case TimeUnit::kEpoch:
      return int64_t{days} * 86400;
    default:
      return 0;
  }
}

int64_t extractFromTimestamp(TimeUnit unit, NanoTimestamp value) {
  int64_t millis = value.millis;
  switch (unit) {
    case TimeUnit::kEpoch:
      return millis / 1000;
    case TimeUnit::kHour:
      return millis % kMillisPerDay / 3'600'000;
    case TimeUnit::kMinute:
      return millis % 3'600'000 / 60'000;
    case TimeUnit::kSecond:
      return millis % 60'000 / 1000;
    case TimeUnit::kMillisecond:
      return millis % 1000;
    case TimeUnit::kMicrosecond:
      return millis % 1000 * 1000 + value.nanos / 1000;
    case TimeUnit::kNanosecond:
      return millis % 1000 * 1'000'000 + value.nanos;
    default:
      return extractFromDate(unit, static_cast<int32_t>(millis / kMillisPerDay));
  }
}

int64_t extractFromTime(TimeUnit unit, int32_t millis) {
  switch (unit) {
    case TimeUnit::kHour:
      return millis / 3'600'000;
    case TimeUnit::kMinute:
      return millis % 3'600'000 / 60'000;
    case TimeUnit::kSecond:
      return millis % 60'000 / 1000;
    case TimeUnit::kMillisecond:
      return millis % 1000;
    case TimeUnit::kMicrosecond:
      return millis % 1000 * int64_t{1000};
    case TimeUnit::kNanosecond:
      return millis % 1000 * int64_t{1'000'000};
    case TimeUnit::kEpoch:
      return millis / 1000;
    default:
      return 0;
  }
}

int32_t floorDate(TimeUnit unit, int32_t days) {
  return unitAround(unit, days, dateForRounding(days)).begin;
}

int32_t ceilDate(TimeUnit unit, int32_t days) {
  CivilDate date = dateForRounding(days);
  auto [begin, next] = unitAround(unit, days, date);
  // Flink steps to the next unit for these even when the date already is a start.
  bool always = unit == TimeUnit::kMillennium || unit == TimeUnit::kCentury ||
                unit == TimeUnit::kDecade || (unit == TimeUnit::kQuarter && date.month > 1);
  bool isStart = begin == daysOfCivil(date) || (begin == days && next == days + 1);
  return isStart && !always ? begin : next;
}

int64_t floorTimestamp(TimeUnit unit, int64_t millis) {
  if (int64_t size = unitMillis(unit)) return floorDivide(millis, size) * size;
  int32_t days = static_cast<int32_t>(millis / kMillisPerDay);
  return floorDate(unit, days) * kMillisPerDay;
}

int64_t ceilTimestamp(TimeUnit unit, int64_t millis) {
  if (int64_t size = unitMillis(unit)) return -floorDivide(-millis, size) * size;
  // Flink drops the time of day first, so the very first day of a unit stays where it is.
  int32_t days = static_cast<int32_t>(millis / kMillisPerDay);
  return ceilDate(unit, days) * kMillisPerDay;
}

int32_t addMonths(int32_t days, int64_t months) {
  CivilDate date = civilOfDays(days);
  int64_t total = int64_t{date.year} * 12 + date.month - 1 + months;
  int year = static_cast<int>(floorDivide(total, 12));
  int month = static_cast<int>(floorModulo(total, 12)) + 1;
  return daysOfCivil({year, month, std::min(date.day, lastDayOfMonth(year, month))});
}

int64_t addMonthsToMillis(int64_t millis, int64_t months) {
  int64_t days = floorDivide(millis, kMillisPerDay);
  return addMonths(static_cast<int32_t>(days), months) * kMillisPerDay +
         (millis - days * kMillisPerDay);
}

int64_t addMonthsToMicros(int64_t micros, int64_t months) {
  int64_t days = floorDivide(micros, kMicrosPerDay);
  return addMonths(static_cast<int32_t>(days), months) * kMicrosPerDay +
         (micros - days * kMicrosPerDay);
}

int32_t monthsBetween(int32_t to, int32_t from) {
  if (to < from) return -monthsBetween(from, to);
  CivilDate end = civilOfDays(to);
  CivilDate begin = civilOfDays(from);
  int32_t months = (end.year - begin.year) * 12 + end.month - begin.month;
  return addMonths(from, months) > to ? months - 1 : months;
}

int32_t monthsBetweenMillis(int64_t to, int64_t from) {
  int32_t dayTo = static_cast<int32_t>(floorDivide(to, kMillisPerDay));
  int32_t dayFrom = static_cast<int32_t>(floorDivide(from, kMillisPerDay));
  int32_t months = monthsBetween(dayTo, dayFrom);
  bool sameDay = addMonths(dayFrom, months) == dayTo;
  bool earlier = floorModulo(to, kMillisPerDay) < floorModulo(from, kMillisPerDay);
  return sameDay && earlier ? months - 1 : months;
}

}  // namespace millrace
