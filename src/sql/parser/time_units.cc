#include "sql/parser/time_units.h"

#include <array>

namespace millrace {

namespace {

struct UnitWord {
  std::string_view word;
  ParsedTimeUnit unit;
};

constexpr std::array kIntervalUnits = {
    UnitWord{"YEAR", ParsedTimeUnit::kYear},       UnitWord{"YEARS", ParsedTimeUnit::kYear},
    UnitWord{"QUARTER", ParsedTimeUnit::kQuarter}, UnitWord{"QUARTERS", ParsedTimeUnit::kQuarter},
    UnitWord{"MONTH", ParsedTimeUnit::kMonth},     UnitWord{"MONTHS", ParsedTimeUnit::kMonth},
    UnitWord{"WEEK", ParsedTimeUnit::kWeek},       UnitWord{"WEEKS", ParsedTimeUnit::kWeek},
    UnitWord{"DAY", ParsedTimeUnit::kDay},         UnitWord{"DAYS", ParsedTimeUnit::kDay},
    UnitWord{"HOUR", ParsedTimeUnit::kHour},       UnitWord{"HOURS", ParsedTimeUnit::kHour},
    UnitWord{"MINUTE", ParsedTimeUnit::kMinute},   UnitWord{"MINUTES", ParsedTimeUnit::kMinute},
    UnitWord{"SECOND", ParsedTimeUnit::kSecond},   UnitWord{"SECONDS", ParsedTimeUnit::kSecond},
};

constexpr std::array kFunctionUnits = {
    UnitWord{"MILLENNIUM", ParsedTimeUnit::kMillennium},
    UnitWord{"CENTURY", ParsedTimeUnit::kCentury},
    UnitWord{"DECADE", ParsedTimeUnit::kDecade},
    UnitWord{"ISOYEAR", ParsedTimeUnit::kIsoYear},
    UnitWord{"DOW", ParsedTimeUnit::kDayOfWeek},
    UnitWord{"DAYOFWEEK", ParsedTimeUnit::kDayOfWeek},
    UnitWord{"ISODOW", ParsedTimeUnit::kIsoDayOfWeek},
    UnitWord{"DOY", ParsedTimeUnit::kDayOfYear},
    UnitWord{"DAYOFYEAR", ParsedTimeUnit::kDayOfYear},
    UnitWord{"MILLISECOND", ParsedTimeUnit::kMillisecond},
    UnitWord{"MICROSECOND", ParsedTimeUnit::kMicrosecond},
    UnitWord{"NANOSECOND", ParsedTimeUnit::kNanosecond},
    UnitWord{"FRAC_SECOND", ParsedTimeUnit::kMicrosecond},
    UnitWord{"SQL_TSI_FRAC_SECOND", ParsedTimeUnit::kMicrosecond},
    UnitWord{"EPOCH", ParsedTimeUnit::kEpoch},
};

}  // namespace

std::optional<ParsedTimeUnit> intervalUnit(std::string_view upper) {
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

bool isIntervalRange(ParsedTimeUnit start, ParsedTimeUnit end) {
  if (start == ParsedTimeUnit::kYear) return end == ParsedTimeUnit::kMonth;
  bool startIsTime = start == ParsedTimeUnit::kDay || start == ParsedTimeUnit::kHour ||
                     start == ParsedTimeUnit::kMinute;
  bool endIsTime = end == ParsedTimeUnit::kHour || end == ParsedTimeUnit::kMinute ||
                   end == ParsedTimeUnit::kSecond;
  return startIsTime && endIsTime && start < end;
}

std::optional<ParsedTimeUnit> functionUnit(std::string_view upper) {
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
