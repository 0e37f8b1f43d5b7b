#include <algorithm>
#include <limits>

#include "base/check.h"
#include "env/sim/sim_env.h"
#include "runtime/job.h"
#include "runtime/job_execution.h"
#include "runtime/scheduler.h"

namespace millrace {

namespace {

// Steps one randomly chosen runnable task at a time, a few batches each.
class SimulatedScheduler final : public Scheduler {
 public:
  explicit SimulatedScheduler(uint64_t seed) : random_(seed) {}

  void enqueue(Schedulable& task) override { runnable_.push_back(&task); }
  void forget(const std::set<Schedulable*>& tasks) override {
    std::erase_if(runnable_, [&](Schedulable* task) { return tasks.contains(task); });
    timers_.forget(tasks);
  }
  bool hasRunnable() const { return !runnable_.empty(); }
  int64_t nextTimer() const { return timers_.next(); }
  uint64_t draw(uint64_t below) { return random_.random().next() % below; }

  void stepOne() {
    size_t chosen = draw(runnable_.size());
    Schedulable* task = runnable_[chosen];
    runnable_[chosen] = runnable_.back();
    runnable_.pop_back();
    StepBudget budget;
    budget.maxBatches = static_cast<uint32_t>(1 + draw(4));
    StepResult result;
    if (runStep(*task, budget, result)) {
      runnable_.push_back(task);
    } else if (result.wakeAtMillis != INT64_MAX) {
      timers_.add(*task, result.wakeAtMillis);
    }
  }

  void fireTimers(int64_t nowMillis) {
    for (Schedulable* task : timers_.takeDue(nowMillis)) task->notify();
  }

 private:
  SimEnv random_;  // for its randomness only: drawing orders must not disturb the job's own
  std::vector<Schedulable*> runnable_;
  Timers timers_;
};

// A job that has ended when its maker gets it.
class SimulatedJob final : public Job {
 public:
  SimulatedJob(std::unique_ptr<JobExecution> execution, SimEnv& env, uint64_t seed)
      : env_(env), scheduler_(seed), execution_(std::move(execution)) {
    execution_->start(scheduler_, [this] { advanceDue_ = true; });
    while (execution_->outcome() == JobStatus::kRunning) runOne();
    execution_->end();
  }

  const std::string& id() const override { return execution_->id(); }
  const std::string& name() const override { return execution_->name(); }
  JobStatus status() const override { return execution_->status(); }
  bool wait(int64_t) override { return true; }
  const Error& error() const override { return execution_->error(); }
  void cancel() override {}
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
  void runOne() {
    int64_t now = env_.clock().nowMillis();
    scheduler_.fireTimers(now);
    if (execution_->nextAdvance() <= now) advanceDue_ = true;
    bool tasks = scheduler_.hasRunnable();
    // Checkpoint work happens at random moments between steps, as on threads.
    if (advanceDue_ && (!tasks || scheduler_.draw(4) == 0)) {
      advanceDue_ = false;
      execution_->advance();
      if (execution_->wantsPause()) execution_->dropFailed();
    } else if (tasks) {
      scheduler_.stepOne();
    } else {
      skipIdleTime();
    }
  }

  void skipIdleTime() {
    int64_t next = std::min(scheduler_.nextTimer(), execution_->nextAdvance());
    if (next == INT64_MAX) {
      execution_->fail(Error(ErrorKind::kInternal, "the simulated job waits for nothing")
                           .withHint("A source that waits must say when it wants to be polled."));
    } else {
      env_.simClock().advanceToMillis(next);
    }
  }

  SimEnv& env_;
  SimulatedScheduler scheduler_;
  std::unique_ptr<JobExecution> execution_;
  bool advanceDue_ = false;
};

}  // namespace

Result<std::unique_ptr<Job>> runJobSimulated(JobGraph graph, JobOptions options, Env& simEnv,
                                             uint64_t seed) {
  auto* env = dynamic_cast<SimEnv*>(&simEnv);
  CHECK(env != nullptr, "runJobSimulated needs a SimEnv");
  options.checkpoints.numWriters = 1;
  auto execution = TRY(JobExecution::make(std::move(graph), std::move(options), simEnv));
  return std::unique_ptr<Job>(std::make_unique<SimulatedJob>(std::move(execution), *env, seed));
}

}  // namespace millrace
