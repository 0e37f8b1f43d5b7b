// The command line of `millrace`.
#pragma once

#include "env/env.h"

namespace millrace {

// Parses the arguments, runs the sub-command and returns the exit code: 0 done, 1 a statement or
// job failed, 2 wrong usage, 128 + n after signal n.
int runMainCommand(int argc, const char* const* argv, Env& env);

}  // namespace millrace
