#include "cli/running_jobs.h"

#include "cli/interrupts.h"
#include "env/memory_groups.h"

namespace millrace {

JobStarter RunningJobs::starter(Env& env, Prepare prepare) {
  return [this, &env, prepare = std::move(prepare)](
             JobGraph graph, JobOptions options) -> Result<std::shared_ptr<Job>> {
    if (prepare) TRY(prepare(options));
    // Rather an error that says which state is too large than an end by the kernel.
    if (options.stateMemoryBudget == 0) {
      options.stateMemoryBudget = usableMemory(env.files()) / 4 * 3;
    }
    std::shared_ptr<Job> job = TRY(startJob(std::move(graph), std::move(options), env));
    bool interrupted = false;
    {
      std::lock_guard lock(mutex_);
      // An interrupt that comes later finds the job among the others. One that came before cancels
      // it here, and must not find it too: who stops a job with a savepoint would see it cancelled.
      interrupted = pendingInterrupt() != 0;
      if (!interrupted) jobs_.push_back(job);
    }
    if (interrupted) job->cancel();
    return job;
  };
}

void RunningJobs::beginStatement() {
  std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [](const auto& job) { return job->status() != JobStatus::kRunning; });
  statementBegin_ = jobs_.size();
}

void RunningJobs::cancelFrom(size_t first) {
  std::vector<std::shared_ptr<Job>> jobs;
  {
    std::lock_guard lock(mutex_);
    jobs.assign(jobs_.begin() + static_cast<ptrdiff_t>(first), jobs_.end());
  }
  for (const std::shared_ptr<Job>& job : jobs) job->cancel();
}

void RunningJobs::cancelStatement() {
  size_t first = 0;
  {
    std::lock_guard lock(mutex_);
    first = statementBegin_;
  }
  cancelFrom(first);
}

void RunningJobs::cancelAll() { cancelFrom(0); }

std::vector<std::shared_ptr<Job>> RunningJobs::running() const {
  std::vector<std::shared_ptr<Job>> jobs;
  std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Job>& job : jobs_) {
    if (job->status() == JobStatus::kRunning) jobs.push_back(job);
  }
  return jobs;
}

void RunningJobs::join() {
  for (const std::shared_ptr<Job>& job : running()) job->wait(-1);
}

}  // namespace millrace
