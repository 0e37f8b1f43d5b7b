// Task: one subtask of an operator chain. It reads a source or the channels of its first operator,
// pushes batches through the chain and hands the results to exchanges; docs/internals/runtime.md
// tells the whole story.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/async_operator.h"
#include "runtime/checkpoint_statistics.h"
#include "runtime/exchange.h"
#include "runtime/input_gate.h"
#include "runtime/job.h"
#include "runtime/operator.h"
#include "runtime/scheduler.h"
#include "runtime/source.h"

namespace millrace {

class Task;

// What a task reports. Called on the task's thread; thread-safe.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  virtual void taskFailed(Task& task, Error error) = 0;
  // All input has been processed and everything has been emitted.
  virtual void taskFinished(Task& task) = 0;
  // The next bytes of the state file of a node; last: the file ends with them. A node that has
  // opened no state has no file. (Every subtask of a node opens the same states.) Whoever has
  // written or dropped the bytes calls Task::snapshotWritten().
  virtual void snapshotBytes(Task& task, uint64_t checkpointId, size_t node, SnapshotBytes bytes,
                             bool last) = 0;
  // All bytes have been handed over. barrierMillis: when the first barrier came, clock time.
  virtual void checkpointTaken(Task& task, uint64_t checkpointId, int64_t barrierMillis,
                               SubtaskCheckpointStatistics statistics) = 0;
  virtual void completionDelivered(Task& task, uint64_t checkpointId) = 0;
  virtual void sourceRead(uint64_t numRows) = 0;
  // The memory of the task's states has changed by that many bytes since the last report.
  virtual void stateChanged(int64_t bytes) = 0;
  // How many rows a source may read now before a checkpoint is due.
  virtual uint64_t sourceAllowance() const = 0;
};

// How a task has spent its time. Written by its steps, read by anyone.
struct TaskTimes {
  std::atomic<uint64_t> busyNanos{0};
  std::atomic<uint64_t> backpressuredNanos{0};
  std::atomic<uint64_t> idleNanos{0};
};

struct TaskOptions {
  std::string jobId;
  SubtaskInfo subtask;
  ExecutionOptions execution;
  int64_t latencyMillis = 10;      // how long an exchange may hold rows back to fill batches
  bool commitsAtEnd = true;        // no checkpoint will commit the sinks: commit at end of input
  uint64_t firstCheckpointId = 1;  // the id such a commit uses
  const TimeZone* zone = nullptr;
};

class Task final : public Schedulable {
 public:
  Task(TaskOptions options, Env& env, TaskListener& listener);
  ~Task() override;

  // Building, before the first step. Nodes come in topological order, the head first. The node and
  // the metrics must outlive the task.
  void addSource(const JobNode& node, std::unique_ptr<SourceReader> reader,
                 std::unique_ptr<StateStore> state, OperatorMetrics& metrics);
  void addOperator(const JobNode& node, OperatorPtr op, std::unique_ptr<StateStore> state,
                   OperatorMetrics& metrics);
  // The results of node `from` are input `input` of node `to` (positions in this task).
  void chain(size_t from, size_t to, int input);
  void addExchange(size_t from, ExchangeOptions options, std::vector<Channel*> channels);
  void setInputs(std::vector<std::vector<Channel*>> channels, std::vector<Schema> schemas);
  // Opens reader and operators; `restoredId` is the checkpoint the states come from, 0 = none.
  Status open(uint64_t restoredId);

  StepResult step(const StepBudget& budget) override;

  // Any thread. Sources put the barrier into their stream, finished tasks report their states; for
  // others the barrier comes in their channels. stop = sources read nothing more behind it.
  void requestCheckpoint(uint64_t checkpointId, bool stop);
  // Any thread: a source ends as if it had nothing more to read. Told to every task of the job.
  void endInput();
  // Any thread: the checkpoint is durable.
  void notifyComplete(uint64_t checkpointId);
  // Any thread: that many bytes of a snapshot wait no longer.
  void snapshotWritten(size_t bytes);

  const SubtaskInfo& subtask() const { return options_.subtask; }
  const TaskTimes& times() const { return times_; }
  // Any thread: adds the memory of a node's states, as last measured, to `sizes`: those of the same
  // name are summed.
  void addStateSizes(size_t node, std::vector<StateSize>& sizes) const;
  size_t numNodes() const { return nodes_.size(); }
  const JobNode& node(size_t i) const;
  bool isSource() const { return reader_ != nullptr; }

 private:
  class Node;
  enum class Parked : uint8_t { kIdle, kBackpressured, kRunnable };

  // A snapshot under way: the states of nodes 0 .. node - 1 have been written.
  struct Sweep {
    uint64_t checkpointId = 0;
    size_t node = 0;
    int64_t begun = 0;          // monotonic
    int64_t barrierMillis = 0;  // when the first barrier came
    SubtaskCheckpointStatistics statistics;
  };

  Node& addNode(const JobNode& node, std::unique_ptr<StateStore> state, OperatorMetrics& metrics);
  Result<StepResult> run(const StepBudget& budget);
  StepResult park(Parked reason, int64_t sourceWake);
  // Nothing to do but the snapshot under way, if any.
  StepResult rest(Parked reason, int64_t sourceWake);
  // Writes about that many bytes of the snapshot under way, if any.
  void continueSnapshot(size_t budgetBytes);
  size_t handOver(size_t node, bool last);
  bool isWriterBehind() const;
  bool drainExchanges();
  bool overflows() const;
  Status flushHeld();
  Status fireTimers();
  int64_t nextTimer() const;
  // When states may have something to free that has expired.
  int64_t nextExpiry() const;
  void removeExpired();
  Status handleRequests();
  // True when something was read; otherwise `wakeAt` may have been lowered.
  Result<bool> readSource(int64_t& wakeAt);
  Result<bool> readGate();
  // alignmentNanos: since the first barrier has come.
  Status takeCheckpoint(uint64_t checkpointId, int64_t alignmentNanos);
  Status snapshot(uint64_t checkpointId, int64_t alignmentNanos);
  Status endChain();
  // What operators with threads of their own have left over: a checkpoint to take, an end to
  // report. False: they are not ready for more.
  Result<bool> continueAsync();
  bool areSettled() const;
  bool areCommitted() const;
  // Reports the last completion once operators with threads of their own have committed it too.
  Status deliverCompletion();
  Status completeEnd();
  bool isOver(const StepBudget& budget, uint32_t batches, uint64_t pushedBefore) const;
  uint64_t numPushed() const;
  void updateStateBytes();

  TaskOptions options_;
  Env& env_;
  TaskListener& listener_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::unique_ptr<SourceReader> reader_;
  SourceContext sourceContext_;
  std::unique_ptr<InputGate> gate_;

  int64_t nowMillis_ = 0;        // read once per batch
  int64_t sizesReadAt_ = 0;      // when the states were last measured
  int64_t reportedBytes_ = 0;    // of all states, to the listener
  uint64_t lastCheckpoint_ = 0;  // taken by this task
  uint64_t lastComplete_ = 0;    // delivered to the operators
  bool stopped_ = false;         // a source behind the barrier of its last checkpoint
  bool finished_ = false;
  bool failed_ = false;

  // Operators of the chain that are AsyncOperators too, and what waits for them.
  std::vector<std::pair<Node*, AsyncOperator*>> asyncOperators_;
  struct PendingCheckpoint {
    uint64_t id = 0;           // 0 = none
    int64_t barrierNanos = 0;  // monotonic: when the first barrier came
  };
  PendingCheckpoint pendingCheckpoint_;
  uint64_t undelivered_ = 0;  // the completion that the job has not been told of; 0 = none
  bool ending_ = false;
  bool endCommitted_ = false;

  std::unique_ptr<Sweep> sweep_;           // nullptr = no snapshot is under way
  std::atomic<size_t> unwrittenBytes_{0};  // of snapshots, handed over and not written yet

  // Requests from other threads: the id shifted left by one, plus 1 for stop.
  std::atomic<uint64_t> requested_{0};
  std::atomic<uint64_t> complete_{0};
  std::atomic<bool> endsInput_{false};

  TaskTimes times_;
  Parked parked_ = Parked::kRunnable;
  int64_t steppedUntil_ = 0;  // monotonic; 0 = never
};

}  // namespace millrace
