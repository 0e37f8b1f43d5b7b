#include "runtime/job.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/job_execution.h"
#include "runtime/scheduler.h"

namespace millrace {

namespace {

// A job on threads: the workers step its tasks, one thread of its own does checkpoints and its end.
class ThreadedJob final : public Job {
 public:
  ThreadedJob(std::unique_ptr<JobExecution> execution, uint32_t numWorkers, Env& env)
      : clock_(env.clock()),
        execution_(std::move(execution)),
        workers_(numWorkers > 0 ? numWorkers : execution_->defaultWorkers(), env.clock()) {
    execution_->start(workers_, [this] { wake(); });
    workers_.start();
    keeper_ = std::thread([this] { keep(); });
  }

  ~ThreadedJob() override {
    execution_->cancel();
    keeper_.join();
  }

  const std::string& id() const override { return execution_->id(); }
  const std::string& name() const override { return execution_->name(); }
  JobStatus status() const override { return execution_->status(); }
  bool wait(int64_t timeoutMillis) override { return execution_->wait(timeoutMillis); }
  const Error& error() const override { return execution_->error(); }
  void cancel() override { execution_->cancel(); }
  Result<std::string> checkpoint() override { return execution_->checkpoint(); }
  Result<std::string> savepoint(const std::string& directory) override {
    return execution_->savepoint(directory);
  }
  Result<std::string> stopWithSavepoint(const std::string& directory, StopMode mode) override {
    return execution_->stopWithSavepoint(directory, mode);
  }
  JobProgress progress() override { return execution_->progress(); }
  std::vector<std::string> takeMessages() override { return execution_->takeMessages(); }

 private:
  void wake() {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  void keep() {
    while (execution_->outcome() == JobStatus::kRunning) {
      execution_->advance();
      if (execution_->outcome() != JobStatus::kRunning) break;
      if (execution_->wantsPause()) {
        workers_.stop();
        execution_->dropFailed();
        workers_.start();
      }
      int64_t next = execution_->nextAdvance();
      std::unique_lock lock(mutex_);
      if (next == INT64_MAX) {
        changed_.wait(lock, [&] { return woken_; });
      } else {
        // At most an hour, so that no sum overflows; the loop comes back here.
        auto pause = std::chrono::milliseconds(
            std::clamp<int64_t>(next - std::min(next, clock_.nowMillis()), 0, 3'600'000));
        changed_.wait_for(lock, pause, [&] { return woken_; });
      }
      woken_ = false;
    }
    workers_.stop();
    execution_->end();
  }

  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;  // guarded by mutex_
  std::unique_ptr<JobExecution> execution_;
  WorkerPool workers_;
  std::thread keeper_;
};

}  // namespace

Result<std::unique_ptr<Job>> startJob(JobGraph graph, JobOptions options, Env& env) {
  uint32_t numWorkers = options.numWorkers;
  auto execution = TRY(JobExecution::make(std::move(graph), std::move(options), env));
  return std::unique_ptr<Job>(std::make_unique<ThreadedJob>(std::move(execution), numWorkers, env));
}

}  // namespace millrace
