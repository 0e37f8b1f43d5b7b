// STOP JOB and DESCRIBE JOB.
#include <fmt/format.h>

#include "sql/session/session.h"
#include "types/print.h"

namespace millrace {

namespace {

const char* stateName(CheckpointState state) {
  switch (state) {
    case CheckpointState::kInProgress:
      return "in progress";
    case CheckpointState::kCompleted:
      return "completed";
    case CheckpointState::kFailed:
      return "failed";
  }
  UNREACHABLE();
}

std::string checkpointText(const CheckpointStatistics& checkpoint) {
  std::string text = stateName(checkpoint.state);
  text += " | triggered ";
  PrintOptions bare;
  bare.form = PrintForm::kBare;
  text += printValue(Value(checkpoint.triggeredMillis * 1000), Type::timestamp(3), bare);
  if (checkpoint.state == CheckpointState::kInProgress) return text;
  text += fmt::format(" | {} ms", checkpoint.durationMillis);
  if (checkpoint.state == CheckpointState::kFailed) return text + " | " + checkpoint.failure;
  text += fmt::format(" | {} bytes", checkpoint.bytes);
  if (!checkpoint.path.empty()) text += " | " + checkpoint.path;
  return text;
}

}  // namespace

Result<std::shared_ptr<Job>> Session::findJob(const std::string& id) const {
  for (const std::shared_ptr<Job>& job : jobs_) {
    if (job->id() == id) return job;
  }
  return Error(ErrorKind::kValidation, fmt::format("job '{}' not found", id))
      .withHint("SHOW JOBS lists the jobs of the session.");
}

Result<StatementResult> Session::runStopJob(const ParsedStopJob& stop) {
  if (stop.withDrain) return Error(ErrorKind::kUnsupported, "STOP JOB with drain");
  std::shared_ptr<Job> job = TRY(findJob(stop.job));
  if (job->status() != JobStatus::kRunning) {
    return Error(ErrorKind::kValidation, fmt::format("job '{}' does not run: it is {}", stop.job,
                                                     jobStatusName(job->status())));
  }
  StatementResult result;
  if (!stop.withSavepoint) {
    job->cancel();
    job->wait(-1);
    result.message = "Execute statement succeeded.";
    return result;
  }
  std::string path = TRY(job->stopWithSavepoint({}));
  result.kind = StatementResult::Kind::kRows;
  result.schema = {{"savepoint path", Type::string()}};
  result.rows.push_back({Value(path)});
  return result;
}

Result<StatementResult> Session::describeJob(const std::string& id) const {
  std::shared_ptr<Job> job = TRY(findJob(id));
  JobProgress progress = job->progress();
  StatementResult result;
  result.kind = StatementResult::Kind::kRows;
  result.schema = {{"property", Type::string()}, {"value", Type::string()}};
  auto add = [&](const std::string& property, const std::string& value) {
    result.rows.push_back({Value(property), Value(value)});
  };
  add("job id", job->id());
  add("job name", job->name());
  add("status", progress.restarting ? "RESTARTING" : jobStatusName(progress.status));
  add("duration", fmt::format("{} ms", progress.elapsedMillis));
  add("restarts", fmt::format("{}", progress.numRestarts));
  add("checkpoints completed", fmt::format("{}", progress.checkpointsCompleted));
  add("checkpoints failed", fmt::format("{}", progress.checkpointsFailed));
  for (const CheckpointStatistics& checkpoint : progress.checkpoints) {
    std::string name =
        fmt::format("{} {}", checkpoint.isSavepoint ? "savepoint" : "checkpoint", checkpoint.id);
    add(name, checkpointText(checkpoint));
    for (const CheckpointStatistics::Operator& op : checkpoint.operators) {
      add(fmt::format("{} of '{}'", name, op.id),
          fmt::format("{} subtasks | {} bytes", op.parallelism, op.bytes));
    }
  }
  return result;
}

}  // namespace millrace
