// `millrace run`: one durable job from a script and a state directory.
#pragma once

#include <string>

#include "cli/script_input.h"
#include "cli/statement_runner.h"
#include "env/env.h"

namespace millrace {

struct RunCommand {
  std::string file;  // "-" is standard input
  std::string stateDirectory;
  std::string initFile;
  Settings settings;
  RunnerOptions runner;
  bool progress = false;
};

// Runs the job until its input ends, it fails, or SIGINT or SIGTERM stops it with a savepoint;
// returns the exit code. Installs the handlers of signals.
int runRunCommand(RunCommand command, Env& env);

}  // namespace millrace
