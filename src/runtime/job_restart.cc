// Failures of a running job: what has failed is destroyed with everything it is connected to, and
// made anew from the last checkpoint when the restart strategy says so. The rest of the job goes
// on.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "runtime/checkpoint_recovery.h"
#include "runtime/job_execution.h"
#include "runtime/task_builder.h"
#include "state/snapshot_directory.h"

namespace millrace {

namespace {

constexpr size_t kMostMessages = 100;
constexpr int64_t kFailureToldNanos = 1'000'000'000;

Error isRestarting() {
  return Error(ErrorKind::kCheckpoint, "the job is restarting after a failure")
      .withHint("Try again when it runs.");
}

}  // namespace

void JobExecution::addMessage(std::string message) {
  std::lock_guard lock(mutex_);
  if (messages_.size() == kMostMessages) messages_.erase(messages_.begin());
  messages_.push_back(std::move(message));
}

std::vector<std::string> JobExecution::takeMessages() {
  std::lock_guard lock(mutex_);
  bool failing = outcome_ == JobStatus::kFailed && status_ == JobStatus::kRunning;
  // A task that is held up in a call, such as a write that nobody reads, holds up the end of the
  // job as well. Then its failure is told before.
  if (failing && !failureTold_ &&
      env_.clock().monotonicNanos() - failedNanos_ >= kFailureToldNanos) {
    failureTold_ = true;
    messages_.push_back(
        fmt::format("warning: {}: {}; the job has failed and ends when its tasks return",
                    errorLabel(error_->kind()), error_->message()));
  }
  return std::exchange(messages_, {});
}

void JobExecution::taskFailed(Task& task, Error error) {
  {
    std::lock_guard lock(mutex_);
    if (outcome_ != JobStatus::kRunning) return;
    auto node = static_cast<size_t>(&task.node(0) - graph_.nodes.data());
    failures_.push_back({regionOf_[plan_.taskOf[node]], std::move(error)});
  }
  wake();
}

std::vector<uint32_t> JobExecution::allRegions() const {
  std::vector<uint32_t> all(numRegions_);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void JobExecution::handleFailures() {
  std::vector<Failure> failures;
  {
    std::lock_guard lock(mutex_);
    failures.swap(failures_);
  }
  for (Failure& failure : failures) {
    // The first failure of a region stands for those that follow from it.
    if (failed_.contains(failure.region)) continue;
    handleFailure({failure.region}, std::move(failure.error));
  }
}

void JobExecution::handleFailure(std::vector<uint32_t> regions, Error error) {
  // What has been drained must read on as well.
  if (coordinator_->isDraining()) regions = allRegions();
  int64_t now = env_.clock().nowMillis();
  uint64_t restarts = 0;
  {
    std::lock_guard lock(mutex_);
    restarts = numRestarts_;
  }
  // Behind the savepoint that stops the job nothing may run again.
  bool stopped = coordinator_->isStopped();
  std::optional<int64_t> at = stopped ? std::nullopt : strategy_->failed(now);
  if (!at) {
    if (restarts > 0) {
      error = std::move(error).withContext(
          fmt::format("after {} restart{}", restarts, restarts == 1 ? "" : "s"));
    }
    return fail(std::move(error));
  }
  addMessage(fmt::format("warning: {}: {}; restart {} follows in {:.1f} s",
                         errorLabel(error.kind()), error.message(), restarts + 1,
                         static_cast<double>(*at - now) / 1000));
  for (uint32_t region : regions) {
    failed_.insert(region);
    restartMillis_[region] = *at;
  }
  std::lock_guard lock(mutex_);
  ++numRestarts_;
  restarting_ = true;
  for (uint32_t planned = 0; planned < regionOf_.size(); ++planned) {
    if (failed_.contains(regionOf_[planned])) running_[planned] = false;
  }
}

void JobExecution::dropFailed() {
  coordinator_->suspend(isRestarting());
  for (uint32_t region : failed_) dropRegion(region);
  failed_.clear();
}

void JobExecution::dropRegion(uint32_t region) {
  std::set<Schedulable*> gone;
  for (uint32_t planned = 0; planned < tasks_.size(); ++planned) {
    if (regionOf_[planned] != region) continue;
    for (auto& task : tasks_[planned]) {
      gone.insert(task.get());
      std::lock_guard lock(mutex_);
      unfinished_.erase(task.get());
    }
    tasks_[planned].clear();
  }
  // Readers may have woken their tasks until they were destroyed.
  scheduler_->forget(gone);
  channels_[region].clear();
  for (uint32_t i = 0; i < sources_.size(); ++i) {
    if (regionOf_[plan_.taskOf[i]] == region) sources_[i].reset();
  }
  std::lock_guard lock(mutex_);
  // A task may have failed after its region was given up.
  std::erase_if(failures_, [&](const Failure& failure) { return failure.region == region; });
}

void JobExecution::startDue() {
  if (restartMillis_.empty() || !failed_.empty()) return;
  int64_t now = env_.clock().nowMillis();
  for (auto due = restartMillis_.begin(); due != restartMillis_.end();) {
    if (due->second > now) {
      ++due;
      continue;
    }
    uint32_t region = due->first;
    due = restartMillis_.erase(due);
    Status built = rebuild(region);
    if (!built.ok()) return handleFailure({region}, std::move(built).error());
  }
  if (!restartMillis_.empty()) return;
  finalRequested_ = false;
  coordinator_->resume(allTasks());
  std::lock_guard lock(mutex_);
  restarting_ = false;
}

Result<JobExecution::Recovery> JobExecution::recover() {
  Recovery recovery;
  if (!coordinator_->memory().empty()) {
    recovery.checkpoint = TRY(coordinator_->memory().open());
    return recovery;
  }
  recovery.path = TRY(recoveryPath());
  if (recovery.path.empty()) return recovery;
  recovery.checkpoint = TRY(openCheckpoint(env_.files(), recovery.path, graph_.maxParallelism));
  return recovery;
}

// Empty for the beginning. Requires: no checkpoint is kept in memory.
Result<std::string> JobExecution::recoveryPath() {
  std::string root = coordinator_->root();
  if (root.empty() || coordinator_->history().counts.completed == 0) {
    return options_.checkpoints.restorePath;
  }
  std::vector<FoundCheckpoint> found = TRY(findCheckpoints(env_.files(), root));
  if (found.empty()) {
    return Error(ErrorKind::kRestore, fmt::format("there is no checkpoint left in '{}'", root));
  }
  RecoveryChoice choice = TRY(chooseCheckpoint(env_.files(), found));
  TRY(setAsideDamaged(env_.files(), choice));
  for (const std::string& warning : choice.warnings) addMessage("warning: " + warning);
  return choice.checkpoint.path;
}

Status JobExecution::rebuild(uint32_t region) {
  Recovery recovery = TRY(recover());
  const RestoredCheckpoint* restored = recovery.checkpoint ? &*recovery.checkpoint : nullptr;
  restoredId_ = restored != nullptr ? restored->manifest.checkpointId : 0;
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    if (regionOf_[plan_.taskOf[i]] != region) continue;
    metrics_[i].busyBefore = metrics_[i].backpressuredBefore = 0;
    for (auto& metrics : metrics_[i].subtasks) metrics->currentWatermark = INT64_MIN;
  }
  TRY(TaskBuilder(*this, restored).build(region));
  std::string from = "the beginning";
  if (restored != nullptr) {
    from = recovery.path.empty() ? fmt::format("checkpoint {}, kept in memory", restoredId_)
                                 : fmt::format("'{}'", recovery.path);
    coordinator_->noteRestored(restoredId_, recovery.path);
  }
  addMessage("restarted from " + from);
  std::vector<Task*> tasks;
  for (uint32_t planned = 0; planned < tasks_.size(); ++planned) {
    if (regionOf_[planned] != region) continue;
    attach(planned);
    for (auto& task : tasks_[planned]) tasks.push_back(task.get());
  }
  {
    std::lock_guard lock(mutex_);
    unfinished_.insert(tasks.begin(), tasks.end());
    for (uint32_t planned = 0; planned < regionOf_.size(); ++planned) {
      if (regionOf_[planned] == region) running_[planned] = true;
    }
  }
  for (Task* task : tasks) scheduler_->enqueue(*task);
  return {};
}

}  // namespace millrace
