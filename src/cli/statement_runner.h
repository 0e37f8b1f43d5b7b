// StatementRunner: executes statements in a session and shows what they return: results on standard
// output, everything else on standard error. Shared by scripts and the shell. Main thread only.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cli/progress.h"
#include "cli/running_jobs.h"
#include "env/env.h"
#include "sql/parser/parser.h"
#include "sql/session/session.h"
#include "sql/shell/query_printer.h"

namespace millrace {

// How a statement or script went on.
enum class RunEnd : uint8_t {
  kDone,
  kFailed,       // the error was shown
  kInterrupted,  // by the user: pendingInterrupt()
  kReaderGone,   // nobody reads standard output any more
  kQuit,         // QUIT or EXIT
};

struct RunnerOptions {
  std::optional<OutputForm> output;  // else what sql-client.execution.result-mode says
  bool strict = false;
  bool interactive = false;  // messages for people; an interrupt ends only the statement
  ProgressMode progress = ProgressMode::kOff;
  RunningJobs::Prepare prepareJob;  // optional: see RunningJobs::starter()
};

class StatementRunner {
 public:
  StatementRunner(Env& env, RunnerOptions options);
  // Cancels what still runs.
  ~StatementRunner();

  Session& session() { return session_; }
  RunningJobs& jobs() { return jobs_; }

  // `name` says where a script that is not the main one comes from, for its errors.
  RunEnd runScript(std::string_view script, const std::string& name = {});
  // `script` is the text that positions of errors count in.
  RunEnd runStatement(const ScriptStatement& statement, std::string_view script,
                      const std::string& name = {});
  // Waits for the jobs of all INSERTs; the first that fails ends the others.
  RunEnd waitForJobs();
  // Tells about jobs that have ended since the last call.
  void reportEndedJobs();

  void showError(const Error& error, std::string_view script, const std::string& name);
  // What setting a key had to say beside setting it.
  void showNote(const SetOutcome& outcome);
  // Follows a job: shows progress and what it has to say, until it has ended.
  void follow(Job& job);
  // The line about progress goes with it.
  void showLine(std::string_view text);

 private:
  RunEnd show(StatementResult& result, std::string_view script, const std::string& name);
  RunEnd showQuery(RunningQuery& query, std::string_view script, const std::string& name);
  RunEnd followQuery(RunningQuery& query, QueryPrinter& printer);
  RunEnd endQuery(RunningQuery& query, RunEnd end);
  void showStartedJob(const Job& job);
  void showMessages(Job& job);
  RunEnd write(std::string_view text);
  RunEnd beginResult();
  void message(std::string_view text);
  OutputForm output();
  QueryPrintOptions printOptions(const RunningQuery& query);
  const TimeZone* zone();  // of the session; nullptr is UTC

  Env& env_;
  RunnerOptions options_;
  RunningJobs jobs_;
  Session session_;
  Progress progress_;
  bool anyResult_ = false;
  std::set<std::string> reportedJobs_;
  std::set<std::string> shownNotes_;
};

}  // namespace millrace
