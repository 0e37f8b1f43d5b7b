// Lifecycle: brings applications from status to status. What is to be done stands in the store
// (status, phase, attempt, deadline); this compares it with what the engine was told, and tells it
// the rest. So nothing is lost when the process dies, and a stop that was committed after a start
// wins however late the start comes.
//
// Operations change an application in a transaction of theirs (Change) and then call wake(). Events
// of the engine and deadlines are handled by whoever calls step(): one thread (LifecycleThread), or
// a simulation.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/engine/engine.h"
#include "control/lifecycle/job_event.h"
#include "control/lifecycle/limits.h"
#include "control/store/store.h"
#include "env/env.h"

namespace millrace::kinesisanalyticsv2 {

class Change;

struct LifecycleOptions {
  LifecycleLimits limits;
  // "arn:aws:kinesisanalytics:us-east-1:000000000000:application/"
  std::string arnPrefix;
  // Trouble of our own, such as a store that cannot be written; it is tried again.
  std::function<void(const std::string&)> onTrouble;
};

// wake() and the listener's functions may be called from any thread, step() from one at a time.
class Lifecycle final : public EngineListener {
 public:
  Lifecycle(Env& env, Store& store, Engine& engine, LifecycleOptions options);

  const LifecycleLimits& limits() const { return options_.limits; }

  // After a start of the process: has every job that should exist found again or started again.
  Status recover();

  // Something about the application was committed.
  void wake(int64_t application);

  // Handles what has been reported and what is due. Returns the time of the next deadline
  // (milliseconds of the wall clock), or nothing when there is none.
  std::optional<int64_t> step();
  // Blocks until there is something for step(), at most that long.
  void wait(int64_t maxMillis);

  void jobRunning(JobId job) override;
  void jobFailed(JobId job, std::string reason) override;
  void jobFinished(JobId job) override;
  void jobStopped(JobId job, std::string location) override;
  void stopFailed(JobId job, std::string reason) override;
  void jobCancelled(JobId job) override;
  void savepointTaken(JobId job, std::string snapshot, std::string location) override;
  void savepointFailed(JobId job, std::string snapshot, std::string reason) override;
  void snapshotDeleted(int64_t application, std::string snapshot) override;

 private:
  // What the engine was told of an attempt.
  enum class Command : uint8_t { kNothing, kStart, kResume, kStop, kCancel };
  struct Told {
    int64_t attempt = 0;
    Command command = Command::kNothing;
    bool running = false;                // it has said so
    std::string stopSnapshot;            // of the last stopWithSavepoint
    std::vector<std::string> snapshots;  // whose savepoint or deletion was asked for
  };
  struct Notice {
    int64_t application = 0;
    std::function<Status()> handle;  // null: only look at the application
  };

  void post(Notice notice);
  std::optional<Notice> next();
  void handleNotices();
  void handleNotice(Notice notice);
  void deliver(JobId job, JobEvent event);
  // Runs `body` on the application in a transaction and saves it; nothing when it is gone.
  Status change(int64_t application, const std::function<Status(Change&)>& body);
  Status expire(int64_t application);
  Status endSnapshot(JobId job, const std::string& name, const std::string& location, bool taken);
  Status reconcile(int64_t application);
  Status reconcileSnapshots(const Application& application, Told& told);
  Command due(const Application& application, const Told& told) const;
  Result<JobRequest> requestOf(const Application& application, bool resume);

  Env& env_;
  Store& store_;
  Engine& engine_;
  LifecycleOptions options_;

  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<Notice> notices_;

  // Of the stepping thread.
  std::map<int64_t, Told> told_;
  std::vector<Notice> failed_;
  int64_t retryMillis_ = 0;
};

}  // namespace millrace::kinesisanalyticsv2
