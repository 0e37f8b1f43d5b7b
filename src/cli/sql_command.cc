#include "cli/sql_command.h"

#include <fmt/format.h>

#include "cli/interrupts.h"
#include "cli/shell.h"
#include "cli/standard_streams.h"
#include "env/file_system.h"

namespace millrace {

namespace {

constexpr int kSignalExitBase = 128;

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

Result<std::string> readScript(Env& env, const std::string& file) {
  if (file == "-") return readStandardInput();
  return readFile(env.files(), file);
}

// Applies --set and -D. A wrong one is wrong usage.
bool applySettings(StatementRunner& runner, const SqlCommand& command) {
  Configuration& configuration = runner.session().configuration();
  for (const auto& [key, value] : command.settings) {
    Result<SetOutcome> outcome = configuration.set(key, value);
    std::string problem;
    if (!outcome.ok()) {
      problem = outcome.error().describe();
    } else if (!outcome.value().note.empty()) {
      if (!command.runner.strict) {
        runner.showNote(outcome.value().note);
        continue;
      }
      problem = outcome.value().note;
    }
    if (problem.empty()) continue;
    writeError(fmt::format("millrace sql: {}\n", problem));
    return false;
  }
  return true;
}

RunEnd runFile(StatementRunner& runner, Env& env, const std::string& file,
               const std::string& name) {
  Result<std::string> script = readScript(env, file);
  if (!script.ok()) {
    writeError(fmt::format("{}\n", script.error().describe()));
    return RunEnd::kFailed;
  }
  return runner.runScript(script.value(), name);
}

RunEnd runScripts(StatementRunner& runner, const SqlCommand& command, Env& env) {
  for (const std::string& statements : command.statements) {
    RunEnd end = runner.runScript(statements);
    if (end != RunEnd::kDone) return end;
  }
  if (!command.file.empty()) return runFile(runner, env, command.file, "");
  return RunEnd::kDone;
}

}  // namespace

int runSqlCommand(SqlCommand command, Env& env) {
  installInterrupts();
  bool scripted = !command.file.empty() || !command.statements.empty();
  command.runner.interactive = !scripted && inputIsTerminal() && outputIsTerminal();
  if (!scripted && !command.runner.interactive) command.file = "-";
  command.runner.progress =
      command.progress    ? (errorIsTerminal() ? ProgressMode::kTerminal : ProgressMode::kLines)
      : errorIsTerminal() ? ProgressMode::kTerminal
                          : ProgressMode::kOff;
  StatementRunner runner(env, command.runner);
  if (!applySettings(runner, command)) return kExitUsage;
  RunEnd end = RunEnd::kDone;
  if (!command.initFile.empty()) {
    end = runFile(runner, env, command.initFile, command.initFile);
  }
  if (end == RunEnd::kDone) {
    if (command.runner.interactive) return runShell(runner);
    end = runScripts(runner, command, env);
  }
  if (end == RunEnd::kDone || end == RunEnd::kQuit) end = runner.waitForJobs();
  // Taken before the runner goes: its end cancels what still runs.
  return exitCodeOf(end);
}

}  // namespace millrace
