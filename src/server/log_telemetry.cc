#include "server/log_telemetry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace millrace {

void LogTelemetry::log(const TelemetrySource& source, ApplicationLogRecord record) {
  writeOwn(source, record);
  if (next_ != nullptr) next_->log(source, std::move(record));
}

void LogTelemetry::writeOwn(const TelemetrySource& source, const ApplicationLogRecord& record) {
  // The supervisor writes its records to the service's log itself.
  if (record.logger.starts_with("millrace.control.")) return;
  LogLevel level = record.level >= LogLevel::kWarning ? record.level : LogLevel::kDebug;
  log_.write(level, record.message,
             {{"application", source.applicationName},
              {"attempt", source.attempt},
              {"logger", record.logger},
              {"throwable", fmt::format("{}", fmt::join(record.throwableInformation, "\n"))}});
}

}  // namespace millrace
