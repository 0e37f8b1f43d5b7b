#include "runtime/checkpoint_coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "state/part_pool.h"

namespace millrace {

namespace {

// "0123456789ab": savepoints of one job are told apart by it.
std::string savepointSuffix(Random& random) {
  return fmt::format("{:012x}", random.next() & 0xFFFF'FFFF'FFFFULL);
}

}  // namespace

void CheckpointTicket::set(Result<std::string> path) {
  std::lock_guard lock(mutex_);
  path_.emplace(std::move(path));
  changed_.notify_all();
}

Result<std::string> CheckpointTicket::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return path_.has_value(); });
  return *path_;
}

CheckpointCoordinator::CheckpointCoordinator(const CheckpointOptions& options, std::string jobId,
                                             const JobGraph& graph, Env& env,
                                             std::vector<Task*> tasks, uint64_t restoredId,
                                             std::function<void()> wake)
    : options_(options),
      jobId_(std::move(jobId)),
      graph_(graph),
      env_(env),
      wake_(std::move(wake)),
      tasks_(std::move(tasks)),
      nextId_(std::max(restoredId + 1, options.firstId)) {
  if (options_.intervalMillis > 0) {
    nextPeriodic_ = env_.clock().nowMillis() + options_.intervalMillis;
  }
}

CheckpointCoordinator::~CheckpointCoordinator() {
  close(Error(ErrorKind::kCancelled, "the job has ended"));
}

std::shared_ptr<CheckpointTicket> CheckpointCoordinator::request(CheckpointKind kind,
                                                                 std::string directory) {
  auto ticket = std::make_shared<CheckpointTicket>();
  if (!directory.empty()) {
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    directory +=
        fmt::format("/savepoint-{}-{}", jobId_.substr(0, 6), savepointSuffix(env_.random()));
  }
  {
    std::lock_guard lock(mutex_);
    if (closed_ || suspended_) {
      ticket->set(closed_ ? *closed_ : *suspended_);
      return ticket;
    }
    requests_.push_back({kind, std::move(directory), ticket});
    // Started here rather than by poll(), so that sources read as little as possible meanwhile.
    if (!pending_) startNext(env_.clock().nowMillis());
  }
  wake_();
  return ticket;
}

void CheckpointCoordinator::close(const Error& reason) {
  std::lock_guard lock(mutex_);
  if (!closed_) closed_ = reason;
  nextPeriodic_ = INT64_MAX;
  answerRequests(reason);
  if (!pending_) return;
  tracker_.failed(env_.clock().nowMillis(), reason.message());
  if (pending_->request.ticket) pending_->request.ticket->set(reason);
  for (const StateFilePiece& piece : pending_->pieces) {
    piece.task->snapshotWritten(piece.bytes.size());
  }
  if (pending_->output) pending_->output->abandon();
  pending_.reset();
}

void CheckpointCoordinator::answerRequests(const Error& reason) {
  for (Request& request : requests_) {
    if (request.ticket) request.ticket->set(reason);
  }
  requests_.clear();
}

void CheckpointCoordinator::suspend(const Error& reason) {
  std::unique_lock lock(mutex_);
  suspended_ = reason;
  // Every task that was told to end goes.
  draining_ = drained_ = false;
  answerRequests(reason);
  // Not a failure of the checkpoint's own: it does not count.
  if (pending_) (void)fail(lock, reason).ok();
}

void CheckpointCoordinator::resume(std::vector<Task*> tasks) {
  std::lock_guard lock(mutex_);
  suspended_.reset();
  tasks_ = std::move(tasks);
  failuresInARow_ = 0;
  // The end is reached anew.
  lastCompleteKind_ = CheckpointKind::kPeriodic;
  periodicKind_ = CheckpointKind::kPeriodic;
  if (options_.intervalMillis > 0) {
    nextPeriodic_ = env_.clock().nowMillis() + options_.intervalMillis;
  }
}

bool CheckpointCoordinator::hasLast() const {
  return lastCompleteKind_ == CheckpointKind::kStop ||
         lastCompleteKind_ == CheckpointKind::kDrain || lastCompleteKind_ == CheckpointKind::kFinal;
}

bool CheckpointCoordinator::waitsForDrain() const {
  return !drained_ && !requests_.empty() && requests_.front().kind == CheckpointKind::kDrain;
}

bool CheckpointCoordinator::isDraining() const {
  std::lock_guard lock(mutex_);
  return draining_;
}

void CheckpointCoordinator::tasksHaveFinished() {
  {
    std::lock_guard lock(mutex_);
    if (drained_) return;
    drained_ = true;
  }
  wake_();
}

void CheckpointCoordinator::startNext(int64_t nowMillis) {
  // Behind the last checkpoint of the job nothing may be started.
  if (hasLast()) {
    nextPeriodic_ = INT64_MAX;
    answerRequests(Error(ErrorKind::kCheckpoint, "the job has ended"));
    return;
  }
  if (suspended_) return;
  if (waitsForDrain()) {
    // A checkpoint among tasks that end for no reason of their input's would restore them so.
    if (!draining_) {
      for (Task* task : tasks_) task->endInput();
    }
    draining_ = true;
    return;
  }
  if (requests_.empty() && nowMillis >= nextPeriodic_) requests_.push_back({periodicKind_, {}, {}});
  if (requests_.empty()) return;
  if (options_.intervalMillis > 0) nextPeriodic_ = nowMillis + options_.intervalMillis;
  pending_ = std::make_unique<Pending>();
  pending_->id = nextId_++;
  pending_->request = std::move(requests_.front());
  pending_->numMissing = tasks_.size();
  Manifest manifest;
  manifest.checkpointId = pending_->id;
  manifest.jobName = graph_.name;
  manifest.maxParallelism = graph_.maxParallelism;
  manifest.createdMillis = nowMillis;
  pending_->output = outputOf(pending_->request, std::move(manifest));
  pending_->triggerMillis = nowMillis;
  pending_->deadlineMillis = nowMillis + options_.timeoutMillis;
  requests_.pop_front();
  noteTriggered();
  bool stop = pending_->request.kind == CheckpointKind::kStop;
  for (Task* task : tasks_) task->requestCheckpoint(pending_->id, stop);
}

void CheckpointCoordinator::snapshotBytes(Task& task, uint64_t checkpointId, size_t node,
                                          SnapshotBytes bytes, bool last) {
  {
    std::lock_guard lock(mutex_);
    if (!pending_ || pending_->id != checkpointId) {
      task.snapshotWritten(bytes.size());
      return;
    }
    pending_->pieces.push_back({&task, node, std::move(bytes), last});
  }
  wake_();
}

void CheckpointCoordinator::checkpointTaken(Task& task, uint64_t checkpointId,
                                            int64_t barrierMillis,
                                            SubtaskCheckpointStatistics statistics) {
  {
    std::lock_guard lock(mutex_);
    if (!pending_ || pending_->id != checkpointId) return;
    statistics.startDelayMillis = std::max<int64_t>(0, barrierMillis - pending_->triggerMillis);
    tracker_.acknowledged(task.node(0).id, std::move(statistics));
    pending_->done.insert(&task);
    --pending_->numMissing;
  }
  wake_();
}

void CheckpointCoordinator::completionDelivered(uint64_t checkpointId) {
  bool all = false;
  {
    std::lock_guard lock(mutex_);
    if (checkpointId != lastCompleteId_) return;
    all = ++numDelivered_ == tasks_.size();
  }
  if (all) wake_();
}

Status CheckpointCoordinator::poll() {
  std::unique_lock lock(mutex_);
  if (!pending_ && !closed_) startNext(env_.clock().nowMillis());
  if (!pending_) return {};
  Status written = writeWhatCame(lock);
  if (written.ok() && pending_ && pending_->numMissing == 0 && pending_->pieces.empty()) {
    written = complete(lock);
  } else if (written.ok() && pending_ && env_.clock().nowMillis() >= pending_->deadlineMillis) {
    written = timedOut();
  }
  if (!written.ok()) return fail(lock, std::move(written).error());
  return {};
}

std::string CheckpointCoordinator::root() const {
  if (options_.directory.empty()) return {};
  return fmt::format("{}/{}", options_.directory, jobId_);
}

std::unique_ptr<CheckpointOutput> CheckpointCoordinator::outputOf(const Request& request,
                                                                  Manifest manifest) {
  std::string root = request.directory.empty() ? this->root() : request.directory;
  if (!root.empty()) {
    SnapshotDirectory directory(env_.files(), std::move(root), std::max(1u, options_.retained));
    return makeFileOutput(std::move(directory), std::move(manifest));
  }
  if (options_.keepsLastInMemory) return makeMemoryOutput(memory_, std::move(manifest));
  return makeNoOutput();
}

Status CheckpointCoordinator::writeWhatCame(std::unique_lock<std::mutex>& lock) {
  // poll() is the only one that writes and completes; close() may take the checkpoint away.
  while (pending_ && !pending_->pieces.empty()) {
    uint64_t id = pending_->id;
    std::unique_ptr<CheckpointOutput> output = std::move(pending_->output);
    std::vector<StateFilePiece> pieces;
    pieces.swap(pending_->pieces);
    lock.unlock();
    Status status = writePieces(*output, std::move(pieces), options_.numWriters);
    lock.lock();
    if (!pending_ || pending_->id != id) return {};
    pending_->output = std::move(output);
    TRY(std::move(status));
  }
  return {};
}

Status CheckpointCoordinator::complete(std::unique_lock<std::mutex>& lock) {
  uint64_t id = pending_->id;
  std::unique_ptr<CheckpointOutput> output = std::move(pending_->output);
  lock.unlock();
  Status committed = output->commit(graph_);
  PartPool::instance().trim();
  lock.lock();
  if (!pending_ || pending_->id != id) return {};
  pending_->output = std::move(output);
  TRY(std::move(committed));
  std::string path = pending_->output->path();
  tracker_.completed(env_.clock().nowMillis(), path);
  Request request = std::move(pending_->request);
  pending_.reset();
  failuresInARow_ = 0;
  if (options_.intervalMillis > 0) {
    nextPeriodic_ = std::max(nextPeriodic_, env_.clock().nowMillis() + options_.minPauseMillis);
  }
  // A restart goes back to the last checkpoint rather than to a savepoint, so what is behind that
  // checkpoint must not be committed yet.
  if (request.kind != CheckpointKind::kSavepoint) {
    lastCompleteId_ = id;
    lastCompleteKind_ = request.kind;
    numDelivered_ = 0;
    for (Task* task : tasks_) task->notifyComplete(id);
  }
  if (request.ticket) request.ticket->set(path);
  return {};
}

Status CheckpointCoordinator::fail(std::unique_lock<std::mutex>& lock, Error error) {
  if (!pending_) return {};
  tracker_.failed(env_.clock().nowMillis(), error.message());
  Request request = std::move(pending_->request);
  uint64_t id = pending_->id;
  std::unique_ptr<Pending> failed = std::move(pending_);
  lock.unlock();
  for (const StateFilePiece& piece : failed->pieces) {
    piece.task->snapshotWritten(piece.bytes.size());
  }
  if (failed->output) failed->output->abandon();
  failed.reset();
  PartPool::instance().trim();
  Error failure(ErrorKind::kCheckpoint, fmt::format("checkpoint {}: {}", id, error.message()));
  if (!error.hint().empty()) failure = std::move(failure).withHint(error.hint());
  lock.lock();
  return judgeFailure(request, std::move(failure));
}

Status CheckpointCoordinator::judgeFailure(const Request& request, Error failure) {
  if (request.ticket) request.ticket->set(failure);
  if (suspended_ || closed_) return {};
  nextPeriodic_ = std::max(nextPeriodic_, env_.clock().nowMillis() + options_.minPauseMillis);
  switch (request.kind) {
    case CheckpointKind::kOnDemand:
    case CheckpointKind::kSavepoint:
    case CheckpointKind::kResume:
      // Whoever asked for it knows; the job goes on.
      return {};
    case CheckpointKind::kStop:
      // Without a savepoint's directory the job was to be cut here: it cannot go on.
      if (request.directory.empty()) return failure;
      requests_.push_front({CheckpointKind::kResume, {}, {}});
      return {};
    case CheckpointKind::kDrain:
      return failure;
    case CheckpointKind::kFinal:
      periodicKind_ = CheckpointKind::kFinal;
      break;
    case CheckpointKind::kPeriodic:
      break;
  }
  ++failuresInARow_;
  if (failuresInARow_ > options_.tolerableFailures) return failure;
  messages_.push_back(fmt::format("warning: {} ({} of {} tolerable failures in a row)",
                                  failure.message(), failuresInARow_, options_.tolerableFailures));
  return {};
}

Error CheckpointCoordinator::timedOut() const {
  std::string missing;
  for (const Task* task : tasks_) {
    if (pending_->done.contains(task)) continue;
    missing = fmt::format("; '{}' ({}/{}) has not answered", task->node(0).name,
                          task->subtask().index + 1, task->subtask().parallelism);
    break;
  }
  return Error(ErrorKind::kCheckpoint,
               fmt::format("not complete after {} ms{}", options_.timeoutMillis, missing))
      .withHint(
          "Set 'execution.checkpointing.timeout' higher, or find out what holds the data back.");
}

void CheckpointCoordinator::noteTriggered() {
  CheckpointStatistics checkpoint;
  checkpoint.id = pending_->id;
  checkpoint.isSavepoint = !pending_->request.directory.empty();
  checkpoint.triggerTimestampMillis = pending_->triggerMillis;
  checkpoint.numSubtasks = static_cast<uint32_t>(tasks_.size());
  for (const Task* task : tasks_) {
    if (task->subtask().index > 0) continue;
    TaskCheckpointStatistics& part = checkpoint.tasks.emplace_back();
    part.headId = task->node(0).id;
    part.numSubtasks = task->subtask().parallelism;
    for (size_t i = 0; i < task->numNodes(); ++i) {
      part.name += (i > 0 ? " -> " : "") + task->node(i).name;
    }
  }
  tracker_.triggered(std::move(checkpoint));
}

void CheckpointCoordinator::noteRestored(uint64_t checkpointId, std::string path) {
  std::lock_guard lock(mutex_);
  tracker_.restored({checkpointId, env_.clock().nowMillis(), std::move(path)});
}

int64_t CheckpointCoordinator::nextPoll() const {
  std::lock_guard lock(mutex_);
  if (pending_) return pending_->deadlineMillis;  // the tasks' reports wake
  if (suspended_) return INT64_MAX;
  if (draining_ && waitsForDrain()) return INT64_MAX;
  return requests_.empty() ? nextPeriodic_ : INT64_MIN;
}

bool CheckpointCoordinator::hasEnded(CheckpointKind kind) const {
  std::lock_guard lock(mutex_);
  return lastCompleteId_ != 0 && lastCompleteKind_ == kind && numDelivered_ == tasks_.size();
}

bool CheckpointCoordinator::isStopped() const {
  std::lock_guard lock(mutex_);
  return lastCompleteId_ != 0 && (lastCompleteKind_ == CheckpointKind::kStop ||
                                  lastCompleteKind_ == CheckpointKind::kDrain);
}

bool CheckpointCoordinator::isBusy() const {
  std::lock_guard lock(mutex_);
  return pending_ != nullptr || !requests_.empty();
}

CheckpointHistory CheckpointCoordinator::history() const {
  std::lock_guard lock(mutex_);
  return tracker_.history();
}

std::vector<std::string> CheckpointCoordinator::takeMessages() {
  std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

}  // namespace millrace
