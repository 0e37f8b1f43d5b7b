#include "runner/test_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "types/print.h"

namespace millrace {

namespace {

constexpr int64_t kTickMillis = 50;

PrintOptions printOptions(PrintForm form) {
  PrintOptions options;
  options.form = form;
  options.reals = RealForm::kScientific;
  return options;
}

void addRows(const Batch& batch, std::vector<TestRow>& rows) {
  PrintOptions json = printOptions(PrintForm::kJson);
  PrintOptions bare = printOptions(PrintForm::kBare);
  for (size_t i = 0; i < batch.numRows(); ++i) {
    TestRow row;
    row.kind = batch.kind(i);
    for (const ColumnPtr& column : batch.columns()) {
      row.json.push_back(printValue(*column, i, json));
      row.bare.push_back(printValue(*column, i, bare));
    }
    rows.push_back(std::move(row));
  }
}

void addRows(const StatementResult& result, std::vector<TestRow>& rows) {
  PrintOptions json = printOptions(PrintForm::kJson);
  PrintOptions bare = printOptions(PrintForm::kBare);
  for (const std::vector<Value>& values : result.rows) {
    TestRow row;
    for (size_t i = 0; i < values.size(); ++i) {
      row.json.push_back(printValue(values[i], result.schema[i].type, json));
      row.bare.push_back(printValue(values[i], result.schema[i].type, bare));
    }
    rows.push_back(std::move(row));
  }
}

std::string describeProgress(const JobProgress& progress) {
  std::string text =
      fmt::format("{} after {} ms\n", jobStatusName(progress.status), progress.elapsedMillis);
  for (const OperatorProgress& op : progress.operators) {
    std::string watermark = op.currentWatermark == INT64_MIN ? "none"
                            : op.currentWatermark == INT64_MAX
                                ? "end"
                                : fmt::to_string(op.currentWatermark);
    text += fmt::format("  {}: {} rows in, {} out, watermark {}, busy {:.2f}\n", op.name,
                        op.recordsIn, op.recordsOut, watermark, op.busy);
  }
  return text;
}

SessionOptions sessionOptions(JobStarter start) {
  SessionOptions options;
  options.startJob = std::move(start);
  return options;
}

}  // namespace

TestSession::TestSession(Env& env, const RunSettings& settings, uint32_t parallelism,
                         int64_t timeoutMillis)
    : env_(env),
      settings_(settings),
      timeoutMillis_(timeoutMillis),
      defaults_{{"table.local-time-zone", "UTC"},
                {"parallelism.default", fmt::to_string(parallelism)},
                {"pipeline.auto-watermark-interval", "0 ms"}},
      session_(env, sessionOptions(
                        [this](JobGraph graph, JobOptions options) -> Result<std::shared_ptr<Job>> {
                          return start(std::move(graph), std::move(options));
                        })) {
  for (const auto& [key, value] : settings.options) defaults_[key] = value;
  for (const auto& [key, value] : defaults_) {
    Status done = set(key, value);
    CHECK(done.ok(), done.error().message());
  }
}

Result<std::shared_ptr<Job>> TestSession::start(JobGraph graph, JobOptions options) {
  options.checkpoints = checkpoints_;
  if (settings_.channelCapacity != 0) options.channelCapacity = settings_.channelCapacity;
  if (!checkpoints_.restorePath.empty()) {
    RestoredCheckpoint snapshot =
        TRY(openCheckpoint(env_.files(), checkpoints_.restorePath, graph.maxParallelism));
    restored_ = TRY(reportRestore(snapshot, graph, checkpoints_.allowNonRestoredState, env_));
  }
  return std::shared_ptr<Job>(TRY(startJob(std::move(graph), std::move(options), env_)));
}

Status TestSession::set(const std::string& key, const std::string& value) {
  SetOutcome outcome = TRY(session_.configuration().set(key, value));
  if (outcome.unknown) return Error(ErrorKind::kUnknownOption, outcome.note);
  return {};
}

Status TestSession::reset(const std::string& key) {
  if (auto found = defaults_.find(key); found != defaults_.end()) return set(key, found->second);
  session_.configuration().reset(key);
  return {};
}

bool TestSession::isOrdered() {
  const Configuration& configuration = session_.configuration();
  return configuration.integer("parallelism.default") == 1 &&
         !configuration.boolean("table.exec.mini-batch.enabled");
}

QueryOutcome TestSession::execute(const std::string& sql, const CheckpointOptions& checkpoints) {
  checkpoints_ = checkpoints;
  restored_.reset();
  int64_t deadline = env_.clock().monotonicNanos() / 1'000'000 + timeoutMillis_;
  QueryOutcome outcome;
  Result<StatementResult> executed = session_.execute(sql);
  outcome.restored = restored_;
  if (!executed.ok()) {
    outcome.error = executed.error();
    return outcome;
  }
  StatementResult& result = executed.value();
  outcome.kind = result.kind;
  outcome.text = result.message;
  outcome.schema = result.schema;
  switch (result.kind) {
    case StatementResult::Kind::kOk:
    case StatementResult::Kind::kText:
      break;
    case StatementResult::Kind::kRows:
      addRows(result, outcome.rows);
      break;
    case StatementResult::Kind::kQuery:
      outcome.schema = result.query.schema;
      outcome.insertOnly = result.query.insertOnly;
      follow(result.query, deadline, outcome);
      break;
    case StatementResult::Kind::kJob:
      finish(result.job, deadline, outcome);
      break;
  }
  return outcome;
}

void TestSession::follow(RunningQuery& query, int64_t deadline, QueryOutcome& outcome) {
  bool ended = false;
  while (env_.clock().monotonicNanos() / 1'000'000 < deadline) {
    // Before taking: what is offered before the end is then certain to be seen.
    ended = query.job->status() != JobStatus::kRunning;
    std::optional<Batch> batch = query.queue->take(ended ? 0 : kTickMillis);
    while (batch) {
      addRows(*batch, outcome.rows);
      batch = query.queue->take(0);
    }
    if (ended) break;
    // A closed queue answers at once although the job may need a moment to end.
    if (query.queue->closed()) query.job->wait(kTickMillis);
  }
  finish(query.job, deadline, outcome);
}

void TestSession::finish(const std::shared_ptr<Job>& job, int64_t deadline, QueryOutcome& outcome) {
  int64_t now = env_.clock().monotonicNanos() / 1'000'000;
  if (!job->wait(std::max<int64_t>(0, deadline - now))) {
    outcome.hung = true;
    outcome.progress = describeProgress(job->progress());
    hungJobs_.push_back(job);  // its destructor may wait for ever as well
    return;
  }
  JobProgress progress = job->progress();
  for (const OperatorProgress& op : progress.operators) {
    if (op.isSource) outcome.sourceRows += op.recordsOut;
  }
  switch (job->status()) {
    case JobStatus::kFailed:
      outcome.error = job->error();
      break;
    case JobStatus::kCancelled:
      outcome.error = Error(ErrorKind::kCancelled, "the job was cancelled");
      break;
    case JobStatus::kStopped:
      outcome.stopped = true;
      outcome.checkpoint = progress.checkpoints.latestPath();
      break;
    case JobStatus::kRunning:
    case JobStatus::kFinished:
      break;
  }
}

}  // namespace millrace
