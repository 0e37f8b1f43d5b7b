// locationInformation of a log record, as Java's loggers write it:
// "millrace.runtime.Job.switchState(job_reporter.cc:104)".
#pragma once

#include <source_location>
#include <string>
#include <string_view>

namespace millrace {

std::string logLocation(std::string_view logger, const std::source_location& where);

}  // namespace millrace
