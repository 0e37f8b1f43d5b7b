// Change: one application within a write transaction, and the steps of the life cycle that are made
// of it. The files of the statuses are written in terms of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/lifecycle/job_event.h"
#include "control/lifecycle/limits.h"
#include "control/lifecycle/transitions.h"
#include "control/store/store.h"
#include "env/env.h"

namespace millrace::kinesisanalyticsv2 {

// Not copied: refers to the caller's application, which save() writes.
class Change {
 public:
  Change(StoreWriter& store, Env& env, const LifecycleLimits& limits, Application& application)
      : application(application),
        store_(store),
        env_(env),
        limits_(limits),
        nowMillis_(env.clock().nowMillis()) {}

  Application& application;

  StoreWriter& store() { return store_; }
  const LifecycleLimits& limits() const { return limits_; }
  int64_t nowMillis() const { return nowMillis_; }
  JobState& job() { return application.job; }
  // 32 hexadecimal digits.
  std::string newId();

  // Follows the table: sets the status and enters it. Requires: the table has the transition.
  Status fire(Trigger trigger);
  // Hands an event to the current status.
  Status handle(const JobEvent& event);
  bool deleted() const { return deleted_; }

  // The version that the API shows, and the one that the job runs.
  Result<ApplicationVersion> currentVersion();
  Result<ApplicationVersion> version(int64_t id);
  bool snapshotsEnabled(const ApplicationVersion& version) const;

  // Begins an operation; one that is still in progress is CANCELLED. Returns its id.
  Result<std::string> beginOperation(std::string_view operation,
                                     std::optional<int64_t> updatedFrom = {},
                                     std::optional<int64_t> updatedTo = {});
  // One that is over at once.
  Status recordOperation(std::string_view operation, std::string_view status,
                         std::string_view failure = {});
  // End the operation in progress, if there is one.
  Status succeed();
  Status fail(std::string_view reason, std::string_view rollbackOperationId = {});
  Status cancelOperation();

  // Makes a copy of the current version the next one and the current one.
  Status addVersion(ApplicationVersion& next);

  // CurrentParallelism of the next attempt: what the current version asks for, when that is new;
  // otherwise scaling has the say.
  void takeParallelism(const ApplicationVersion& next, const ApplicationVersion* before);

  // The phases of the job.
  Status startJob(int64_t versionId, std::string_view snapshot);
  Status stopJob(bool withSnapshot);
  void cancelJob();
  void endJob() { job().ended = true; }

  // The automatic snapshot of stopJob().
  Status completeAutomaticSnapshot(std::string_view location);
  Status failAutomaticSnapshot();
  // Snapshots that were being taken of a job that is gone.
  Status failOpenSnapshots();

  // What ApplicationRestoreType chooses: the name of a snapshot, or "".
  Result<std::string> chosenSnapshot();

  Status removeApplication();
  Status save();

 private:
  Status endOperation(std::string_view status, std::string_view failure,
                      std::string_view rollbackOperationId);

  StoreWriter& store_;
  Env& env_;
  const LifecycleLimits& limits_;
  int64_t nowMillis_;
  bool deleted_ = false;
};

}  // namespace millrace::kinesisanalyticsv2
