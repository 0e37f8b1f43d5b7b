// JobExecution: the tasks of one job and what they share. The owner steps them (threads in job.cc,
// the simulation in simulated_job.cc) and calls advance() whenever it was woken.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/channel.h"
#include "runtime/checkpoint_coordinator.h"
#include "runtime/job.h"
#include "runtime/restart_strategy.h"
#include "runtime/task.h"
#include "runtime/task_plan.h"

namespace millrace {

class JobExecution : private TaskListener {
 public:
  // Makes sources, operators and channels, restores their states and opens them.
  static Result<std::unique_ptr<JobExecution>> make(JobGraph graph, JobOptions options, Env& env);
  ~JobExecution() override;

  // Attaches the tasks to the scheduler and makes them all runnable. `wake` asks for advance().
  void start(Scheduler& scheduler, std::function<void()> wake);
  // Workers that make sense: the highest parallelism, at most the cores.
  uint32_t defaultWorkers() const;

  // Checkpoint work, restarts and the decision whether the job has ended. Called by one thread.
  void advance();
  // After advance(): parts of the job have failed. The owner lets nothing be stepped, calls
  // dropFailed() and goes on.
  bool wantsPause() const { return !failed_.empty(); }
  void dropFailed();
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
  Result<std::string> savepoint(const std::string& directory);
  Result<std::string> stopWithSavepoint(const std::string& directory, StopMode mode);
  JobProgress progress();
  std::vector<std::string> takeMessages();

 private:
  friend class TaskBuilder;
  struct NodeMetrics {
    std::vector<std::unique_ptr<OperatorMetrics>> subtasks;
    uint64_t busyBefore = 0;  // nanoseconds at the last progress()
    uint64_t backpressuredBefore = 0;
  };

  struct Failure {
    uint32_t region;
    Error error;
  };

  JobExecution(JobGraph graph, JobOptions options, Env& env);
  Status build();
  std::vector<Task*> allTasks() const;
  void attach(uint32_t planned);
  void wake();
  bool hasUnfinished() const;
  JobStatus reachedEnd();
  void removeCheckpoints(JobStatus reached);
  void addMessage(std::string message);

  // Restarts (job_restart.cc).
  void handleFailures();
  // The regions start again, or the job fails.
  void handleFailure(std::vector<uint32_t> regions, Error error);
  std::vector<uint32_t> allRegions() const;
  void startDue();
  Status rebuild(uint32_t region);
  void dropRegion(uint32_t region);
  // What the job goes on from, and where that is in words; nothing for the beginning.
  struct Recovery {
    std::optional<RestoredCheckpoint> checkpoint;
    std::string path;  // empty: it was kept in memory
  };
  Result<Recovery> recover();
  Result<std::string> recoveryPath();
  // The shares of the time that the node's tasks have spent busy and backpressured.
  void addTimes(uint32_t node, double passedNanos, OperatorProgress& op);
  OperatorProgress operatorProgress(uint32_t node) const;
  TaskProgress taskProgress(uint32_t planned) const;

  void taskFailed(Task& task, Error error) override;
  void taskFinished(Task& task) override;
  void snapshotBytes(Task& task, uint64_t checkpointId, size_t node, SnapshotBytes bytes,
                     bool last) override;
  void checkpointTaken(Task& task, uint64_t checkpointId, int64_t barrierMillis,
                       SubtaskCheckpointStatistics statistics) override;
  void completionDelivered(Task& task, uint64_t checkpointId) override;
  void sourceRead(uint64_t numRows) override;
  void stateChanged(int64_t bytes) override;
  uint64_t sourceAllowance() const override;

  // The last checkpoint of a job whose states have outgrown the budget, then its failure.
  void endForMemory();
  Error memoryError();
  // The states of a node over all its subtasks. Requires: mutex_ is held.
  std::vector<StateSize> stateSizes(uint32_t node) const;

  JobGraph graph_;
  JobOptions options_;
  Env& env_;
  std::string id_;
  JobPlan plan_;
  uint64_t restoredId_ = 0;
  int64_t startedMillis_ = 0;
  std::vector<std::unique_ptr<Source>> sources_;                 // per node; null for operators
  std::vector<std::vector<std::unique_ptr<Channel>>> channels_;  // per region
  std::vector<std::vector<std::unique_ptr<Task>>> tasks_;        // per planned task, per subtask
  std::vector<NodeMetrics> metrics_;                             // per node
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  std::function<void()> wake_;
  Scheduler* scheduler_ = nullptr;

  std::atomic<uint64_t> numRead_{0};
  std::atomic<bool> stopRequested_{false};  // because of stopAfterRecords
  bool finalRequested_ = false;
  std::atomic<int64_t> stateBytes_{0};
  std::atomic<bool> overBudget_{false};
  bool endsForMemory_ = false;

  // Of the thread that advances.
  std::vector<uint32_t> regionOf_;  // per planned task
  uint32_t numRegions_ = 0;
  std::unique_ptr<RestartStrategy> strategy_;
  std::set<uint32_t> failed_;                  // regions that have to be dropped
  std::map<uint32_t, int64_t> restartMillis_;  // failed and dropped regions: when they start

  mutable std::mutex mutex_;  // guards what follows, and the tasks against progress()
  std::condition_variable ended_;
  std::set<const Task*> unfinished_;
  std::vector<bool> running_;  // per planned task: its tasks may be looked at
  // Per planned task: attempt and start as in TaskProgress, the ends of its subtasks.
  std::vector<TaskProgress> attempts_;
  std::vector<Failure> failures_;
  std::vector<std::string> messages_;
  uint64_t numRestarts_ = 0;
  bool restarting_ = false;
  JobStatus status_ = JobStatus::kRunning;
  JobStatus outcome_ = JobStatus::kRunning;
  std::optional<Error> error_;
  int64_t failedNanos_ = 0;  // monotonic time of error_
  bool failureTold_ = false;
  int64_t endedMillis_ = 0;
  int64_t progressNanos_ = 0;                       // monotonic time of the last progress()
  std::vector<std::vector<StateSize>> finalSizes_;  // per node, when the tasks are gone
};

}  // namespace millrace
