#include "cli/sql_command.h"

#include <fmt/format.h>

#include <cstdlib>

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

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Result<std::string> readScript(Env& env, const std::string& file) {
  if (file.empty()) return std::string();
  std::string text = TRY(file == "-" ? readStandardInput() : readFile(env.files(), file));
  // Some editors put it in front of UTF-8 text.
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

struct Scripts {
  std::string init;
  std::string main;
};

Result<Scripts> readScripts(Env& env, const SqlCommand& command) {
  // A script may come slowly, from a pipe. Nothing runs yet that would have to end in order.
  onInterrupt([](int signal) { std::_Exit(kSignalExitBase + signal); });
  Scripts scripts;
  scripts.init = TRY(readScript(env, command.initFile));
  scripts.main = TRY(readScript(env, command.file));
  onInterrupt(nullptr);
  return scripts;
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
        runner.showNote(outcome.value());
        continue;
      }
      problem = outcome.value().note;
      if (!outcome.value().hint.empty()) problem += "\nhint: " + outcome.value().hint;
    }
    if (problem.empty()) continue;
    writeError(fmt::format("millrace sql: {}\n", problem));
    return false;
  }
  return true;
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
  command.runner.progress =
      command.progress    ? (errorIsTerminal() ? ProgressMode::kTerminal : ProgressMode::kLines)
      : errorIsTerminal() ? ProgressMode::kTerminal
                          : ProgressMode::kOff;
  Result<Scripts> scripts = readScripts(env, command);
  if (!scripts.ok()) {
    writeError(fmt::format("{}\n", scripts.error().describe()));
    return kExitFailed;
  }
  StatementRunner runner(env, command.runner);
  if (!applySettings(runner, command)) return kExitUsage;
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
