// An event of an application's log as it is stored: one JSON object with the fields of AWS's
// schema, which queries of the log rely on.
#pragma once

#include <string>
#include <string_view>

#include "control/observability/application_telemetry.h"

namespace millrace {

// Whether an application with this LogLevel (DEBUG, INFO, WARN, ERROR; INFO for any other) wants
// events of that level.
bool passesLogLevel(LogLevel level, std::string_view configured);

// Never longer than 512 KiB: what is longer in the record is cut, and says so.
std::string logEventText(const TelemetrySource& source, const ApplicationLogRecord& record);

}  // namespace millrace
