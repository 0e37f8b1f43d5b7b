#include "runtime/job_execution.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "env/file_system.h"
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
  id_ = options_.jobId;
  if (id_.empty()) {
    id_ = fmt::format("{:016x}{:016x}", env_.random().next(), env_.random().next());
  }
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
    restored = TRY(openFor(graph_, env_.files(), path));
    bool allowed = options_.checkpoints.allowNonRestoredState;
    if (!allowed) TRY(checkClaims(restored.manifest, graph_));
    RestoreReport report = TRY(reportRestore(restored, graph_, allowed, env_));
    TRY(checkRestore(report));
    for (const OperatorRestore& entry : report.operators) {
      if (entry.verdict == RestoreVerdict::kFull) continue;
      addMessage(fmt::format("restored in part: {}: {}",
                             entry.title.empty() ? entry.id : entry.title,
                             fmt::join(entry.notes, "; ")));
    }
    restoredId_ = restored.manifest.checkpointId;
  }
  metrics_.resize(graph_.nodes.size());
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (uint32_t subtask = 0; subtask < graph_.nodes[i].parallelism; ++subtask) {
      metrics_[i].subtasks.push_back(std::make_unique<OperatorMetrics>());
    }
  }
  sources_.resize(graph_.nodes.size());
  tasks_.resize(plan_.tasks.size());
  running_.resize(plan_.tasks.size(), true);
  attempts_.resize(plan_.tasks.size());
  regionOf_ = regionsOf(graph_, plan_);
  numRegions_ = *std::max_element(regionOf_.begin(), regionOf_.end()) + 1;
  channels_.resize(numRegions_);
  strategy_ = makeRestartStrategy(options_.restart, env_.random());
  TRY(TaskBuilder(*this, path.empty() ? nullptr : &restored).build({}));
  std::vector<Task*> tasks = allTasks();
  unfinished_.insert(tasks.begin(), tasks.end());
  options_.checkpoints.keepsLastInMemory = options_.restart.kind != RestartKind::kNone;
  coordinator_ = std::make_unique<CheckpointCoordinator>(
      options_.checkpoints, id_, graph_, env_, std::move(tasks), restoredId_, [this] { wake(); });
  if (restoredId_ > 0) coordinator_->noteRestored(restoredId_, path);
  return {};
}

std::vector<Task*> JobExecution::allTasks() const {
  std::vector<Task*> tasks;
  for (const auto& subtasks : tasks_) {
    for (const auto& task : subtasks) tasks.push_back(task.get());
  }
  return tasks;
}

uint32_t JobExecution::defaultWorkers() const {
  uint32_t highest = 1;
  for (const TaskPlan& task : plan_.tasks) highest = std::max(highest, task.parallelism);
  return std::min(highest, std::max(1u, std::thread::hardware_concurrency()));
}

void JobExecution::start(Scheduler& scheduler, std::function<void()> wake) {
  wake_ = std::move(wake);
  scheduler_ = &scheduler;
  startedMillis_ = env_.clock().nowMillis();
  progressNanos_ = env_.clock().monotonicNanos();
  for (uint32_t planned = 0; planned < tasks_.size(); ++planned) attach(planned);
  for (auto& subtasks : tasks_) {
    for (auto& task : subtasks) scheduler.enqueue(*task);
  }
}

void JobExecution::attach(uint32_t planned) {
  {
    std::lock_guard lock(mutex_);
    TaskProgress& attempt = attempts_[planned];
    if (!attempt.subtasks.empty()) ++attempt.attempt;
    attempt.startMillis = env_.clock().nowMillis();
    TaskSubtaskProgress running;
    running.status = TaskStatus::kRunning;
    attempt.subtasks.assign(tasks_[planned].size(), running);
  }
  for (auto& task : tasks_[planned]) task->attach(*scheduler_, task->subtask().index);
}

void JobExecution::wake() { wake_(); }

void JobExecution::fail(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (outcome_ != JobStatus::kRunning) return;
    outcome_ = JobStatus::kFailed;
    error_ = std::move(error);
    failedNanos_ = env_.clock().monotonicNanos();
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
  handleFailures();
  Status polled = coordinator_->poll();
  for (std::string& message : coordinator_->takeMessages()) addMessage(std::move(message));
  if (!polled.ok()) {
    return handleFailure(allRegions(), std::move(polled).error());
  }
  startDue();
  if (overBudget_.load(std::memory_order_acquire) && (endsForMemory_ || hasUnfinished())) {
    return endForMemory();
  }
  JobStatus reached = restartMillis_.empty() ? reachedEnd() : JobStatus::kRunning;
  if (reached == JobStatus::kRunning) return;
  std::lock_guard lock(mutex_);
  if (outcome_ == JobStatus::kRunning && failures_.empty()) outcome_ = reached;
}

JobStatus JobExecution::reachedEnd() {
  JobStatus reached = JobStatus::kRunning;
  if (coordinator_->hasEnded(CheckpointKind::kStop)) {
    reached = JobStatus::kStopped;
  } else if (!hasUnfinished()) {
    if (coordinator_->hasEnded(CheckpointKind::kFinal) ||
        coordinator_->hasEnded(CheckpointKind::kDrain)) {
      reached = JobStatus::kFinished;
    } else if (coordinator_->isDraining()) {
      coordinator_->tasksHaveFinished();
    } else if (options_.checkpoints.intervalMillis > 0) {
      if (!finalRequested_) {
        finalRequested_ = true;
        (void)coordinator_->request(CheckpointKind::kFinal, {});
      }
    } else if (!coordinator_->isBusy()) {
      reached = JobStatus::kFinished;
    }
  }
  return reached;
}

bool JobExecution::hasUnfinished() const {
  std::lock_guard lock(mutex_);
  return !unfinished_.empty();
}

int64_t JobExecution::nextAdvance() const {
  int64_t next = coordinator_->nextPoll();
  for (const auto& [region, millis] : restartMillis_) {
    if (!failed_.contains(region)) next = std::min(next, millis);
  }
  return next;
}

void JobExecution::endForMemory() {
  bool checkpoints = options_.checkpoints.intervalMillis > 0;
  if (!checkpoints || coordinator_->hasEnded(CheckpointKind::kStop) ||
      coordinator_->hasEnded(CheckpointKind::kFinal)) {
    return fail(memoryError());
  }
  if (endsForMemory_) return;
  endsForMemory_ = true;
  (void)coordinator_->request(CheckpointKind::kStop, {});
}

Error JobExecution::memoryError() {
  auto megabytes = [](uint64_t bytes) {
    return fmt::format("{:.1f} MiB", double(bytes) / 1048576);
  };
  std::string parts;
  uint64_t sum = 0;
  {
    std::lock_guard lock(mutex_);
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      std::string states;
      uint64_t bytes = 0;
      for (const StateSize& size : stateSizes(i)) {
        bytes += size.bytes;
        states +=
            fmt::format("{}{} {}", states.empty() ? "" : ", ", size.name, megabytes(size.bytes));
      }
      if (bytes == 0) continue;
      sum += bytes;
      parts += fmt::format("{}{} {} ({})", parts.empty() ? "" : "; ", graph_.nodes[i].name,
                           megabytes(bytes), states);
    }
  }
  return Error(ErrorKind::kOutOfMemoryBudget,
               fmt::format("'millrace.state.memory-budget' of {} is too small for the job's state "
                           "of {}: {}",
                           megabytes(options_.stateMemoryBudget), megabytes(sum), parts))
      .withHint("Set 'millrace.state.memory-budget' to more.");
}

std::vector<StateSize> JobExecution::stateSizes(uint32_t node) const {
  if (tasks_.empty()) return finalSizes_.empty() ? std::vector<StateSize>() : finalSizes_[node];
  if (!running_[plan_.taskOf[node]]) return {};
  const TaskPlan& plan = plan_.tasks[plan_.taskOf[node]];
  size_t position = static_cast<size_t>(std::find(plan.nodes.begin(), plan.nodes.end(), node) -
                                        plan.nodes.begin());
  std::vector<StateSize> sizes;
  for (const auto& task : tasks_[plan_.taskOf[node]]) task->addStateSizes(position, sizes);
  return sizes;
}

void JobExecution::end() {
  JobStatus reached = outcome();
  coordinator_->close(reached == JobStatus::kCancelled ? cancelled() : hasEnded());
  {
    // progress() reads the times of the tasks under the same lock.
    std::lock_guard lock(mutex_);
    std::vector<std::vector<StateSize>> sizes;
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) sizes.push_back(stateSizes(i));
    finalSizes_ = std::move(sizes);
    for (uint32_t i = 0; i < plan_.tasks.size(); ++i) attempts_[i] = taskProgress(i);
    tasks_.clear();
    channels_.clear();
    sources_.clear();
  }
  // Before the end is told: whoever waits for it may look.
  removeCheckpoints(reached);
  {
    std::lock_guard lock(mutex_);
    endedMillis_ = env_.clock().nowMillis();
    restarting_ = false;
    status_ = reached;
  }
  ended_.notify_all();
}

void JobExecution::removeCheckpoints(JobStatus reached) {
  bool keep = true;
  switch (options_.checkpoints.retention) {
    case CheckpointRetention::kAlways:
      break;
    case CheckpointRetention::kRetainOnCancellation:
      keep = reached == JobStatus::kCancelled || reached == JobStatus::kFailed;
      break;
    case CheckpointRetention::kDeleteOnCancellation:
      keep = reached == JobStatus::kFailed;
      break;
    case CheckpointRetention::kNever:
      keep = false;
      break;
  }
  std::string root = coordinator_->root();
  if (keep || root.empty() || !env_.files().exists(root)) return;
  // What cannot be removed costs space only.
  (void)env_.files().removeTree(root).ok();
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

Result<std::string> JobExecution::savepoint(const std::string& directory) {
  return coordinator_->request(CheckpointKind::kSavepoint, directory)->wait();
}

Result<std::string> JobExecution::stopWithSavepoint(const std::string& directory, StopMode mode) {
  const std::string& place =
      directory.empty() ? options_.checkpoints.savepointDirectory : directory;
  if (place.empty()) {
    return Error(ErrorKind::kCheckpoint, "there is no directory for the savepoint")
        .withHint("Set 'execution.checkpointing.savepoint-dir'.");
  }
  CheckpointKind kind = mode == StopMode::kDrain ? CheckpointKind::kDrain : CheckpointKind::kStop;
  std::string path = TRY(coordinator_->request(kind, place)->wait());
  wait(-1);
  return path;
}

void JobExecution::addTimes(uint32_t node, double passedNanos, OperatorProgress& op) {
  if (tasks_.empty() || !running_[plan_.taskOf[node]]) return;
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
  result.startTimeMillis = startedMillis_;
  result.elapsedMillis = now - startedMillis_;
  result.checkpoints = coordinator_->history();
  result.numRestarts = numRestarts_;
  result.restarting = restarting_;
  int64_t nanos = env_.clock().monotonicNanos();
  double passed = static_cast<double>(std::max<int64_t>(1, nanos - progressNanos_));
  progressNanos_ = nanos;
  std::set<uint32_t> consumed;
  for (const JobNode& node : graph_.nodes) {
    for (const JobEdge& edge : node.inputs) consumed.insert(edge.from);
  }
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    OperatorProgress op = operatorProgress(i);
    op.isSink = !consumed.contains(i);
    addTimes(i, passed, op);
    op.states = stateSizes(i);
    result.operators.push_back(std::move(op));
  }
  for (uint32_t i = 0; i < plan_.tasks.size(); ++i) result.tasks.push_back(taskProgress(i));
  return result;
}

OperatorProgress JobExecution::operatorProgress(uint32_t node) const {
  OperatorProgress op;
  op.name = graph_.nodes[node].name;
  op.isSource = graph_.nodes[node].makeSource != nullptr;
  op.currentWatermark = INT64_MAX;
  for (const auto& metrics : metrics_[node].subtasks) {
    OperatorSubtaskProgress subtask;
    op.recordsIn += subtask.recordsIn = metrics->recordsIn;
    op.recordsOut += subtask.recordsOut = metrics->recordsOut;
    op.bytesIn += subtask.bytesIn = metrics->bytesIn;
    op.bytesOut += subtask.bytesOut = metrics->bytesOut;
    op.lateRecordsDropped += subtask.lateRecordsDropped = metrics->lateRecordsDropped;
    op.malformedRecords += subtask.malformedRecords = metrics->malformedRecords;
    op.stateBytes += subtask.stateBytes = metrics->stateBytes;
    op.millisBehindLatest = std::max(op.millisBehindLatest, metrics->millisBehindLatest.load());
    subtask.currentWatermark = metrics->currentWatermark;
    op.currentWatermark = std::min(op.currentWatermark, subtask.currentWatermark);
    op.subtasks.push_back(subtask);
  }
  return op;
}

TaskProgress JobExecution::taskProgress(uint32_t planned) const {
  TaskProgress progress = attempts_[planned];
  if (!running_[planned]) {
    for (TaskSubtaskProgress& subtask : progress.subtasks) subtask = {};
    return progress;
  }
  // Without tasks the job has ended: the times are those of the end.
  if (tasks_.empty()) return progress;
  for (size_t i = 0; i < progress.subtasks.size() && i < tasks_[planned].size(); ++i) {
    const TaskTimes& times = tasks_[planned][i]->times();
    progress.subtasks[i].busyNanos = times.busyNanos;
    progress.subtasks[i].backpressuredNanos = times.backpressuredNanos;
    progress.subtasks[i].idleNanos = times.idleNanos;
  }
  return progress;
}

void JobExecution::taskFinished(Task& task) {
  bool last = false;
  {
    std::lock_guard lock(mutex_);
    unfinished_.erase(&task);
    last = unfinished_.empty();
    auto node = static_cast<size_t>(&task.node(0) - graph_.nodes.data());
    TaskSubtaskProgress& subtask = attempts_[plan_.taskOf[node]].subtasks[task.subtask().index];
    subtask.status = TaskStatus::kFinished;
    subtask.endMillis = env_.clock().nowMillis();
  }
  if (last) wake();
}

void JobExecution::snapshotBytes(Task& task, uint64_t checkpointId, size_t node,
                                 SnapshotBytes bytes, bool last) {
  coordinator_->snapshotBytes(task, checkpointId, node, std::move(bytes), last);
}

void JobExecution::checkpointTaken(Task& task, uint64_t checkpointId, int64_t barrierMillis,
                                   SubtaskCheckpointStatistics statistics) {
  coordinator_->checkpointTaken(task, checkpointId, barrierMillis, std::move(statistics));
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

void JobExecution::stateChanged(int64_t bytes) {
  int64_t sum = stateBytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (options_.stateMemoryBudget == 0 || sum < 0) return;
  if (static_cast<uint64_t>(sum) < options_.stateMemoryBudget) return;
  if (!overBudget_.exchange(true)) wake();
}

uint64_t JobExecution::sourceAllowance() const {
  // Nothing more is read; the request of the last checkpoint wakes the sources.
  if (overBudget_.load(std::memory_order_relaxed)) return 0;
  uint64_t stopAfter = options_.checkpoints.stopAfterRecords;
  if (stopAfter == 0) return UINT64_MAX;
  uint64_t total = numRead_.load(std::memory_order_acquire);
  return total >= stopAfter ? 0 : stopAfter - total;
}

}  // namespace millrace
