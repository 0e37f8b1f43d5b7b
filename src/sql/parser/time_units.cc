#include "sql/parser/time_units.h"

#include <array>

namespace millrace {

namespace {

struct UnitWord {
  std::string_view word;
  TimeUnit unit;
};

constexpr std::array kIntervalUnits = {
    UnitWord{"YEAR", TimeUnit::kYear},       UnitWord{"YEARS", TimeUnit::kYear},
    UnitWord{"QUARTER", TimeUnit::kQuarter}, UnitWord{"QUARTERS", TimeUnit::kQuarter},
    UnitWord{"MONTH", TimeUnit::kMonth},     UnitWord{"MONTHS", TimeUnit::kMonth},
    UnitWord{"WEEK", TimeUnit::kWeek},       UnitWord{"WEEKS", TimeUnit::kWeek},
    UnitWord{"DAY", TimeUnit::kDay},         UnitWord{"DAYS", TimeUnit::kDay},
    UnitWord{"HOUR", TimeUnit::kHour},       UnitWord{"HOURS", TimeUnit::kHour},
    UnitWord{"MINUTE", TimeUnit::kMinute},   UnitWord{"MINUTES", TimeUnit::kMinute},
    UnitWord{"SECOND", TimeUnit::kSecond},   UnitWord{"SECONDS", TimeUnit::kSecond},
};

constexpr std::array kFunctionUnits = {
    UnitWord{"MILLENNIUM", TimeUnit::kMillennium},
    UnitWord{"CENTURY", TimeUnit::kCentury},
    UnitWord{"DECADE", TimeUnit::kDecade},
    UnitWord{"ISOYEAR", TimeUnit::kIsoYear},
    UnitWord{"DOW", TimeUnit::kDayOfWeek},
    UnitWord{"DAYOFWEEK", TimeUnit::kDayOfWeek},
    UnitWord{"ISODOW", TimeUnit::kIsoDayOfWeek},
    UnitWord{"DOY", TimeUnit::kDayOfYear},
    UnitWord{"DAYOFYEAR", TimeUnit::kDayOfYear},
    UnitWord{"MILLISECOND", TimeUnit::kMillisecond},
    UnitWord{"MICROSECOND", TimeUnit::kMicrosecond},
    UnitWord{"NANOSECOND", TimeUnit::kNanosecond},
    UnitWord{"FRAC_SECOND", TimeUnit::kMicrosecond},
    UnitWord{"SQL_TSI_FRAC_SECOND", TimeUnit::kMicrosecond},
    UnitWord{"EPOCH", TimeUnit::kEpoch},
};

}  // namespace

std::optional<TimeUnit> intervalUnit(std::string_view upper) {
  for (const UnitWord& entry : kIntervalUnits) {
    if (entry.word == upper) return entry.unit;
  }
  return std::nullopt;
}

std::vector<std::string> intervalUnitWords() {
  std::vector<std::string> words;
  for (const UnitWord& entry : kIntervalUnits) words.emplace_back(entry.word);
  return words;
}

bool isIntervalRange(TimeUnit start, TimeUnit end) {
  if (start == TimeUnit::kYear) return end == TimeUnit::kMonth;
  bool startIsTime =
      start == TimeUnit::kDay || start == TimeUnit::kHour || start == TimeUnit::kMinute;
  bool endIsTime = end == TimeUnit::kHour || end == TimeUnit::kMinute || end == TimeUnit::kSecond;
  return startIsTime && endIsTime && start < end;
}

std::optional<TimeUnit> functionUnit(std::string_view upper) {
  for (const UnitWord& entry : kFunctionUnits) {
    if (entry.word == upper) return entry.unit;
  }
  constexpr std::string_view kPrefix = "SQL_TSI_";
  if (upper.starts_with(kPrefix)) return functionUnit(upper.substr(kPrefix.size()));
  return intervalUnit(upper);
}

std::vector<std::string> functionUnitWords() {
  std::vector<std::string> words = intervalUnitWords();
  for (const UnitWord& entry : kFunctionUnits) words.emplace_back(entry.word);
  return words;
}

}  // namespace millrace
