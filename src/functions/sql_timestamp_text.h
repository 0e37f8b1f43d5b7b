// Timestamps as java.sql reads them, which Flink falls back to.
#pragma once

#include <optional>
#include <string_view>

#include "types/string_view.h"

namespace millrace {

// "yyyy-[m]m-[d]d" or "yyyy-[m]m-[d]d hh:mm:ss[.f]", blanks around it ignored. Days behind the end
// of a month, and hours, minutes and seconds beyond their range, carry over.
std::optional<NanoTimestamp> parseSqlTimestamp(std::string_view text);

}  // namespace millrace
