// locationInformation of a log record, as Java's loggers write it:
// "millrace.runtime.Job.switchState(job_reporter.cc:104)".
#pragma once

#include <experimental/source_location>
#include <string>
#include <string_view>

namespace millrace {

// std::source_location, which clang-tidy 14 cannot compile.
using LogOrigin = std::experimental::source_location;

std::string logLocation(std::string_view logger, const LogOrigin& where);

}  // namespace millrace
