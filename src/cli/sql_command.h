// `millrace sql`: scripts, statements from the command line, or the shell.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/statement_runner.h"
#include "env/env.h"

namespace millrace {

// Exit codes of the command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

struct SqlCommand {
  std::string file;                     // "-" is standard input
  std::vector<std::string> statements;  // of -e
  std::string initFile;
  std::vector<std::pair<std::string, std::string>> settings;
  RunnerOptions runner;
  bool progress = false;
};

// Runs it to the end and returns the exit code. Installs the handlers of signals.
int runSqlCommand(SqlCommand command, Env& env);

}  // namespace millrace
