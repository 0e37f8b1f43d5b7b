// The log of `millrace serve`: one JSON object per line on standard error.
//
//   {"time":"2026-01-31T10:20:30.123Z","level":"info","message":"listening","port":4566}
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "env/env.h"

namespace millrace {

// "debug", "info", "warning", "error"
std::optional<LogLevel> logLevelOf(std::string_view name);

std::unique_ptr<Log> makeJsonLog(Env& env, LogLevel level);

}  // namespace millrace
