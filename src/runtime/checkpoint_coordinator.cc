#include "runtime/checkpoint_coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/restore_claims.h"

namespace millrace {

namespace {

constexpr size_t kHistory = 10;

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
  noteEnded(CheckpointState::kFailed, nullptr, reason.message());
  if (pending_->request.ticket) pending_->request.ticket->set(reason);
  for (const Chunk& chunk : pending_->chunks) chunk.task->snapshotWritten(chunk.bytes.size());
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
  return lastCompleteKind_ == CheckpointKind::kStop || lastCompleteKind_ == CheckpointKind::kFinal;
}

void CheckpointCoordinator::startNext(int64_t nowMillis) {
  // Behind the last checkpoint of the job nothing may be started.
  if (hasLast()) {
    nextPeriodic_ = INT64_MAX;
    answerRequests(Error(ErrorKind::kCheckpoint, "the job has ended"));
    return;
  }
  if (suspended_) return;
  if (requests_.empty() && nowMillis >= nextPeriodic_) requests_.push_back({periodicKind_, {}, {}});
  if (requests_.empty()) return;
  if (options_.intervalMillis > 0) nextPeriodic_ = nowMillis + options_.intervalMillis;
  pending_ = std::make_unique<Pending>();
  pending_->id = nextId_++;
  pending_->request = std::move(requests_.front());
  pending_->numMissing = tasks_.size();
  Manifest& manifest = pending_->written.manifest;
  manifest.checkpointId = pending_->id;
  manifest.jobName = graph_.name;
  manifest.maxParallelism = graph_.maxParallelism;
  manifest.createdMillis = nowMillis;
  pending_->costs.id = pending_->id;
  pending_->costs.startedMillis = nowMillis;
  pending_->deadlineMillis = nowMillis + options_.timeoutMillis;
  requests_.pop_front();
  noteStarted();
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
    pending_->chunks.push_back({&task, node, std::move(bytes), last});
  }
  wake_();
}

void CheckpointCoordinator::checkpointTaken(Task& task, uint64_t checkpointId,
                                            std::vector<SnapshotCost> costs) {
  {
    std::lock_guard lock(mutex_);
    if (!pending_ || pending_->id != checkpointId) return;
    for (size_t i = 0; i < costs.size(); ++i) {
      pending_->costs.parts.push_back({task.node(i).id, task.subtask().index, costs[i]});
    }
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
  Status written = writeChunks(lock);
  if (written.ok() && pending_ && pending_->numMissing == 0 && pending_->chunks.empty()) {
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

std::optional<SnapshotDirectory> CheckpointCoordinator::directoryOf(const Request& request) const {
  std::string root;
  if (!request.directory.empty()) {
    root = request.directory;
  } else if (!options_.directory.empty()) {
    root = this->root();
  } else {
    return std::nullopt;
  }
  return SnapshotDirectory(env_.files(), std::move(root), std::max(1u, options_.retained));
}

Status CheckpointCoordinator::write(SnapshotDirectory& directory, Written& written,
                                    Chunk& chunk) const {
  const JobNode& node = chunk.task->node(chunk.node);
  auto place = std::make_pair(static_cast<const Task*>(chunk.task), chunk.node);
  std::unique_ptr<SnapshotFileWriter>& file = written.open[place];
  if (!file) {
    // The root belongs to this job attempt alone, so there are no other writers to tell apart.
    constexpr uint64_t kAttempt = 0;
    file = TRY(directory.create(written.manifest.checkpointId, node.id, chunk.task->subtask().index,
                                kAttempt));
  }
  TRY(file->append(std::move(chunk.bytes)));
  if (!chunk.last) return {};
  StoredOperator& stored = written.manifest.operators[node.id];
  stored.parallelism = node.parallelism;
  stored.files.push_back(TRY(file->finish()));
  written.open.erase(place);
  return {};
}

Status CheckpointCoordinator::writeChunks(std::unique_lock<std::mutex>& lock) {
  // poll() is the only one that writes and completes; close() may take the checkpoint away.
  while (pending_ && !pending_->chunks.empty()) {
    uint64_t id = pending_->id;
    std::optional<SnapshotDirectory> directory = directoryOf(pending_->request);
    Written written = std::move(pending_->written);
    std::vector<Chunk> chunks;
    chunks.swap(pending_->chunks);
    lock.unlock();
    Status status;
    for (Chunk& chunk : chunks) {
      size_t size = chunk.bytes.size();
      if (status.ok() && directory) status = write(*directory, written, chunk);
      chunk.task->snapshotWritten(size);
    }
    lock.lock();
    if (!pending_ || pending_->id != id) return {};
    pending_->written = std::move(written);
    TRY(std::move(status));
  }
  return {};
}

Status CheckpointCoordinator::complete(std::unique_lock<std::mutex>& lock) {
  uint64_t id = pending_->id;
  std::string path;
  Manifest written;
  if (std::optional<SnapshotDirectory> directory = directoryOf(pending_->request)) {
    path = directory->pathOf(id);
    Manifest manifest = std::move(pending_->written.manifest);
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
    written = std::move(manifest);
  }
  noteEnded(CheckpointState::kCompleted, &written, path);
  Request request = std::move(pending_->request);
  lastCosts_ = std::move(pending_->costs);
  lastCosts_.completedMillis = env_.clock().nowMillis();
  pending_.reset();
  ++numCompleted_;
  failuresInARow_ = 0;
  if (options_.intervalMillis > 0) {
    nextPeriodic_ = std::max(nextPeriodic_, env_.clock().nowMillis() + options_.minPauseMillis);
  }
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
  noteEnded(CheckpointState::kFailed, nullptr, error.message());
  Request request = std::move(pending_->request);
  uint64_t id = pending_->id;
  std::unique_ptr<Pending> failed = std::move(pending_);
  lock.unlock();
  for (const Chunk& chunk : failed->chunks) chunk.task->snapshotWritten(chunk.bytes.size());
  failed.reset();
  if (std::optional<SnapshotDirectory> directory = directoryOf(request)) {
    // What cannot be removed costs space only.
    (void)directory->abort(id).ok();
  }
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
    case CheckpointKind::kResume:
      // Whoever asked for it knows; the job goes on.
      return {};
    case CheckpointKind::kStop:
      // Without a savepoint's directory the job was to be cut here: it cannot go on.
      if (request.directory.empty()) return failure;
      requests_.push_front({CheckpointKind::kResume, {}, {}});
      return {};
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

void CheckpointCoordinator::noteStarted() {
  CheckpointStatistics entry;
  entry.id = pending_->id;
  entry.isSavepoint = !pending_->request.directory.empty();
  entry.triggeredMillis = pending_->written.manifest.createdMillis;
  history_.push_front(std::move(entry));
  if (history_.size() > kHistory) history_.pop_back();
}

// text: the path of a complete one, the reason of a failed one.
void CheckpointCoordinator::noteEnded(CheckpointState state, const Manifest* manifest,
                                      const std::string& text) {
  if (state == CheckpointState::kFailed) ++numFailed_;
  for (CheckpointStatistics& entry : history_) {
    if (entry.id != pending_->id) continue;
    entry.state = state;
    entry.durationMillis = env_.clock().nowMillis() - entry.triggeredMillis;
    (state == CheckpointState::kFailed ? entry.failure : entry.path) = text;
    if (manifest == nullptr) return;
    for (const auto& [id, stored] : manifest->operators) {
      CheckpointStatistics::Operator op{id, stored.parallelism, 0};
      for (const StoredFile& file : stored.files) op.bytes += file.bytes;
      entry.bytes += op.bytes;
      entry.operators.push_back(std::move(op));
    }
  }
}

int64_t CheckpointCoordinator::nextPoll() const {
  std::lock_guard lock(mutex_);
  if (pending_) return pending_->deadlineMillis;  // the tasks' reports wake
  if (suspended_) return INT64_MAX;
  return requests_.empty() ? nextPeriodic_ : INT64_MIN;
}

bool CheckpointCoordinator::hasEnded(CheckpointKind kind) const {
  std::lock_guard lock(mutex_);
  return lastCompleteId_ != 0 && lastCompleteKind_ == kind && numDelivered_ == tasks_.size();
}

bool CheckpointCoordinator::isStopped() const {
  std::lock_guard lock(mutex_);
  return lastCompleteId_ != 0 && lastCompleteKind_ == CheckpointKind::kStop;
}

bool CheckpointCoordinator::isBusy() const {
  std::lock_guard lock(mutex_);
  return pending_ != nullptr || !requests_.empty();
}

uint64_t CheckpointCoordinator::numCompleted() const {
  std::lock_guard lock(mutex_);
  return numCompleted_;
}

uint64_t CheckpointCoordinator::numFailed() const {
  std::lock_guard lock(mutex_);
  return numFailed_;
}

std::vector<CheckpointStatistics> CheckpointCoordinator::statistics() const {
  std::lock_guard lock(mutex_);
  return {history_.begin(), history_.end()};
}

std::vector<std::string> CheckpointCoordinator::takeMessages() {
  std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

CheckpointCosts CheckpointCoordinator::lastCosts() const {
  std::lock_guard lock(mutex_);
  return lastCosts_;
}

std::string CheckpointCoordinator::lastPath() const {
  std::lock_guard lock(mutex_);
  return lastPath_;
}

}  // namespace millrace
