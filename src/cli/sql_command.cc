#include "cli/sql_command.h"

#include <fmt/format.h>

#include "cli/interrupts.h"
#include "cli/script_input.h"
#include "cli/shell.h"
#include "cli/standard_streams.h"

namespace millrace {

namespace {

int exitCodeOf(RunEnd end) {
  switch (end) {
    case RunEnd::kDone:
    case RunEnd::kQuit:
    case RunEnd::kReaderGone:
      return kExitOk;
    case RunEnd::kFailed:
      return kExitFailed;
    case RunEnd::kInterrupted:
      return kSignalExitBase + pendingInterrupt();
  }
  return kExitFailed;
}

struct Scripts {
  std::string init;
  std::string main;
};

Result<Scripts> readScripts(Env& env, const SqlCommand& command) {
  Scripts scripts;
  scripts.init = TRY(readScript(env, command.initFile));
  scripts.main = TRY(readScript(env, command.file));
  return scripts;
}

RunEnd runScripts(StatementRunner& runner, const SqlCommand& command, const std::string& main) {
  for (const std::string& statements : command.statements) {
    RunEnd end = runner.runScript(statements);
    if (end != RunEnd::kDone) return end;
  }
  return runner.runScript(main);
}

}  // namespace

int runSqlCommand(SqlCommand command, Env& env) {
  installInterrupts();
  bool scripted = !command.file.empty() || !command.statements.empty();
  command.runner.interactive = !scripted && inputIsTerminal() && outputIsTerminal();
  if (!scripted && !command.runner.interactive) command.file = "-";
  command.runner.progress = progressMode(command.progress);
  Result<Scripts> scripts = readScripts(env, command);
  if (!scripts.ok()) {
    writeError(fmt::format("{}\n", scripts.error().describe()));
    return kExitFailed;
  }
  StatementRunner runner(env, command.runner);
  if (!applySettings(runner, command.settings, command.runner.strict, "millrace sql")) {
    return kExitUsage;
  }
  RunEnd end = RunEnd::kDone;
  if (!command.initFile.empty()) {
    end = runner.runScript(scripts.value().init, command.initFile);
  }
  if (end == RunEnd::kDone) {
    if (command.runner.interactive) return runShell(runner);
    end = runScripts(runner, command, scripts.value().main);
  }
  if (end == RunEnd::kDone || end == RunEnd::kQuit) end = runner.waitForJobs();
  // Taken before the runner goes: its end cancels what still runs.
  return exitCodeOf(end);
}

}  // namespace millrace
