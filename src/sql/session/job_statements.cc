// STOP JOB.
#include <fmt/format.h>

#include "env/file_system.h"
#include "sql/session/session.h"

namespace millrace {

Result<std::shared_ptr<Job>> Session::findJob(const std::string& id) const {
  for (const std::shared_ptr<Job>& job : jobs_) {
    if (job->id() == id) return job;
  }
  return Error(ErrorKind::kValidation, fmt::format("job '{}' not found", id))
      .withHint("SHOW JOBS lists the jobs of the session.");
}

Result<StatementResult> Session::runStopJob(const ParsedStopJob& stop) {
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
  StopMode mode = stop.withDrain ? StopMode::kDrain : StopMode::kNoDrain;
  // As in Flink the session says where to, as it is now; without that, what it was when the job
  // was started.
  std::string place = plainPath(configuration_.text("execution.checkpointing.savepoint-dir"));
  std::string path = TRY(job->stopWithSavepoint(place, mode));
  result.kind = StatementResult::Kind::kRows;
  result.schema = {{"savepoint path", Type::string()}};
  result.rows.push_back({Value(path)});
  return result;
}

}  // namespace millrace
