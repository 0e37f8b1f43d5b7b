// What the sub-commands that run scripts share: reading them, and settings of the command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/statement_runner.h"
#include "env/env.h"

namespace millrace {

// Exit codes of processes that a signal ended, as shells count them.
inline constexpr int kSignalExitBase = 128;

using Settings = std::vector<std::pair<std::string, std::string>>;

// The text of a file; "-" is standard input, "" no script. An interrupt meanwhile ends the process:
// a script may come slowly, from a pipe, and nothing runs yet that would have to end in order.
Result<std::string> readScript(Env& env, const std::string& file);

// Applies --set and -D. A wrong one is wrong usage: false, after `command` has said so.
bool applySettings(StatementRunner& runner, const Settings& settings, bool strict,
                   const char* command);

// How jobs tell about themselves on standard error.
ProgressMode progressMode(bool wanted);

}  // namespace millrace
