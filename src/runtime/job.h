// Job: one execution of a JobGraph. start() returns at once; workers run in the background until
// the input ends, an error fails the job, or it is stopped or cancelled.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "runtime/checkpoint_statistics.h"
#include "runtime/job_graph.h"
#include "runtime/restart_strategy.h"

namespace millrace {

enum class JobStatus : uint8_t { kRunning, kFinished, kFailed, kCancelled, kStopped };
const char* jobStatusName(JobStatus status);

// When the checkpoints of a job that has ended are removed. Savepoints never are.
enum class CheckpointRetention : uint8_t {
  kAlways,                // they stay
  kRetainOnCancellation,  // they stay unless the job has finished
  kDeleteOnCancellation,  // they stay only when the job has failed
  kNever,
};

// How a job stops with a savepoint.
enum class StopMode : uint8_t {
  kNoDrain,  // nothing more is emitted: a job that goes on from the savepoint emits it
  kDrain,  // as at the end of the input: the last watermark passes, windows fire, then it is taken
};

struct CheckpointOptions {
  int64_t intervalMillis = 0;  // execution.checkpointing.interval; 0 = none
  std::string directory;       // execution.checkpointing.dir; empty = none
  // Without a directory: the last checkpoint stays in memory, so that the job can restart from it.
  bool keepsLastInMemory = false;
  std::string restorePath;  // execution.state-recovery.path; empty = fresh start
  bool allowNonRestoredState = false;
  uint32_t retained = 1;
  CheckpointRetention retention = CheckpointRetention::kAlways;
  std::string savepointDirectory;  // where savepoints go that name no place
  int64_t timeoutMillis = 600'000;
  int64_t minPauseMillis = 0;      // from the end of a checkpoint to the start of the next
  uint32_t tolerableFailures = 0;  // checkpoints in a row that may fail
  bool alignsBarriers = true;      // false: at least once
  uint32_t numWriters = 2;         // threads that write large state files
  uint64_t firstId = 1;  // the lowest number to use; behind a restored checkpoint it is higher
  // Tests: take one checkpoint when the sources have read this many rows in total, then stop the
  // job as with a savepoint. 0 = off.
  uint64_t stopAfterRecords = 0;
};

struct JobOptions {
  uint32_t numWorkers = 0;       // 0 = highest parallelism, at most the number of cores
  uint32_t channelCapacity = 8;  // batches between a producing and a consuming subtask
  // How long a result may wait for a batch to fill, end to end.
  int64_t latencyMillis = 10;
  std::string jobId;  // 32 hex digits; empty = a new one
  CheckpointOptions checkpoints;
  RestartOptions restart;
  // millrace.state.memory-budget: when the states of the job have that many bytes it takes a last
  // checkpoint (where there are checkpoints) and fails. 0 = none.
  uint64_t stateMemoryBudget = 0;
};

// A snapshot of the counters of one subtask of an operator. They go on over restarts.
struct OperatorSubtaskProgress {
  uint64_t recordsIn = 0, recordsOut = 0, bytesIn = 0, bytesOut = 0;
  uint64_t lateRecordsDropped = 0, malformedRecords = 0, stateBytes = 0;
  int64_t currentWatermark = INT64_MIN;
};

// A snapshot of one operator's counters summed over its subtasks.
struct OperatorProgress {
  std::string name;
  bool isSource = false;
  bool isSink = false;
  uint64_t recordsIn = 0, recordsOut = 0, bytesIn = 0, bytesOut = 0;
  uint64_t lateRecordsDropped = 0, malformedRecords = 0, stateBytes = 0;
  int64_t currentWatermark = INT64_MIN;  // minimum over subtasks
  int64_t millisBehindLatest = -1;       // maximum over subtasks; -1 = unknown
  double busy = 0;                       // share of time since the last call, 0 to 1 per subtask
  double backpressured = 0;              // the same for waiting for room downstream
  std::vector<StateSize> states;         // stateBytes by state
  std::vector<OperatorSubtaskProgress> subtasks;
};

enum class TaskStatus : uint8_t { kScheduled, kRunning, kFinished };

// One subtask of a task of the plan (task_plan.h), since it was started the last time.
struct TaskSubtaskProgress {
  TaskStatus status = TaskStatus::kScheduled;  // kScheduled: it waits for its restart
  int64_t endMillis = 0;                       // of the clock; 0 = it has not finished
  uint64_t busyNanos = 0, backpressuredNanos = 0, idleNanos = 0;
};

struct TaskProgress {
  uint32_t attempt = 0;     // how often it was restarted
  int64_t startMillis = 0;  // of the clock, of that attempt
  std::vector<TaskSubtaskProgress> subtasks;
};

struct JobProgress {
  JobStatus status = JobStatus::kRunning;
  int64_t startTimeMillis = 0;  // of the clock
  int64_t elapsedMillis = 0;
  std::vector<OperatorProgress> operators;
  std::vector<TaskProgress> tasks;  // as planTasks() has them
  CheckpointHistory checkpoints;
  uint64_t numRestarts = 0;
  bool restarting = false;  // parts of the job wait for their restart
};

// Thread-safe.
class Job {
 public:
  virtual ~Job() = default;  // cancels and joins when still running

  virtual const std::string& id() const = 0;  // 32 hex digits, as in Flink
  virtual const std::string& name() const = 0;
  virtual JobStatus status() const = 0;
  // Waits for the end (or until timeoutMillis; negative = for ever); true when it has ended.
  virtual bool wait(int64_t timeoutMillis) = 0;
  // The error of a failed job. Requires: status() == kFailed.
  virtual const Error& error() const = 0;
  virtual void cancel() = 0;
  // Takes a checkpoint now; waits for it. Returns its path.
  virtual Result<std::string> checkpoint() = 0;
  // Takes a savepoint below `directory` now, and the job runs on; waits for it. Its path. As in
  // Flink it commits nothing: sinks commit with the next checkpoint, or when a job starts from it.
  virtual Result<std::string> savepoint(const std::string& directory) = 0;
  // Takes a savepoint below `directory` (empty: where the options say), then stops. Its path. When
  // it fails the job goes on; one that was drained cannot and fails, or restarts from the last
  // checkpoint.
  virtual Result<std::string> stopWithSavepoint(const std::string& directory,
                                                StopMode mode = StopMode::kNoDrain) = 0;
  virtual JobProgress progress() = 0;
  // What has happened since the last call, a line each: failures and restarts, checkpoints that
  // failed, and what has failed a job that cannot end yet. Only the last hundred are kept.
  virtual std::vector<std::string> takeMessages() = 0;
};

Result<std::unique_ptr<Job>> startJob(JobGraph graph, JobOptions options, Env& env);

// The same in the calling thread, one task step at a time in an order drawn from `seed`, on the
// virtual clock of env/sim, until the job has ended.
Result<std::unique_ptr<Job>> runJobSimulated(JobGraph graph, JobOptions options, Env& simEnv,
                                             uint64_t seed);

}  // namespace millrace
