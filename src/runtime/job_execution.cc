#include "runtime/job_execution.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "runtime/restore_claims.h"
#include "runtime/restore_report.h"
#include "runtime/task_builder.h"
#include "state/snapshot_directory.h"

namespace millrace {

namespace {

Error cancelled() { return Error(ErrorKind::kCancelled, "the job was cancelled"); }
Error hasEnded() {
  return Error(ErrorKind::kCheckpoint, "the job has ended")
      .withHint("Only a running job can take a checkpoint.");
}

}  // namespace

const char* jobStatusName(JobStatus status) {
  switch (status) {
    case JobStatus::kRunning:
      return "RUNNING";
    case JobStatus::kFinished:
      return "FINISHED";
    case JobStatus::kFailed:
      return "FAILED";
    case JobStatus::kCancelled:
      return "CANCELED";
    case JobStatus::kStopped:
      return "STOPPED";
  }
  UNREACHABLE();
}

JobExecution::JobExecution(JobGraph graph, JobOptions options, Env& env)
    : graph_(std::move(graph)), options_(std::move(options)), env_(env) {
  id_ = fmt::format("{:016x}{:016x}", env_.random().next(), env_.random().next());
}

// The tasks go before what they refer to.
JobExecution::~JobExecution() {
  coordinator_.reset();
  tasks_.clear();
}

Result<std::unique_ptr<JobExecution>> JobExecution::make(JobGraph graph, JobOptions options,
                                                         Env& env) {
  TRY(validateGraph(graph));
  std::unique_ptr<JobExecution> job(new JobExecution(std::move(graph), std::move(options), env));
  TRY(job->build());
  return job;
}

Status JobExecution::build() {
  plan_ = planTasks(graph_);
  RestoredCheckpoint restored;
  const std::string& path = options_.checkpoints.restorePath;
  if (!path.empty()) {
    restored = TRY(openCheckpoint(env_.files(), path, graph_.maxParallelism));
    bool allowed = options_.checkpoints.allowNonRestoredState;
    if (!allowed) TRY(checkClaims(restored.manifest, graph_));
    RestoreReport report = TRY(reportRestore(restored, graph_, allowed, env_));
    TRY(checkRestore(report));
    restoredId_ = restored.manifest.checkpointId;
  }
  TRY(TaskBuilder(*this, path.empty() ? nullptr : &restored).build());
  std::vector<Task*> tasks;
  for (auto& subtasks : tasks_) {
    for (auto& task : subtasks) tasks.push_back(task.get());
  }
  numUnfinished_ = tasks.size();
  coordinator_ = std::make_unique<CheckpointCoordinator>(
      options_.checkpoints, id_, graph_, env_, std::move(tasks), restoredId_, [this] { wake(); });
  return {};
}

uint32_t JobExecution::defaultWorkers() const {
  uint32_t highest = 1;
  for (const TaskPlan& task : plan_.tasks) highest = std::max(highest, task.parallelism);
  return std::min(highest, std::max(1u, std::thread::hardware_concurrency()));
}

void JobExecution::start(Scheduler& scheduler, std::function<void()> wake) {
  wake_ = std::move(wake);
  startedMillis_ = env_.clock().nowMillis();
  progressNanos_ = env_.clock().monotonicNanos();
  for (auto& subtasks : tasks_) {
    for (auto& task : subtasks) task->attach(scheduler, task->subtask().index);
  }
  for (auto& subtasks : tasks_) {
    for (auto& task : subtasks) scheduler.enqueue(*task);
  }
}

void JobExecution::wake() { wake_(); }

void JobExecution::fail(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (outcome_ != JobStatus::kRunning) return;
    outcome_ = JobStatus::kFailed;
    error_ = std::move(error);
  }
  wake();
}

void JobExecution::cancel() {
  {
    std::lock_guard lock(mutex_);
    if (outcome_ != JobStatus::kRunning) return;
    outcome_ = JobStatus::kCancelled;
  }
  wake();
}

JobStatus JobExecution::outcome() const {
  std::lock_guard lock(mutex_);
  return outcome_;
}

void JobExecution::advance() {
  if (outcome() != JobStatus::kRunning) return;
  Status polled = coordinator_->poll();
  if (!polled.ok()) return fail(std::move(polled).error());
  JobStatus reached = JobStatus::kRunning;
  if (coordinator_->hasEnded(CheckpointKind::kStop)) {
    reached = JobStatus::kStopped;
  } else if (numUnfinished_.load(std::memory_order_acquire) == 0) {
    if (coordinator_->hasEnded(CheckpointKind::kFinal)) {
      reached = JobStatus::kFinished;
    } else if (options_.checkpoints.intervalMillis > 0) {
      if (!finalRequested_) {
        finalRequested_ = true;
        (void)coordinator_->request(CheckpointKind::kFinal, {});
      }
    } else if (!coordinator_->isBusy()) {
      reached = JobStatus::kFinished;
    }
  }
  if (reached == JobStatus::kRunning) return;
  std::lock_guard lock(mutex_);
  if (outcome_ == JobStatus::kRunning) outcome_ = reached;
}

int64_t JobExecution::nextAdvance() const { return coordinator_->nextPoll(); }

void JobExecution::end() {
  JobStatus reached = outcome();
  coordinator_->close(reached == JobStatus::kCancelled ? cancelled() : hasEnded());
  {
    // progress() reads the times of the tasks under the same lock.
    std::lock_guard lock(mutex_);
    tasks_.clear();
    channels_.clear();
    sources_.clear();
    endedMillis_ = env_.clock().nowMillis();
    status_ = reached;
  }
  ended_.notify_all();
}

JobStatus JobExecution::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

bool JobExecution::wait(int64_t timeoutMillis) {
  std::unique_lock lock(mutex_);
  auto over = [&] { return status_ != JobStatus::kRunning; };
  if (timeoutMillis < 0) {
    ended_.wait(lock, over);
    return true;
  }
  return ended_.wait_for(lock, std::chrono::milliseconds(timeoutMillis), over);
}

const Error& JobExecution::error() const {
  std::lock_guard lock(mutex_);
  CHECK(status_ == JobStatus::kFailed && error_.has_value());
  return *error_;
}

Result<std::string> JobExecution::checkpoint() {
  return coordinator_->request(CheckpointKind::kOnDemand, {})->wait();
}

Result<std::string> JobExecution::stopWithSavepoint(const std::string& directory) {
  std::string path = TRY(coordinator_->request(CheckpointKind::kStop, directory)->wait());
  wait(-1);
  return path;
}

void JobExecution::addTimes(uint32_t node, double passedNanos, OperatorProgress& op) {
  if (tasks_.empty()) return;
  NodeMetrics& metrics = metrics_[node];
  uint64_t busy = 0;
  uint64_t backpressured = 0;
  for (const auto& task : tasks_[plan_.taskOf[node]]) {
    busy += task->times().busyNanos;
    backpressured += task->times().backpressuredNanos;
  }
  op.busy = static_cast<double>(busy - metrics.busyBefore) / passedNanos;
  op.backpressured = static_cast<double>(backpressured - metrics.backpressuredBefore) / passedNanos;
  metrics.busyBefore = busy;
  metrics.backpressuredBefore = backpressured;
}

JobProgress JobExecution::progress() {
  std::lock_guard lock(mutex_);
  JobProgress result;
  result.status = status_;
  int64_t now = status_ == JobStatus::kRunning ? env_.clock().nowMillis() : endedMillis_;
  result.elapsedMillis = now - startedMillis_;
  result.checkpointsCompleted = coordinator_->numCompleted();
  result.lastCheckpointPath = coordinator_->lastPath();
  int64_t nanos = env_.clock().monotonicNanos();
  double passed = static_cast<double>(std::max<int64_t>(1, nanos - progressNanos_));
  progressNanos_ = nanos;
  std::set<uint32_t> consumed;
  for (const JobNode& node : graph_.nodes) {
    for (const JobEdge& edge : node.inputs) consumed.insert(edge.from);
  }
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    const JobNode& node = graph_.nodes[i];
    OperatorProgress op;
    op.name = node.name;
    op.isSource = node.makeSource != nullptr;
    op.isSink = !consumed.contains(i);
    op.currentWatermark = INT64_MAX;
    for (const auto& metrics : metrics_[i].subtasks) {
      op.recordsIn += metrics->recordsIn;
      op.recordsOut += metrics->recordsOut;
      op.bytesIn += metrics->bytesIn;
      op.bytesOut += metrics->bytesOut;
      op.lateRecordsDropped += metrics->lateRecordsDropped;
      op.malformedRecords += metrics->malformedRecords;
      op.stateBytes += metrics->stateBytes;
      op.currentWatermark = std::min(op.currentWatermark, metrics->currentWatermark.load());
    }
    addTimes(i, passed, op);
    result.operators.push_back(std::move(op));
  }
  return result;
}

void JobExecution::taskFailed(Task&, Error error) { fail(std::move(error)); }

void JobExecution::taskFinished(Task&) {
  if (numUnfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) wake();
}

void JobExecution::checkpointTaken(Task& task, uint64_t checkpointId, TaskSnapshot snapshot) {
  coordinator_->checkpointTaken(task, checkpointId, std::move(snapshot));
}

void JobExecution::completionDelivered(Task&, uint64_t checkpointId) {
  coordinator_->completionDelivered(checkpointId);
}

void JobExecution::sourceRead(uint64_t numRows) {
  uint64_t stopAfter = options_.checkpoints.stopAfterRecords;
  if (stopAfter == 0) return;
  uint64_t total = numRead_.fetch_add(numRows, std::memory_order_acq_rel) + numRows;
  if (total >= stopAfter && !stopRequested_.exchange(true)) {
    (void)coordinator_->request(CheckpointKind::kStop, {});
  }
}

uint64_t JobExecution::sourceAllowance() const {
  uint64_t stopAfter = options_.checkpoints.stopAfterRecords;
  if (stopAfter == 0) return UINT64_MAX;
  uint64_t total = numRead_.load(std::memory_order_acquire);
  return total >= stopAfter ? 0 : stopAfter - total;
}

}  // namespace millrace
