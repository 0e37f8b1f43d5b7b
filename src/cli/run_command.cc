#include "cli/run_command.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "cli/interrupts.h"
#include "cli/sql_command.h"
#include "cli/standard_streams.h"
#include "cli/state_directory.h"

namespace millrace {

namespace {

constexpr const char* kDefaultInterval = "10 s";
// More than one, so that a damaged checkpoint has one before it.
constexpr uint32_t kDefaultRetained = 3;
constexpr int64_t kFinishMillis = 2000;
constexpr const char* kRetention = "execution.checkpointing.externalized-checkpoint-retention";

// The script must start one job; where a statement does not parse, running it says so better.
Status checkScript(const std::string& script) {
  size_t numJobs = 0;
  for (const ScriptStatement& statement : splitStatements(script)) {
    Result<std::unique_ptr<ParsedStatement>> parsed =
        parseStatement(statement.text, statement.start);
    if (!parsed.ok()) return {};
    switch (parsed.value()->kind) {
      case ParsedStatement::Kind::kQuery:
        return Error(ErrorKind::kUnsupported, "a query in a script of 'millrace run'")
            .at(parsed.value()->position)
            .withHint("Write INSERT INTO a table, or use 'millrace sql'.");
      case ParsedStatement::Kind::kInsert:
      case ParsedStatement::Kind::kStatementSet:
        if (++numJobs > 1) {
          return Error(ErrorKind::kUnsupported, "a second job in a script of 'millrace run'")
              .at(parsed.value()->position)
              .withHint("Put the INSERTs into one job: EXECUTE STATEMENT SET BEGIN ...; ...; END.");
        }
        break;
      default:
        break;
    }
  }
  if (numJobs > 0) return {};
  return Error(ErrorKind::kUsage, "the script starts no job").withHint("Add an INSERT.");
}

// Stops the job with a savepoint when an interrupt comes, and remembers how that went.
class Stopper {
 public:
  explicit Stopper(RunningJobs& jobs) : jobs_(jobs) {
    onInterrupt([this](int) { stop(); });
  }
  ~Stopper() { onInterrupt(nullptr); }

  // The path of the savepoint, or why there is none; nothing when no interrupt came. Waits for an
  // interrupt that is being dealt with: the job ends before its savepoint's path is here.
  std::optional<Result<std::string>> outcome() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !stopping_; });
    return outcome_;
  }

 private:
  void stop() {
    setStopping(true);
    stopAll();
    setStopping(false);
  }

  void setStopping(bool stopping) {
    {
      std::lock_guard lock(mutex_);
      stopping_ = stopping;
    }
    changed_.notify_all();
  }

  void stopAll() {
    for (const std::shared_ptr<Job>& job : jobs_.running()) {
      Result<std::string> path = job->stopWithSavepoint({});
      {
        std::lock_guard lock(mutex_);
        outcome_ = path;
      }
      // A job that is about to finish takes no savepoint any more. Else, what comes behind the last
      // checkpoint is read again.
      if (!path.ok() && !job->wait(kFinishMillis)) job->cancel();
    }
  }

  RunningJobs& jobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;                       // guarded by mutex_
  std::optional<Result<std::string>> outcome_;  // guarded by mutex_
};

// Runs the scripts; the job, or nothing after an error, which was shown.
std::shared_ptr<Job> runScripts(StatementRunner& runner, const RunCommand& command,
                                const std::string& init, const std::string& script, int& code) {
  RunEnd end = RunEnd::kDone;
  if (!command.initFile.empty()) end = runner.runScript(init, command.initFile);
  if (end == RunEnd::kDone) end = runner.runScript(script);
  const std::vector<std::shared_ptr<Job>>& jobs = runner.session().jobs();
  if (end == RunEnd::kFailed || jobs.empty()) {
    code = pendingInterrupt() != 0 ? kSignalExitBase + pendingInterrupt() : kExitFailed;
    return nullptr;
  }
  return jobs[0];
}

int reportEnd(StatementRunner& runner, const Job& job, StateDirectory& state,
              const std::optional<Result<std::string>>& stopped) {
  switch (job.status()) {
    case JobStatus::kFinished: {
      Status marked = state.markFinished();
      if (!marked.ok()) {
        runner.showLine(marked.error().describe());
        return kExitFailed;
      }
      runner.showLine(fmt::format("job '{}' has finished", job.name()));
      return kExitOk;
    }
    case JobStatus::kStopped:
      runner.showLine(fmt::format("job '{}' was stopped with savepoint '{}'", job.name(),
                                  stopped && stopped->ok() ? stopped->value() : std::string()));
      return kExitOk;
    case JobStatus::kCancelled:
      // The interrupt came before the job could be stopped: it has done nothing.
      if (!stopped) return kSignalExitBase + pendingInterrupt();
      runner.showLine(
          fmt::format("job '{}' was stopped without a savepoint: {}", job.name(),
                      stopped->ok() ? std::string("cancelled") : stopped->error().describe()));
      return kExitFailed;
    case JobStatus::kFailed:
    case JobStatus::kRunning:
      break;
  }
  runner.showLine(fmt::format("job '{}' failed: {}", job.name(), job.error().describe()));
  return kExitFailed;
}

int runIn(StateDirectory& state, RunCommand& command, const std::string& init,
          const std::string& script, Env& env) {
  StatementRunner* shown = nullptr;
  command.runner.prepareJob = [&](JobOptions& options) -> Status {
    StateDirectory::Messages messages = TRY(state.prepare(options));
    const auto& set = shown->session().configuration().values();
    if (!set.contains("execution.checkpointing.num-retained")) {
      options.checkpoints.retained = kDefaultRetained;
    }
    if (set.contains(kRetention)) {
      messages.push_back(
          fmt::format("note: '{}' has no effect in 'millrace run': checkpoints stay, to go on from",
                      kRetention));
    }
    for (const std::string& message : messages) shown->showLine(message);
    return {};
  };
  StatementRunner runner(env, command.runner);
  shown = &runner;
  Configuration& configuration = runner.session().configuration();
  if (!configuration.set("execution.checkpointing.interval", kDefaultInterval).ok()) UNREACHABLE();
  if (!applySettings(runner, command.settings, command.runner.strict, "millrace run")) {
    return kExitUsage;
  }
  Stopper stopper(runner.jobs());
  int code = kExitOk;
  std::shared_ptr<Job> job = runScripts(runner, command, init, script, code);
  if (!job) return code;
  runner.follow(*job);
  return reportEnd(runner, *job, state, stopper.outcome());
}

}  // namespace

int runRunCommand(RunCommand command, Env& env) {
  installInterrupts();
  command.runner.progress = progressMode(command.progress);
  auto failed = [](const Error& error, const std::string& script) {
    writeError(fmt::format("{}\n", error.describe(script)));
    return kExitFailed;
  };
  Result<std::string> init = readScript(env, command.initFile);
  if (!init.ok()) return failed(init.error(), {});
  Result<std::string> script = readScript(env, command.file);
  if (!script.ok()) return failed(script.error(), {});
  Status checked = checkScript(script.value());
  if (!checked.ok()) return failed(checked.error(), script.value());
  auto state = StateDirectory::open(env, command.stateDirectory);
  if (!state.ok()) return failed(state.error(), {});
  if (state.value()->isFinished()) {
    writeError(
        fmt::format("the job in '{}' has finished: there is nothing left to do\n"
                    "hint: Use another state directory to run it again.\n",
                    state.value()->path()));
    return kExitOk;
  }
  return runIn(*state.value(), command, init.value(), script.value(), env);
}

}  // namespace millrace
