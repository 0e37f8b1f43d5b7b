#include "cli/statement_runner.h"

#include <fmt/format.h>

#include "cli/help_text.h"
#include "cli/interrupts.h"
#include "cli/standard_streams.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

constexpr int64_t kTickMillis = 100;       // between looks at interrupts, progress and the reader
constexpr size_t kWriteBytes = 64 * 1024;  // text that is written even when more rows are ready

SessionOptions sessionOptions(Env& env, RunningJobs& jobs, const RunnerOptions& runner) {
  SessionOptions options;
  options.strict = runner.strict;
  options.startJob = jobs.starter(env, runner.prepareJob);
  return options;
}

std::string failureOf(const Job& job) {
  return fmt::format("job '{}' failed: {}", job.name(), job.error().describe());
}

}  // namespace

StatementRunner::StatementRunner(Env& env, RunnerOptions options)
    : env_(env),
      options_(std::move(options)),
      session_(env, sessionOptions(env, jobs_, options_)),
      progress_(env, options_.progress) {
  onInterrupt([this](int) {
    if (options_.interactive) {
      jobs_.cancelStatement();
    } else {
      jobs_.cancelAll();
    }
  });
}

StatementRunner::~StatementRunner() {
  onInterrupt(nullptr);
  jobs_.cancelAll();
  jobs_.join();
}

RunEnd StatementRunner::runScript(std::string_view script, const std::string& name) {
  for (const ScriptStatement& statement : splitStatements(script)) {
    RunEnd end = runStatement(statement, script, name);
    if (end != RunEnd::kDone) return end;
  }
  return RunEnd::kDone;
}

RunEnd StatementRunner::runStatement(const ScriptStatement& statement, std::string_view script,
                                     const std::string& name) {
  if (pendingInterrupt() != 0) return RunEnd::kInterrupted;
  std::string command = clientCommand(statement.text);
  if (command == "QUIT" || command == "EXIT") return RunEnd::kQuit;
  if (command == "HELP") return write(kHelpText);
  if (!command.empty()) return RunEnd::kDone;
  jobs_.beginStatement();
  Result<StatementResult> result = session_.execute(statement.text, statement.start);
  if (pendingInterrupt() != 0) {
    if (result.ok() && result.value().kind == StatementResult::Kind::kQuery) {
      return endQuery(result.value().query, RunEnd::kInterrupted);
    }
    return RunEnd::kInterrupted;
  }
  if (!result.ok()) {
    showError(result.error(), script, name);
    return RunEnd::kFailed;
  }
  for (const SetOutcome& note : result.value().notes) showNote(note);
  return show(result.value(), script, name);
}

RunEnd StatementRunner::show(StatementResult& result, std::string_view script,
                             const std::string& name) {
  switch (result.kind) {
    case StatementResult::Kind::kOk:
      if (!result.message.empty()) message(result.message);
      return RunEnd::kDone;
    case StatementResult::Kind::kRows: {
      if (RunEnd end = beginResult(); end != RunEnd::kDone) return end;
      return write(printRows(output(), result.schema, result.rows, zone()));
    }
    case StatementResult::Kind::kText: {
      if (RunEnd end = beginResult(); end != RunEnd::kDone) return end;
      std::string text = result.message;
      if (!text.ends_with('\n')) text += '\n';
      return write(text);
    }
    case StatementResult::Kind::kJob:
      showStartedJob(*result.job);
      return RunEnd::kDone;
    case StatementResult::Kind::kQuery:
      return showQuery(result.query, script, name);
  }
  UNREACHABLE();
}

void StatementRunner::showStartedJob(const Job& job) {
  if (job.status() != JobStatus::kRunning) {
    message("Complete execution of the SQL update statement.");
    return;
  }
  message(
      fmt::format("SQL update statement has been successfully submitted:\nJob ID: {}\n", job.id()));
}

RunEnd StatementRunner::showQuery(RunningQuery& query, std::string_view script,
                                  const std::string& name) {
  auto printer = makeQueryPrinter(output(), query.schema, printOptions(query));
  int64_t started = env_.clock().monotonicNanos();
  std::string text;
  printer->begin(text);
  RunEnd end = beginResult();
  if (end == RunEnd::kDone) end = write(text);
  if (end == RunEnd::kDone) {
    progress_.begin({query.job});
    end = followQuery(query, *printer);
  }
  end = endQuery(query, end);
  if (end == RunEnd::kDone && query.job->status() == JobStatus::kFailed) {
    showError(query.job->error(), script, name);
    return RunEnd::kFailed;
  }
  QueryEnd queryEnd;
  queryEnd.complete = end == RunEnd::kDone;
  if (session_.configuration().boolean("sql-client.display.print-time-cost")) {
    queryEnd.seconds = static_cast<double>(env_.clock().monotonicNanos() - started) / 1e9;
  }
  if (end == RunEnd::kDone || end == RunEnd::kInterrupted) {
    text.clear();
    printer->end(queryEnd, text);
    RunEnd written = write(text);
    if (written != RunEnd::kDone) return written;
  }
  return end;
}

RunEnd StatementRunner::followQuery(RunningQuery& query, QueryPrinter& printer) {
  std::string text;
  while (true) {
    // Before taking: what is offered before the end is then certain to be seen.
    bool ended = query.queue->closed() || query.job->status() != JobStatus::kRunning;
    std::optional<Batch> batch = query.queue->take(ended ? 0 : kTickMillis);
    while (batch) {
      printer.add(*batch, text);
      if (text.size() >= kWriteBytes || pendingInterrupt() != 0) break;
      batch = query.queue->take(0);
    }
    if (!text.empty()) {
      if (RunEnd end = write(text); end != RunEnd::kDone) return end;
      text.clear();
    }
    if (pendingInterrupt() != 0) return RunEnd::kInterrupted;
    if (!batch && ended) return RunEnd::kDone;
    if (outputReaderGone()) return RunEnd::kReaderGone;
    progress_.tick();
  }
}

RunEnd StatementRunner::endQuery(RunningQuery& query, RunEnd end) {
  if (end != RunEnd::kDone) {
    query.queue->abandon();
    query.job->cancel();
  }
  while (!query.job->wait(kTickMillis)) {
    if (end == RunEnd::kDone && pendingInterrupt() != 0) end = RunEnd::kInterrupted;
    progress_.tick();
  }
  progress_.end();
  return end;
}

RunEnd StatementRunner::waitForJobs() {
  std::vector<std::shared_ptr<Job>> jobs = jobs_.running();
  progress_.begin(jobs);
  RunEnd end = RunEnd::kDone;
  while (end == RunEnd::kDone) {
    std::shared_ptr<Job> waiting;
    for (const std::shared_ptr<Job>& job : session_.jobs()) {
      JobStatus status = job->status();
      if (status == JobStatus::kFailed) end = RunEnd::kFailed;
      if (status == JobStatus::kRunning && !waiting) waiting = job;
    }
    if (pendingInterrupt() != 0) end = RunEnd::kInterrupted;
    if (end != RunEnd::kDone || !waiting) break;
    waiting->wait(kTickMillis);
    for (const std::shared_ptr<Job>& job : session_.jobs()) showMessages(*job);
    progress_.tick();
  }
  if (end != RunEnd::kDone) jobs_.cancelAll();
  jobs_.join();
  progress_.end();
  for (const std::shared_ptr<Job>& job : session_.jobs()) {
    if (job->status() != JobStatus::kFailed) continue;
    writeError(failureOf(*job) + "\n");
    if (end == RunEnd::kDone) end = RunEnd::kFailed;
  }
  return end;
}

void StatementRunner::follow(Job& job) {
  for (const std::shared_ptr<Job>& each : jobs_.running()) {
    if (each.get() == &job) progress_.begin({each});
  }
  while (!job.wait(kTickMillis)) {
    showMessages(job);
    progress_.tick();
  }
  showMessages(job);
  progress_.end();
}

void StatementRunner::showMessages(Job& job) {
  for (const std::string& message : job.takeMessages()) showLine(message);
}

void StatementRunner::showLine(std::string_view text) {
  progress_.erase();
  writeError(fmt::format("{}\n", text));
}

void StatementRunner::reportEndedJobs() {
  for (const std::shared_ptr<Job>& job : session_.jobs()) {
    if (job->status() == JobStatus::kRunning || !reportedJobs_.insert(job->id()).second) continue;
    if (job->status() == JobStatus::kFailed) {
      writeError(fmt::format("[ERROR] {}\n", failureOf(*job)));
    } else {
      message(fmt::format("Job '{}' is {}.", job->name(), jobStatusName(job->status())));
    }
  }
}

void StatementRunner::showError(const Error& error, std::string_view script,
                                const std::string& name) {
  progress_.erase();
  std::string text = options_.interactive ? "[ERROR] " : name.empty() ? "" : "in " + name + ": ";
  writeError(text + error.describe(script) + "\n");
}

void StatementRunner::showNote(const SetOutcome& outcome) {
  // Scripts that set a key again and again are told once.
  if (!shownNotes_.insert(outcome.note).second && !options_.interactive) return;
  progress_.erase();
  std::string text = fmt::format("{}: {}\n", outcome.unknown ? "warning" : "note", outcome.note);
  if (!outcome.hint.empty()) text += fmt::format("hint: {}\n", outcome.hint);
  writeError(text);
}

RunEnd StatementRunner::write(std::string_view text) {
  progress_.erase();
  switch (writeOut(text)) {
    case Written::kAll:
      return RunEnd::kDone;
    case Written::kReaderGone:
      return RunEnd::kReaderGone;
    case Written::kFailed:
      break;
  }
  writeError("cannot write to standard output: " + lastWriteError() + "\n");
  return RunEnd::kFailed;
}

RunEnd StatementRunner::beginResult() {
  bool first = !anyResult_;
  anyResult_ = true;
  return first || options_.interactive ? RunEnd::kDone : write("\n");
}

void StatementRunner::message(std::string_view text) {
  // Scripts are silent: what they print is their results.
  if (options_.interactive) (void)write(fmt::format("[INFO] {}\n", text));
}

OutputForm StatementRunner::output() {
  if (options_.output) return *options_.output;
  std::string mode = session_.configuration().text("sql-client.execution.result-mode");
  return outputFormOf(mode).value_or(OutputForm::kTableau);
}

QueryPrintOptions StatementRunner::printOptions(const RunningQuery& query) {
  const Configuration& configuration = session_.configuration();
  QueryPrintOptions options;
  options.insertOnly = query.insertOnly;
  options.maxColumnWidth =
      static_cast<size_t>(configuration.integer("table.display.max-column-width"));
  options.zone = zone();
  return options;
}

const TimeZone* StatementRunner::zone() {
  auto zone = TimeZone::find(session_.configuration().text("table.local-time-zone"));
  return zone.ok() ? zone.value() : nullptr;
}

}  // namespace millrace
