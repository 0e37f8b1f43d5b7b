// CheckpointCoordinator: starts checkpoints, collects what the tasks report, has it written and
// tells the tasks when a checkpoint is durable. One checkpoint is under way at a time.
//
// Requests and reports come from any thread; files are written by poll(), which one thread calls.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "env/env.h"
#include "runtime/checkpoint_output.h"
#include "runtime/job.h"
#include "runtime/state_file_piece.h"
#include "runtime/task.h"

namespace millrace {

enum class CheckpointKind : uint8_t {
  kPeriodic,
  kOnDemand,   // Job::checkpoint()
  kSavepoint,  // Job::savepoint(): commits nothing
  kStop,       // sources read nothing behind its barrier; then the job ends
  kDrain,      // the sources end, and when all tasks have finished it is taken; then the job ends
  kResume,     // after a kStop that failed: lets the sources go on
  kFinal,      // after the end of all input: commits the sinks
};

// The result of a request, waited for by its caller.
class CheckpointTicket {
 public:
  void set(Result<std::string> path);
  Result<std::string> wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Result<std::string>> path_;
};

class CheckpointCoordinator {
 public:
  // `wake` is called when poll() has something to do. Tasks must outlive the coordinator. Numbering
  // goes on behind restoredId (0 = fresh start).
  CheckpointCoordinator(const CheckpointOptions& options, std::string jobId, const JobGraph& graph,
                        Env& env, std::vector<Task*> tasks, uint64_t restoredId,
                        std::function<void()> wake);
  ~CheckpointCoordinator();

  // A savepoint below `directory`, or (empty) a checkpoint where the options say. Shared: caller
  // and coordinator hold the ticket.
  std::shared_ptr<CheckpointTicket> request(CheckpointKind kind, std::string directory);
  // Answers all open requests; later ones are answered at once.
  void close(const Error& reason);

  // Some tasks are about to be destroyed: abandons what is under way; requests are answered with
  // `reason` until resume(). From the thread that polls.
  void suspend(const Error& reason);
  // All tasks run again.
  void resume(std::vector<Task*> tasks);

  // From the tasks (TaskListener).
  void snapshotBytes(Task& task, uint64_t checkpointId, size_t node, SnapshotBytes bytes,
                     bool last);
  void checkpointTaken(Task& task, uint64_t checkpointId, int64_t barrierMillis,
                       SubtaskCheckpointStatistics statistics);
  void completionDelivered(uint64_t checkpointId);

  // Sources have been told to end, for a kDrain that is asked for.
  bool isDraining() const;
  // All tasks have finished while it drains: the savepoint can be taken.
  void tasksHaveFinished();

  // Does what is due: starts, writes, completes. An error is a failure of the whole job: more
  // checkpoints have failed in a row than is tolerated.
  Status poll();
  // When poll() has something to do at the latest, in milliseconds; INT64_MAX = only when woken.
  int64_t nextPoll() const;

  // The last checkpoint of the job has been completed and every task has been told.
  bool hasEnded(CheckpointKind kind) const;
  // The job has been stopped with a savepoint; not every task may know yet.
  bool isStopped() const;
  // True when requests wait or a checkpoint is under way.
  bool isBusy() const;
  // Where checkpoints (not savepoints) go; empty = not into files.
  std::string root() const;
  // The last checkpoint, when they are kept in memory. For the thread that polls.
  const CheckpointMemory& memory() const { return memory_; }
  CheckpointHistory history() const;
  // The job, or a part of it, goes on from this checkpoint.
  void noteRestored(uint64_t checkpointId, std::string path);
  std::vector<std::string> takeMessages();

 private:
  struct Request {
    CheckpointKind kind = CheckpointKind::kPeriodic;
    std::string directory;
    std::shared_ptr<CheckpointTicket> ticket;  // may be null
  };
  struct Pending {
    uint64_t id = 0;
    Request request;
    int64_t deadlineMillis = INT64_MAX;
    std::set<const Task*> done;          // tasks that have handed over everything
    size_t numMissing = 0;               // the others
    std::vector<StateFilePiece> pieces;  // not written yet
    int64_t triggerMillis = 0;
    // nullptr while it is being written to.
    std::unique_ptr<CheckpointOutput> output;
  };

  void startNext(int64_t nowMillis);
  // True while the next request is a kDrain whose tasks have not finished yet.
  bool waitsForDrain() const;
  void answerRequests(const Error& reason);
  bool hasLast() const;
  Error timedOut() const;
  void noteTriggered();
  Status judgeFailure(const Request& request, Error failure);
  Status writeWhatCame(std::unique_lock<std::mutex>& lock);
  Status complete(std::unique_lock<std::mutex>& lock);
  Status fail(std::unique_lock<std::mutex>& lock, Error error);
  std::unique_ptr<CheckpointOutput> outputOf(const Request& request, Manifest manifest);

  const CheckpointOptions options_;
  const std::string jobId_;
  const JobGraph& graph_;
  Env& env_;
  const std::function<void()> wake_;
  CheckpointMemory memory_;  // of the thread that polls

  mutable std::mutex mutex_;  // guards everything below
  std::vector<Task*> tasks_;
  std::optional<Error> suspended_;
  std::deque<Request> requests_;
  std::unique_ptr<Pending> pending_;
  bool draining_ = false;
  bool drained_ = false;  // all tasks have finished
  std::optional<Error> closed_;
  uint64_t nextId_;
  int64_t nextPeriodic_ = INT64_MAX;
  CheckpointKind periodicKind_ = CheckpointKind::kPeriodic;  // kFinal once one has failed
  uint32_t failuresInARow_ = 0;
  CheckpointTracker tracker_;
  std::vector<std::string> messages_;
  uint64_t lastCompleteId_ = 0;
  CheckpointKind lastCompleteKind_ = CheckpointKind::kPeriodic;
  size_t numDelivered_ = 0;  // tasks that know of lastCompleteId_
};

}  // namespace millrace
