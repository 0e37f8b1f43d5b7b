#include "runtime/checkpoint_coordinator.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/restore_claims.h"

namespace millrace {

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
      tasks_(std::move(tasks)),
      wake_(std::move(wake)),
      nextId_(restoredId + 1) {
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
  {
    std::lock_guard lock(mutex_);
    if (closed_) {
      ticket->set(*closed_);
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
  for (Request& request : requests_) {
    if (request.ticket) request.ticket->set(reason);
  }
  requests_.clear();
  if (pending_ && pending_->request.ticket) pending_->request.ticket->set(reason);
  pending_.reset();
}

void CheckpointCoordinator::startNext(int64_t nowMillis) {
  // Behind the last checkpoint of the job nothing may be started.
  if (lastCompleteKind_ == CheckpointKind::kStop || lastCompleteKind_ == CheckpointKind::kFinal) {
    nextPeriodic_ = INT64_MAX;
    for (Request& request : requests_) {
      if (request.ticket) request.ticket->set(Error(ErrorKind::kCheckpoint, "the job has ended"));
    }
    requests_.clear();
    return;
  }
  if (requests_.empty() && nowMillis >= nextPeriodic_) requests_.push_back({});
  if (requests_.empty()) return;
  if (options_.intervalMillis > 0) nextPeriodic_ = nowMillis + options_.intervalMillis;
  pending_ = std::make_unique<Pending>();
  pending_->id = nextId_++;
  pending_->request = std::move(requests_.front());
  pending_->numMissing = tasks_.size();
  pending_->manifest.checkpointId = pending_->id;
  pending_->manifest.jobName = graph_.name;
  pending_->manifest.maxParallelism = graph_.maxParallelism;
  pending_->manifest.createdMillis = nowMillis;
  requests_.pop_front();
  bool stop = pending_->request.kind == CheckpointKind::kStop;
  for (Task* task : tasks_) task->requestCheckpoint(pending_->id, stop);
}

void CheckpointCoordinator::checkpointTaken(Task& task, uint64_t checkpointId,
                                            TaskSnapshot snapshot) {
  {
    std::lock_guard lock(mutex_);
    if (!pending_ || pending_->id != checkpointId) return;
    pending_->reported.emplace_back(&task, std::move(snapshot));
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
  Status written = writeReported(lock);
  if (written.ok() && pending_ && pending_->numMissing == 0 && pending_->reported.empty()) {
    written = complete(lock);
  }
  if (!written.ok()) return fail(lock, std::move(written).error());
  return {};
}

std::optional<SnapshotDirectory> CheckpointCoordinator::directoryOf(const Request& request) const {
  std::string root;
  if (!request.directory.empty()) {
    root = fmt::format("{}/savepoint-{}", request.directory, jobId_.substr(0, 6));
  } else if (!options_.directory.empty()) {
    root = fmt::format("{}/{}", options_.directory, jobId_);
  } else {
    return std::nullopt;
  }
  return SnapshotDirectory(env_.files(), std::move(root), std::max(1u, options_.retained));
}

Status CheckpointCoordinator::write(const Request& request, Manifest& manifest, const Task& task,
                                    TaskSnapshot& snapshot) {
  std::optional<SnapshotDirectory> directory = directoryOf(request);
  if (!directory) return {};
  for (size_t i = 0; i < snapshot.states.size(); ++i) {
    if (snapshot.states[i].empty()) continue;
    const JobNode& node = task.node(i);
    StoredOperator& stored = manifest.operators[node.id];
    stored.parallelism = node.parallelism;
    // The root belongs to this job attempt alone, so there are no other writers to tell apart.
    constexpr uint64_t kAttempt = 0;
    stored.files.push_back(
        TRY(directory->writeFile(manifest.checkpointId, node.id, task.subtask().index, kAttempt,
                                 std::move(snapshot.states[i]))));
  }
  return {};
}

Status CheckpointCoordinator::writeReported(std::unique_lock<std::mutex>& lock) {
  // poll() is the only one that writes and completes; close() may take the checkpoint away.
  while (pending_ && !pending_->reported.empty()) {
    uint64_t id = pending_->id;
    Request request = pending_->request;
    Manifest manifest = std::move(pending_->manifest);
    std::vector<std::pair<Task*, TaskSnapshot>> reported;
    reported.swap(pending_->reported);
    lock.unlock();
    Status status;
    for (auto& [task, snapshot] : reported) {
      if (status.ok()) status = write(request, manifest, *task, snapshot);
    }
    lock.lock();
    if (!pending_ || pending_->id != id) return {};
    pending_->manifest = std::move(manifest);
    TRY(std::move(status));
  }
  return {};
}

Status CheckpointCoordinator::complete(std::unique_lock<std::mutex>& lock) {
  uint64_t id = pending_->id;
  std::string path;
  if (std::optional<SnapshotDirectory> directory = directoryOf(pending_->request)) {
    path = directory->pathOf(id);
    Manifest manifest = std::move(pending_->manifest);
    for (auto& [operatorId, stored] : manifest.operators) {
      std::sort(stored.files.begin(), stored.files.end(),
                [](const StoredFile& a, const StoredFile& b) { return a.subtask < b.subtask; });
    }
    nameOperators(graph_, manifest);
    lock.unlock();
    Status committed = directory->commit(manifest);
    lock.lock();
    if (!pending_ || pending_->id != id) return {};
    TRY(std::move(committed));
  }
  Request request = std::move(pending_->request);
  pending_.reset();
  ++numCompleted_;
  lastPath_ = path;
  lastCompleteId_ = id;
  lastCompleteKind_ = request.kind;
  numDelivered_ = 0;
  for (Task* task : tasks_) task->notifyComplete(id);
  if (request.ticket) request.ticket->set(path);
  return {};
}

Status CheckpointCoordinator::fail(std::unique_lock<std::mutex>& lock, Error error) {
  if (!pending_) return {};
  Request request = std::move(pending_->request);
  uint64_t id = pending_->id;
  pending_.reset();
  lock.unlock();
  if (std::optional<SnapshotDirectory> directory = directoryOf(request)) {
    // What cannot be removed costs space only.
    (void)directory->abort(id).ok();
  }
  Error failure(ErrorKind::kCheckpoint, fmt::format("checkpoint {}: {}", id, error.message()));
  if (!error.hint().empty()) failure = std::move(failure).withHint(error.hint());
  if (request.ticket) request.ticket->set(failure);
  // Whoever asked for it knows; the job goes on. The others the job depends on.
  if (request.kind == CheckpointKind::kOnDemand) return {};
  return failure;
}

int64_t CheckpointCoordinator::nextPoll() const {
  std::lock_guard lock(mutex_);
  if (pending_) return INT64_MAX;  // the tasks' reports wake
  return requests_.empty() ? nextPeriodic_ : INT64_MIN;
}

bool CheckpointCoordinator::hasEnded(CheckpointKind kind) const {
  std::lock_guard lock(mutex_);
  return lastCompleteId_ != 0 && lastCompleteKind_ == kind && numDelivered_ == tasks_.size();
}

bool CheckpointCoordinator::isBusy() const {
  std::lock_guard lock(mutex_);
  return pending_ != nullptr || !requests_.empty();
}

uint64_t CheckpointCoordinator::numCompleted() const {
  std::lock_guard lock(mutex_);
  return numCompleted_;
}

std::string CheckpointCoordinator::lastPath() const {
  std::lock_guard lock(mutex_);
  return lastPath_;
}

}  // namespace millrace
