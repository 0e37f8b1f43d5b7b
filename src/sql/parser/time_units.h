// The words for units of time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/type_name.h"

namespace millrace {

// Unit words of interval types and literals, singular and plural. Requires: `upper` is upper case.
std::optional<ParsedTimeUnit> intervalUnit(std::string_view upper);
std::vector<std::string> intervalUnitWords();

// start TO end is an interval, such as DAY TO SECOND.
bool isIntervalRange(ParsedTimeUnit start, ParsedTimeUnit end);

// Unit words of EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF, also SQL_TSI_DAY and so on.
std::optional<ParsedTimeUnit> functionUnit(std::string_view upper);
std::vector<std::string> functionUnitWords();

}  // namespace millrace
