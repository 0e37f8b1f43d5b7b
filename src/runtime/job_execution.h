// JobExecution: the tasks of one job and what they share. The owner steps them (threads in job.cc,
// the simulation in simulated_job.cc) and calls advance() whenever it was woken.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/channel.h"
#include "runtime/checkpoint_coordinator.h"
#include "runtime/job.h"
#include "runtime/task.h"
#include "runtime/task_plan.h"

namespace millrace {

struct RestoredCheckpoint;

class JobExecution : private TaskListener {
 public:
  // Makes sources, operators and channels, restores their states and opens them.
  static Result<std::unique_ptr<JobExecution>> make(JobGraph graph, JobOptions options, Env& env);
  ~JobExecution() override;

  // Attaches the tasks to the scheduler and makes them all runnable. `wake` asks for advance().
  void start(Scheduler& scheduler, std::function<void()> wake);
  // Workers that make sense: the highest parallelism, at most the cores.
  uint32_t defaultWorkers() const;

  // Checkpoint work and the decision whether the job has ended. Called by one thread.
  void advance();
  // When advance() is to be called at the latest, in milliseconds.
  int64_t nextAdvance() const;
  // The status the job is about to end with, kRunning = none yet.
  JobStatus outcome() const;
  // Nobody steps the tasks any more: destroys them and sets the final status.
  void end();

  const std::string& id() const { return id_; }
  const std::string& name() const { return graph_.name; }
  JobStatus status() const;
  bool wait(int64_t timeoutMillis);
  const Error& error() const;
  void cancel();
  // Fails the job with a bug of the engine's.
  void fail(Error error);
  Result<std::string> checkpoint();
  Result<std::string> stopWithSavepoint(const std::string& directory);
  JobProgress progress();

 private:
  friend class TaskBuilder;
  struct NodeMetrics {
    std::vector<std::unique_ptr<OperatorMetrics>> subtasks;
    uint64_t busyBefore = 0;  // nanoseconds at the last progress()
    uint64_t backpressuredBefore = 0;
  };

  JobExecution(JobGraph graph, JobOptions options, Env& env);
  Status build();
  void wake();
  // The shares of the time that the node's tasks have spent busy and backpressured.
  void addTimes(uint32_t node, double passedNanos, OperatorProgress& op);

  void taskFailed(Task& task, Error error) override;
  void taskFinished(Task& task) override;
  void checkpointTaken(Task& task, uint64_t checkpointId, TaskSnapshot snapshot) override;
  void completionDelivered(Task& task, uint64_t checkpointId) override;
  void sourceRead(uint64_t numRows) override;
  uint64_t sourceAllowance() const override;

  JobGraph graph_;
  JobOptions options_;
  Env& env_;
  std::string id_;
  JobPlan plan_;
  uint64_t restoredId_ = 0;
  int64_t startedMillis_ = 0;
  std::vector<std::unique_ptr<Source>> sources_;  // per node; null for operators
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<std::vector<std::unique_ptr<Task>>> tasks_;  // per planned task, per subtask
  std::vector<NodeMetrics> metrics_;                       // per node
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  std::function<void()> wake_;

  std::atomic<uint64_t> numRead_{0};
  std::atomic<bool> stopRequested_{false};  // because of stopAfterRecords
  std::atomic<size_t> numUnfinished_{0};
  bool finalRequested_ = false;

  mutable std::mutex mutex_;  // guards what follows, and the tasks against progress()
  std::condition_variable ended_;
  JobStatus status_ = JobStatus::kRunning;
  JobStatus outcome_ = JobStatus::kRunning;
  std::optional<Error> error_;
  int64_t endedMillis_ = 0;
  int64_t progressNanos_ = 0;  // monotonic time of the last progress()
};

}  // namespace millrace
