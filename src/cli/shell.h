// The interactive shell of `millrace sql`.
#pragma once

#include "cli/statement_runner.h"

namespace millrace {

// Reads statements from the terminal until QUIT or the end of input; returns the exit code. The
// history is kept in ~/.millrace_history, or in the file that MILLRACE_HISTORY names.
int runShell(StatementRunner& runner);

}  // namespace millrace
