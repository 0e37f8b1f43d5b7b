#include "worker/application_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "sql/parser/parser.h"
#include "sql/session/secret_options.h"
#include "sql/session/session.h"

namespace millrace {

namespace {

// AllowNonRestoredState of the application has the word on it.
constexpr std::string_view kDropState = "execution.state-recovery.ignore-unclaimed-state";

// Where an error is: positions count in the whole of the files, one behind the other.
struct FilePlace {
  const SqlFile* file;
  uint32_t firstLine;
};

class ApplicationScript {
 public:
  ApplicationScript(const WorkerTask& task, const ScriptOptions& options, Env& env)
      : task_(task), options_(options), env_(env) {}

  ScriptOutcome start() {
    join();
    Status status = run();
    if (status.ok()) return std::move(job_);
    return ScriptFailure{describe(status.error())};
  }

 private:
  void join() {
    uint32_t line = 1;
    for (const SqlFile& file : task_.files) {
      places_.push_back({&file, line});
      line +=
          static_cast<uint32_t>(std::count(file.sql.text.begin(), file.sql.text.end(), '\n')) + 1;
    }
  }

  // The error with its place in its own file, as that was written.
  std::string describe(Error error) const {
    const FilePlace* place = nullptr;
    if (error.hint().find(kDropState) != std::string::npos) {
      error = Error(std::move(error).withHint(
          "Restore the query it was taken from, or set AllowNonRestoredState in the "
          "FlinkRunConfiguration to drop that state."));
    }
    for (const FilePlace& each : places_) {
      if (each.firstLine <= error.position().line) place = &each;
    }
    if (place == nullptr) return error.describe();
    SourcePosition own = {error.position().line - place->firstLine + 1, error.position().column};
    const SqlFile& file = *place->file;
    Error moved =
        Error(error.kind(), error.message()).at(writtenPosition(file.sql, file.written, own));
    if (!error.hint().empty()) moved = std::move(moved).withHint(error.hint());
    // It goes into the application's log and the record of its operation.
    std::string text = moved.describe(hideSecretOptions(file.written));
    return file.name.empty() ? text : fmt::format("in {}: {}", file.name, text);
  }

  Status run() {
    SessionOptions sessionOptions;
    sessionOptions.startJob = [this](JobGraph graph,
                                     JobOptions jobOptions) -> Result<std::shared_ptr<Job>> {
      return startWith(std::move(graph), std::move(jobOptions));
    };
    Session session(env_, std::move(sessionOptions));
    TRY(setDefaults(session));
    std::vector<std::unique_ptr<ParsedStatement>> inserts;
    for (const FilePlace& place : places_) {
      for (const ScriptStatement& part : splitStatements(place.file->sql.text)) {
        TRY(runStatement(session, part, place.firstLine, inserts));
      }
    }
    if (inserts.empty()) {
      return Error(ErrorKind::kValidation, "the application starts no job")
          .withHint("Add an INSERT INTO.");
    }
    TRY(setFixed(session));
    job_.view.configuration = session.configuration().shownValues();
    std::vector<const ParsedStatement*> together;
    for (const auto& insert : inserts) together.push_back(insert.get());
    job_.view.job = TRY(session.startInserts(together));
    session.releaseJobs();
    return {};
  }

  Status runStatement(Session& session, const ScriptStatement& part, uint32_t firstLine,
                      std::vector<std::unique_ptr<ParsedStatement>>& inserts) {
    if (!clientCommand(part.text).empty()) return {};
    SourcePosition start = {part.start.line + firstLine - 1, part.start.column};
    std::unique_ptr<ParsedStatement> parsed = TRY(parseStatement(part.text, start));
    using Kind = ParsedStatement::Kind;
    if (parsed->kind == Kind::kQuery) {
      return Error(ErrorKind::kUnsupported,
                   "a query whose result goes nowhere in the code of an application")
          .at(parsed->position)
          .withHint("Write INSERT INTO a table.");
    }
    if (parsed->kind == Kind::kInsert || parsed->kind == Kind::kStatementSet) {
      inserts.push_back(std::move(parsed));
      return {};
    }
    StatementResult result = TRY(session.execute(part.text, start));
    for (const SetOutcome& note : result.notes) {
      job_.notes.push_back(fmt::format("{}: {}{}{}", note.unknown ? "warning" : "note", note.note,
                                       note.hint.empty() ? "" : "; ", note.hint));
    }
    return {};
  }

  // What the application's configuration says, for statements that look at it.
  Status setDefaults(Session& session) {
    for (const auto& [key, value] : fixed()) TRY(session.configuration().set(key, value));
    return {};
  }

  // The application's configuration wins over the script's.
  Status setFixed(Session& session) {
    for (const auto& [key, value] : fixed()) {
      auto now = session.configuration().values().find(key);
      if (now != session.configuration().values().end() && now->second != value) {
        job_.notes.push_back(fmt::format(
            "note: '{}' is {} by the application's configuration, not {} as the code says", key,
            value, now->second));
      }
      TRY(session.configuration().set(key, value));
    }
    // As in Flink, the maximum of a state is kept unless one is asked for.
    if (options_.maxParallelism > 0 &&
        session.configuration().integer("pipeline.max-parallelism") <= 0) {
      TRY(session.configuration().set("pipeline.max-parallelism",
                                      fmt::format("{}", options_.maxParallelism)));
    }
    return {};
  }

  std::vector<std::pair<std::string, std::string>> fixed() const {
    int64_t interval = task_.checkpointing ? task_.checkpointIntervalMillis : 0;
    return {{"parallelism.default", fmt::format("{}", task_.parallelism)},
            {std::string(kDropState), task_.allowNonRestoredState ? "true" : "false"},
            {"execution.checkpointing.interval", fmt::format("{} ms", interval)},
            {"execution.checkpointing.min-pause", fmt::format("{} ms", task_.minPauseMillis)}};
  }

  Result<std::shared_ptr<Job>> startWith(JobGraph graph, JobOptions options) {
    uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
    uint32_t most = std::min(cores, static_cast<uint32_t>(std::max(1, task_.parallelism)));
    options.numWorkers = options.numWorkers == 0 ? most : std::min(options.numWorkers, most);
    TRY(options_.prepare(options));
    job_.view.graph = std::make_shared<JobGraph>(graph);
    job_.view.options = options;
    return std::shared_ptr<Job>(TRY(startJob(std::move(graph), std::move(options), env_)));
  }

  const WorkerTask& task_;
  const ScriptOptions& options_;
  Env& env_;
  std::vector<FilePlace> places_;
  ScriptJob job_;
};

}  // namespace

ScriptOutcome startScript(const WorkerTask& task, const ScriptOptions& options, Env& env) {
  return ApplicationScript(task, options, env).start();
}

}  // namespace millrace
