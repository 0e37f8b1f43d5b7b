#include "cli/shell.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>

#include "cli/help_text.h"
#include "cli/interrupts.h"
#include "cli/line_editor.h"
#include "cli/sql_command.h"
#include "cli/standard_streams.h"
#include "functions/function_catalog.h"

namespace millrace {

namespace {

constexpr const char* kPrompt = "Millrace SQL> ";
constexpr const char* kMorePrompt = "> ";

constexpr const char* kWelcome =
    "Millrace: Flink SQL without a JVM. A statement ends with ';'. HELP; lists what there is.\n";

constexpr const char* kWords[] = {
    "ALTER",  "AND",    "BEGIN",     "BETWEEN",       "BY",        "CASE",          "CAST",
    "CREATE", "CROSS",  "CUMULATE",  "DAY",           "DESCRIBE",  "DESCRIPTOR",    "DISTINCT",
    "DROP",   "ELSE",   "END",       "EXECUTE",       "EXISTS",    "EXIT",          "EXPLAIN",
    "FILTER", "FROM",   "FULL",      "FUNCTIONS",     "GROUP",     "HAVING",        "HELP",
    "HOUR",   "INNER",  "INSERT",    "INTERVAL",      "INTO",      "JOBS",          "JOIN",
    "LEFT",   "LIKE",   "LIMIT",     "MINUTE",        "NOT",       "NULL",          "ORDER",
    "OUTER",  "OVER",   "PARTITION", "PRIMARY KEY",   "QUIT",      "RESET",         "RIGHT",
    "SECOND", "SELECT", "SESSION",   "SET",           "SHOW",      "STATEMENT SET", "STRING",
    "TABLE",  "TABLES", "TEMPORARY", "THEN",          "TIMESTAMP", "TUMBLE",        "UNION ALL",
    "VALUES", "VIEW",   "VIEWS",     "WATERMARK FOR", "WHEN",      "WHERE",         "WITH",
};

// False when a line end is part of a string or a name, or ends a comment, which would swallow the
// lines that are joined behind it.
bool mayJoinLines(std::string_view text) {
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote != '\0') {
      if (c == '\n') return false;
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '`') {
      quote = c;
    } else if (text.substr(i).starts_with("--") || text.substr(i).starts_with("//")) {
      return false;
    }
  }
  return true;
}

std::string historyFile() {
  if (const char* file = std::getenv("MILLRACE_HISTORY")) return file;
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? std::string(home) + "/.millrace_history" : "";
}

std::vector<std::string> completions(StatementRunner& runner) {
  std::vector<std::string> words(std::begin(kWords), std::end(kWords));
  for (const std::string& name : FunctionCatalog::builtin().names()) words.push_back(name);
  for (const std::string& name : runner.session().catalog().names()) words.push_back(name);
  for (const std::string& name : runner.session().catalog().viewNames()) words.push_back(name);
  return words;
}

class Shell {
 public:
  explicit Shell(StatementRunner& runner)
      : runner_(runner), editor_(historyFile(), [&runner] { return completions(runner); }) {}

  int run();

 private:
  // True when the shell ends.
  bool enter(const std::string& line);
  bool runTyped();
  RunEnd runCommand(const std::string& command);
  void leave();

  StatementRunner& runner_;
  LineEditor editor_;
  std::string typed_;  // lines of a statement that is not complete
};

int Shell::run() {
  writeOut(kWelcome);
  while (true) {
    runner_.jobs().beginStatement();
    runner_.reportEndedJobs();
    std::string line;
    switch (editor_.read(typed_.empty() ? kPrompt : kMorePrompt, line)) {
      case LineEnd::kInterrupted:
        typed_.clear();
        writeOut("^C\n");
        continue;
      case LineEnd::kEndOfInput:
        writeOut("\n");
        leave();
        return kExitOk;
      case LineEnd::kLine:
        break;
    }
    if (enter(line)) {
      leave();
      return kExitOk;
    }
  }
}

bool Shell::enter(const std::string& line) {
  if (typed_.empty() && line.find_first_not_of(" \t\r") == std::string::npos) return false;
  typed_ += typed_.empty() ? line : "\n" + line;
  // Commands of the shell need no semicolon.
  bool complete = !clientCommand(typed_).empty();
  std::vector<ScriptStatement> parts = splitStatements(typed_);
  if (parts.empty() && typed_.find_first_not_of("; \t\r\n") == std::string::npos) {
    typed_.clear();
    return false;
  }
  if (!parts.empty()) complete = complete || parts.back().terminated;
  if (!complete) return false;
  return runTyped();
}

bool Shell::runTyped() {
  std::string script = std::move(typed_);
  typed_.clear();
  // One line per statement, where that is the same statement.
  std::string entry = script;
  if (mayJoinLines(entry)) std::replace(entry.begin(), entry.end(), '\n', ' ');
  editor_.addToHistory(entry);
  for (const ScriptStatement& statement : splitStatements(script)) {
    std::string command = clientCommand(statement.text);
    RunEnd end = command.empty() ? runner_.runStatement(statement, script) : runCommand(command);
    int signal = pendingInterrupt();
    if (end == RunEnd::kQuit || end == RunEnd::kReaderGone || signal == SIGTERM) return true;
    if (signal != 0) clearInterrupt();
    if (end != RunEnd::kDone) break;
  }
  writeOut("\n");
  return false;
}

RunEnd Shell::runCommand(const std::string& command) {
  if (command == "HELP") writeOut(kHelpText);
  if (command == "CLEAR") writeOut("\033[H\033[2J");
  return command == "QUIT" || command == "EXIT" ? RunEnd::kQuit : RunEnd::kDone;
}

void Shell::leave() {
  for (const std::shared_ptr<Job>& job : runner_.jobs().running()) {
    writeError(fmt::format("[WARN] job '{}' ({}) is cancelled\n", job->name(), job->id()));
  }
}

}  // namespace

int runShell(StatementRunner& runner) { return Shell(runner).run(); }

}  // namespace millrace
