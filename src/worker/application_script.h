// The SQL files of an application, run as one job: all INSERTs of all files together, whatever
// statements stand between them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/native/worker_protocol.h"
#include "env/env.h"
#include "rest/job_view.h"

namespace millrace {

struct ScriptJob {
  JobView view;                    // the job, and what was planned for it
  std::vector<std::string> notes;  // for the log, a line each
};

struct ScriptOptions {
  // The last word on the job's options: where its state is.
  std::function<Status(JobOptions&)> prepare;
  // The maximum parallelism of the state that the job goes on from; 0 = it begins without.
  uint32_t maxParallelism = 0;
};

// Why there is no job, in words for people: kind, file, line, column, the line with a caret, hint.
struct ScriptFailure {
  std::string message;
};

class ScriptOutcome {
 public:
  ScriptOutcome(ScriptJob job) : job_(std::move(job)) {}
  ScriptOutcome(ScriptFailure failure) : failure_(std::move(failure)) {}
  bool ok() const { return job_.has_value(); }
  ScriptJob& job() { return *job_; }
  const std::string& failure() const { return failure_.message; }

 private:
  std::optional<ScriptJob> job_;
  ScriptFailure failure_;
};

// Runs the statements and starts the job; blocks while sources are looked at.
ScriptOutcome startScript(const WorkerTask& task, const ScriptOptions& options, Env& env);

}  // namespace millrace
