#include "cli/savepoint_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/savepoint_text.h"
#include "cli/sql_command.h"
#include "cli/standard_streams.h"
#include "cli/state_directory.h"
#include "runtime/checkpoint_recovery.h"
#include "runtime/restore_claims.h"
#include "sql/parser/parser.h"
#include "sql/session/session.h"
#include "state/checkpoint_path.h"

namespace millrace {

namespace {

constexpr int kExitPartial = 3;

int failed(const Error& error, std::string_view script = {}) {
  writeError(script.empty() ? error.describe() + "\n" : error.describe(script) + "\n");
  return kExitFailed;
}

// A job that was planned only: it has ended as soon as it starts.
class PlannedJob final : public Job {
 public:
  explicit PlannedJob(std::string name) : name_(std::move(name)) {}

  const std::string& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  JobStatus status() const override { return JobStatus::kFinished; }
  bool wait(int64_t) override { return true; }
  const Error& error() const override { UNREACHABLE("a planned job does not fail"); }
  void cancel() override {}
  Result<std::string> checkpoint() override { return notRunning(); }
  Result<std::string> savepoint(const std::string&) override { return notRunning(); }
  Result<std::string> stopWithSavepoint(const std::string&, StopMode) override {
    return notRunning();
  }
  JobProgress progress() override { return {}; }
  std::vector<std::string> takeMessages() override { return {}; }

 private:
  static Error notRunning() { return Error(ErrorKind::kCheckpoint, "the job is only planned"); }

  std::string id_ = std::string(32, '0');
  std::string name_;
};

struct Planned {
  JobGraph graph;
  bool ignoresUnclaimed = false;
};

// Runs a script in a session whose jobs are planned and not started.
class ScriptPlanner {
 public:
  explicit ScriptPlanner(Env& env) : session_(env, options()) {}

  Session& session() { return session_; }
  std::vector<Planned>& jobs() { return jobs_; }

  Status run(const std::string& script) {
    for (const ScriptStatement& statement : splitStatements(script)) {
      Result<StatementResult> result = session_.execute(statement.text, statement.start);
      if (!result.ok()) return std::move(result).error();
    }
    return {};
  }

 private:
  SessionOptions options() {
    SessionOptions options;
    options.startJob = [this](JobGraph graph,
                              const JobOptions& job) -> Result<std::shared_ptr<Job>> {
      auto planned = std::make_shared<PlannedJob>(graph.name);
      jobs_.push_back({std::move(graph), job.checkpoints.allowNonRestoredState});
      return std::shared_ptr<Job>(std::move(planned));
    };
    return options;
  }

  std::vector<Planned> jobs_;
  Session session_;
};

// The job of the script that goes on from the savepoint: the one with the fewest operators of it
// missing.
Planned& jobOf(std::vector<Planned>& jobs, const Manifest& manifest) {
  Planned* best = &jobs[0];
  for (Planned& job : jobs) {
    size_t missing = unclaimedOf(manifest, job.graph).size();
    if (missing < unclaimedOf(manifest, best->graph).size()) best = &job;
  }
  return *best;
}

// The directory of the checkpoint that the path means. All of it was read: as far as its files go,
// a job can restore it.
Result<std::string> findSavepoint(const std::string& path, Env& env) {
  std::optional<RecoveryChoice> ofJob = TRY(StateDirectory::newestCheckpoint(env, path));
  if (ofJob) {
    for (const std::string& warning : ofJob->warnings) writeError("warning: " + warning + "\n");
    return std::move(ofJob->checkpoint.path);
  }
  std::string directory = TRY(resolveCheckpoint(env.files(), path));
  TRY(verifyCheckpoint(env.files(), directory));
  return directory;
}

Result<RestoredCheckpoint> openSavepoint(const std::string& path, Env& env,
                                         std::string& directory) {
  directory = TRY(findSavepoint(path, env));
  Manifest manifest = TRY(SnapshotDirectory::readManifest(env.files(), directory));
  return openCheckpoint(env.files(), directory, manifest.maxParallelism);
}

bool applyAll(Session& session, const Settings& settings) {
  for (const auto& [key, value] : settings) {
    Result<SetOutcome> outcome = session.configuration().set(key, value);
    if (outcome.ok()) continue;
    writeError(fmt::format("millrace savepoint check: {}\n", outcome.error().describe()));
    return false;
  }
  return true;
}

}  // namespace

int runSavepointInspect(const SavepointInspection& command, Env& env) {
  std::string directory;
  Result<RestoredCheckpoint> savepoint = openSavepoint(command.path, env, directory);
  if (!savepoint.ok()) return failed(savepoint.error());
  writeOut(command.json ? savepointJson(savepoint.value(), directory)
                        : savepointText(savepoint.value(), directory));
  return kExitOk;
}

int runSavepointCheck(const SavepointCheck& command, Env& env) {
  Result<std::string> script = readScript(env, command.file);
  if (!script.ok()) return failed(script.error());
  ScriptPlanner planner(env);
  if (!applyAll(planner.session(), command.settings)) return kExitUsage;
  Status ran = planner.run(script.value());
  if (!ran.ok()) return failed(ran.error(), script.value());
  if (planner.jobs().empty()) {
    return failed(Error(ErrorKind::kUsage, "the script starts no job").withHint("Add an INSERT."));
  }
  std::string directory;
  Result<RestoredCheckpoint> savepoint = openSavepoint(command.path, env, directory);
  if (!savepoint.ok()) return failed(savepoint.error());
  Planned& job = jobOf(planner.jobs(), savepoint.value().manifest);
  savepoint = openFor(job.graph, env.files(), directory);
  if (!savepoint.ok()) return failed(savepoint.error());
  Result<RestoreReport> report =
      reportRestore(savepoint.value(), job.graph, job.ignoresUnclaimed, env);
  if (!report.ok()) return failed(report.error());
  writeOut(command.json ? reportJson(report.value()) : reportText(report.value()));
  switch (report.value().verdict) {
    case RestoreVerdict::kFull:
      return kExitOk;
    case RestoreVerdict::kPartial:
      return kExitPartial;
    case RestoreVerdict::kIncompatible:
      return kExitFailed;
  }
  UNREACHABLE();
}

}  // namespace millrace
