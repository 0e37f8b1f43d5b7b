#include "control/lifecycle/lifecycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/lifecycle/change.h"
#include "control/lifecycle/job_request.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kRetryMillis = 1000;

}  // namespace

Lifecycle::Lifecycle(Env& env, Store& store, Engine& engine, LifecycleOptions options)
    : env_(env), store_(store), engine_(engine), options_(std::move(options)) {
  engine_.setListener(*this);
}

Status Lifecycle::recover() {
  std::vector<int64_t> ids;
  TRY(store_.read([&](StoreReader& reader) -> Status {
    ids = TRY(reader.applicationIds());
    return {};
  }));
  engine_.keepOnly(ids);
  for (int64_t id : ids) {
    TRY(change(id, [](Change& change) -> Status {
      JobState& job = change.job();
      if (job.phase == JobPhase::kNone) return {};
      // The time in which nobody could answer does not count. A start that may or may not have
      // reached the engine is made again, as a new attempt.
      if (job.phase == JobPhase::kStart) {
        return change.startJob(job.versionId, job.startedFrom);
      }
      if (job.deadlineMillis != 0) {
        job.deadlineMillis =
            change.nowMillis() + (job.phase == JobPhase::kStop ? change.limits().savepointMillis
                                                               : change.limits().cancelMillis);
      }
      return {};
    }));
    wake(id);
  }
  return {};
}

void Lifecycle::post(Notice notice) {
  std::lock_guard lock(mutex_);
  notices_.push_back(std::move(notice));
  condition_.notify_one();
}

void Lifecycle::wake(int64_t application) { post({application, nullptr}); }

void Lifecycle::wait(int64_t maxMillis) {
  std::unique_lock lock(mutex_);
  condition_.wait_for(lock, std::chrono::milliseconds(maxMillis),
                      [&] { return !notices_.empty(); });
}

std::optional<Lifecycle::Notice> Lifecycle::next() {
  std::lock_guard lock(mutex_);
  if (notices_.empty()) return std::nullopt;
  Notice notice = std::move(notices_.front());
  notices_.pop_front();
  return notice;
}

void Lifecycle::handleNotices() {
  std::vector<Notice> again;
  if (env_.clock().nowMillis() >= retryMillis_) again.swap(failed_);
  for (Notice& notice : again) handleNotice(std::move(notice));
  while (std::optional<Notice> notice = next()) handleNotice(std::move(*notice));
}

void Lifecycle::handleNotice(Notice notice) {
  Status handled = notice.handle ? notice.handle() : Status();
  if (handled.ok()) {
    notice.handle = nullptr;
    handled = reconcile(notice.application);
  }
  if (handled.ok()) return;
  // A full disk, most likely. What the engine said must not be lost.
  if (options_.onTrouble) options_.onTrouble(handled.error().describe());
  retryMillis_ = env_.clock().nowMillis() + kRetryMillis;
  failed_.push_back(std::move(notice));
}

std::optional<int64_t> Lifecycle::step() {
  handleNotices();
  std::vector<int64_t> overdue;
  std::optional<int64_t> deadline;
  Status found = store_.read([&](StoreReader& reader) -> Status {
    overdue = TRY(reader.overdueApplications(env_.clock().nowMillis()));
    deadline = TRY(reader.nextDeadline());
    return {};
  });
  if (!found.ok()) {
    if (options_.onTrouble) options_.onTrouble(found.error().describe());
    return env_.clock().nowMillis() + kRetryMillis;
  }
  for (int64_t id : overdue) {
    Status expired = expire(id);
    if (expired.ok()) expired = reconcile(id);
    if (expired.ok()) continue;
    if (options_.onTrouble) options_.onTrouble(expired.error().describe());
    return env_.clock().nowMillis() + kRetryMillis;
  }
  if (!overdue.empty()) return env_.clock().nowMillis();  // they have new deadlines
  if (failed_.empty()) return deadline;
  return deadline ? std::min(*deadline, retryMillis_) : retryMillis_;
}

Status Lifecycle::change(int64_t application, const std::function<Status(Change&)>& body) {
  bool deleted = false;
  TRY(store_.write([&](StoreWriter& writer) -> Status {
    std::optional<Application> found = TRY(writer.findApplication(application));
    if (!found) return {};
    Change change(writer, env_, options_.limits, *found);
    TRY(body(change));
    deleted = change.deleted();
    return change.save();
  }));
  if (deleted) {
    told_.erase(application);
    engine_.forget(application);
  }
  return {};
}

void Lifecycle::deliver(JobId job, JobEvent event) {
  post({job.application, [this, job, event = std::move(event)]() -> Status {
          Told& told = told_[job.application];
          if (told.attempt == job.attempt && event.kind == JobEvent::Kind::kRunning) {
            told.running = true;
          }
          return change(job.application, [&](Change& change) -> Status {
            // An older attempt has no say, nor has one that is gone (what was deleted in READY
            // still waits for its answer).
            if (change.job().attempt != job.attempt) return {};
            if (change.job().ended && event.kind != JobEvent::Kind::kCancelled) return {};
            return change.handle(event);
          });
        }});
}

void Lifecycle::jobRunning(JobId job) { deliver(job, {JobEvent::Kind::kRunning, {}}); }
void Lifecycle::jobFailed(JobId job, std::string reason) {
  deliver(job, {JobEvent::Kind::kFailed, std::move(reason)});
}
void Lifecycle::jobFinished(JobId job) { deliver(job, {JobEvent::Kind::kFinished, {}}); }
void Lifecycle::jobStopped(JobId job, std::string location) {
  deliver(job, {JobEvent::Kind::kStopped, std::move(location)});
}
void Lifecycle::stopFailed(JobId job, std::string reason) {
  deliver(job, {JobEvent::Kind::kStopFailed, std::move(reason)});
}
void Lifecycle::jobCancelled(JobId job) { deliver(job, {JobEvent::Kind::kCancelled, {}}); }

void Lifecycle::savepointTaken(JobId job, std::string snapshot, std::string location) {
  post({job.application,
        [this, job, snapshot, location] { return endSnapshot(job, snapshot, location, true); }});
}

void Lifecycle::savepointFailed(JobId job, std::string snapshot, std::string) {
  post({job.application, [this, job, snapshot] { return endSnapshot(job, snapshot, {}, false); }});
}

void Lifecycle::snapshotDeleted(int64_t application, std::string snapshot) {
  post({application, [this, application, snapshot] {
          return change(application, [&](Change& change) -> Status {
            std::optional<Snapshot> found = TRY(change.store().findSnapshot(application, snapshot));
            if (!found || found->status != SnapshotStatus::kDeleting) return {};
            return change.store().deleteSnapshot(application, snapshot);
          });
        }});
}

Status Lifecycle::endSnapshot(JobId job, const std::string& name, const std::string& location,
                              bool taken) {
  return change(job.application, [&](Change& change) -> Status {
    std::optional<Snapshot> snapshot = TRY(change.store().findSnapshot(job.application, name));
    if (!snapshot || snapshot->status != SnapshotStatus::kCreating) return {};
    snapshot->status = taken ? SnapshotStatus::kReady : SnapshotStatus::kFailed;
    snapshot->location = location;
    snapshot->deadlineMillis = 0;
    return change.store().updateSnapshot(job.application, *snapshot);
  });
}

Status Lifecycle::expire(int64_t application) {
  return change(application, [](Change& change) -> Status {
    for (std::string_view status : {SnapshotStatus::kCreating, SnapshotStatus::kDeleting}) {
      for (Snapshot& snapshot : TRY(change.store().snapshotsIn(change.application.id, status))) {
        if (snapshot.deadlineMillis == 0 || snapshot.deadlineMillis > change.nowMillis()) continue;
        if (status == SnapshotStatus::kDeleting) {
          TRY(change.store().deleteSnapshot(change.application.id, snapshot.name));
          continue;
        }
        snapshot.status = SnapshotStatus::kFailed;
        snapshot.deadlineMillis = 0;
        TRY(change.store().updateSnapshot(change.application.id, snapshot));
      }
    }
    if (change.job().deadlineMillis == 0 || change.job().deadlineMillis > change.nowMillis()) {
      return {};
    }
    change.job().deadlineMillis = 0;
    return change.handle({JobEvent::Kind::kTimeout, {}});
  });
}

Lifecycle::Command Lifecycle::due(const Application& application, const Told& told) const {
  const JobState& job = application.job;
  switch (job.phase) {
    case JobPhase::kNone:
      // What was given up without an answer must still go.
      if (job.ended || told.command == Command::kCancel) return Command::kNothing;
      return Command::kCancel;
    case JobPhase::kStart:
      return told.command == Command::kNothing ? Command::kStart : Command::kNothing;
    case JobPhase::kRun:
      return told.command == Command::kNothing ? Command::kResume : Command::kNothing;
    case JobPhase::kStop:
      if (told.command == Command::kNothing) return Command::kResume;
      if (!told.running || told.stopSnapshot == job.automaticSnapshot) return Command::kNothing;
      return Command::kStop;
    case JobPhase::kCancel:
      return told.command == Command::kCancel ? Command::kNothing : Command::kCancel;
  }
  UNREACHABLE();
}

Status Lifecycle::reconcile(int64_t id) {
  std::optional<Application> application;
  TRY(store_.read([&](StoreReader& reader) -> Status {
    application = TRY(reader.findApplication(id));
    return {};
  }));
  if (!application) {
    told_.erase(id);
    return {};
  }
  Told& told = told_[id];
  const JobState& job = application->job;
  if (told.attempt != job.attempt) told = {job.attempt, Command::kNothing, false, {}, {}};
  Command command = due(*application, told);
  JobId jobId{id, job.attempt};
  switch (command) {
    case Command::kNothing:
      break;
    case Command::kStart:
    case Command::kResume: {
      told.command = command;
      Result<JobRequest> request = requestOf(*application, command == Command::kResume);
      if (!request.ok()) {
        deliver(jobId, {JobEvent::Kind::kFailed, request.error().describe()});
      } else if (command == Command::kStart) {
        engine_.start(std::move(request).value());
      } else {
        engine_.resume(std::move(request).value());
      }
      break;
    }
    case Command::kStop:
      told.stopSnapshot = job.automaticSnapshot;
      engine_.stopWithSavepoint(jobId, job.automaticSnapshot);
      break;
    case Command::kCancel:
      told.command = command;
      engine_.cancel(jobId);
      break;
  }
  return reconcileSnapshots(*application, told);
}

Status Lifecycle::reconcileSnapshots(const Application& application, Told& told) {
  std::vector<Snapshot> creating;
  std::vector<Snapshot> deleting;
  TRY(store_.read([&](StoreReader& reader) -> Status {
    creating = TRY(reader.snapshotsIn(application.id, SnapshotStatus::kCreating));
    deleting = TRY(reader.snapshotsIn(application.id, SnapshotStatus::kDeleting));
    return {};
  }));
  auto isNew = [&](const Snapshot& snapshot) {
    if (std::find(told.snapshots.begin(), told.snapshots.end(), snapshot.name) !=
        told.snapshots.end()) {
      return false;
    }
    told.snapshots.push_back(snapshot.name);
    return true;
  };
  std::erase_if(told.snapshots, [&](const std::string& name) {
    auto named = [&](const Snapshot& snapshot) { return snapshot.name == name; };
    return std::none_of(creating.begin(), creating.end(), named) &&
           std::none_of(deleting.begin(), deleting.end(), named);
  });
  if (application.job.phase == JobPhase::kRun && told.running) {
    for (const Snapshot& snapshot : creating) {
      if (!snapshot.automatic && isNew(snapshot)) {
        engine_.savepoint({application.id, application.job.attempt}, snapshot.name);
      }
    }
  }
  for (const Snapshot& snapshot : deleting) {
    if (isNew(snapshot)) {
      engine_.deleteSnapshot(application.id, snapshot.name, snapshot.location);
    }
  }
  return {};
}

Result<JobRequest> Lifecycle::requestOf(const Application& application, bool resume) {
  std::optional<JobRequest> request;
  TRY(store_.read([&](StoreReader& reader) -> Status {
    request = TRY(makeJobRequest(reader, application, options_.arnPrefix, resume));
    return {};
  }));
  return std::move(*request);
}

}  // namespace millrace::kinesisanalyticsv2
