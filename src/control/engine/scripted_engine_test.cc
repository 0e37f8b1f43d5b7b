#include "control/engine/scripted_engine.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace {

using Kind = ScriptedAnswer::Kind;

std::optional<int64_t> ScriptedEngine::nextMillis() const {
  if (pending_.empty()) return std::nullopt;
  return pending_.begin()->first;
}

void ScriptedEngine::answer() {
  while (!pending_.empty() && pending_.begin()->first <= env_.clock().nowMillis()) {
    std::function<void()> action = std::move(pending_.begin()->second);
    pending_.erase(pending_.begin());
    action();
  }
}

void ScriptedEngine::failJob(JobId job) {
  if (!isAlive(job)) return;
  alive_.erase(job.application);
  listener_->jobFailed(job, "the restart strategy has given up");
}

std::vector<JobId> ScriptedEngine::alive() const {
  std::vector<JobId> jobs;
  for (const auto& [application, job] : alive_) jobs.push_back(job);
  return jobs;
}

bool ScriptedEngine::isAlive(JobId job) const {
  auto found = alive_.find(job.application);
  return found != alive_.end() && found->second == job;
}

ScriptedAnswer ScriptedEngine::ask(Command command, JobId job) {
  commands_.push_back(command);
  return script_(command, job);
}

void ScriptedEngine::later(const ScriptedAnswer& answer, std::function<void()> action) {
  pending_.emplace(env_.clock().nowMillis() + answer.delayMillis, std::move(action));
}

void ScriptedEngine::launch(Command command, JobRequest request) {
  JobId job = request.job;
  // An attempt that comes after a newer one is fenced.
  auto newest = requests_.find(job.application);
  if (newest != requests_.end() && newest->second.job.attempt > job.attempt) return;
  alive_[job.application] = job;
  requests_[job.application] = std::move(request);
  ScriptedAnswer answer = ask(command, job);
  later(answer, [this, job, answer] {
    if (!isAlive(job)) return;
    if (answer.kind == Kind::kFails || answer.kind == Kind::kFinishes) {
      alive_.erase(job.application);
    }
    if (answer.kind == Kind::kGood) listener_->jobRunning(job);
    if (answer.kind == Kind::kFails) listener_->jobFailed(job, answer.reason);
    if (answer.kind == Kind::kFinishes) listener_->jobFinished(job);
  });
}

void ScriptedEngine::start(JobRequest request) { launch(Command::kStart, std::move(request)); }
void ScriptedEngine::resume(JobRequest request) { launch(Command::kResume, std::move(request)); }

void ScriptedEngine::stopWithSavepoint(JobId job, std::string snapshot) {
  ScriptedAnswer answer = ask(Command::kStop, job);
  later(answer, [this, job, snapshot, answer] {
    if (!isAlive(job)) return;
    if (answer.kind == Kind::kFails) {
      listener_->stopFailed(job, answer.reason);
      return;
    }
    if (answer.kind == Kind::kSilent) return;
    alive_.erase(job.application);
    if (answer.kind == Kind::kGood) listener_->jobStopped(job, "savepoint/" + snapshot);
    if (answer.kind == Kind::kFinishes) listener_->jobFinished(job);
  });
}

void ScriptedEngine::cancel(JobId job) {
  ScriptedAnswer answer = ask(Command::kCancel, job);
  if (isAlive(job)) alive_.erase(job.application);
  later(answer, [this, job, answer] {
    if (answer.kind != Kind::kSilent) listener_->jobCancelled(job);
  });
}

void ScriptedEngine::savepoint(JobId job, std::string snapshot) {
  ScriptedAnswer answer = ask(Command::kSavepoint, job);
  later(answer, [this, job, snapshot, answer] {
    if (answer.kind == Kind::kSilent) return;
    if (answer.kind == Kind::kGood && isAlive(job)) {
      listener_->savepointTaken(job, snapshot, "savepoint/" + snapshot);
    } else {
      listener_->savepointFailed(job, snapshot, answer.reason);
    }
  });
}

void ScriptedEngine::deleteSnapshot(int64_t application, std::string snapshot, std::string) {
  ScriptedAnswer answer = ask(Command::kDeleteSnapshot, {application, 0});
  later(answer, [this, application, snapshot, answer] {
    if (answer.kind != Kind::kSilent) listener_->snapshotDeleted(application, snapshot);
  });
}

void ScriptedEngine::keepOnly(const std::vector<int64_t>& applications) {
  std::erase_if(alive_, [&](const auto& entry) {
    return std::find(applications.begin(), applications.end(), entry.first) == applications.end();
  });
}

void ScriptedEngine::forget(int64_t application) {
  alive_.erase(application);
  forgotten_.push_back(application);
}

std::optional<JobReport> ScriptedEngine::report(JobId job) {
  if (!isAlive(job)) return std::nullopt;
  return report_;
}

Result<std::string> ScriptedEngine::rest(JobId, const std::string& path) {
  return Error(ErrorKind::kNotFound, fmt::format("no '{}'", path));
}

}  // namespace millrace
