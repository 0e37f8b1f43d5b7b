// RunningJobs: every job that a session of the command started, so that an interrupt can cancel
// them while the session waits. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "env/env.h"
#include "runtime/job.h"
#include "sql/session/session.h"

namespace millrace {

class RunningJobs {
 public:
  using Prepare = std::function<Status(JobOptions&)>;
  // Starts jobs and remembers them; `prepare` (optional) has the last word on their options. `this`
  // and `env` must outlive the starter.
  JobStarter starter(Env& env, Prepare prepare);

  // Jobs from now on belong to a new statement.
  void beginStatement();
  void cancelStatement();
  void cancelAll();
  // Jobs that still run.
  std::vector<std::shared_ptr<Job>> running() const;
  // Waits until all have ended; they were cancelled before.
  void join();

 private:
  void cancelFrom(size_t first);

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Job>> jobs_;
  size_t statementBegin_ = 0;
};

}  // namespace millrace
