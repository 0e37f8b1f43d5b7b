// ApplicationDirectory: what the native engine keeps of one application.
//
//   <root>/<application>/epoch                       the attempt that may run
//   <root>/<application>/lock                        held by the worker that runs
//   <root>/<application>/worker.log                  what workers wrote outside their protocol
//   <root>/<application>/attempt-<n>/task.json       what it runs (mode 600)
//   <root>/<application>/attempt-<n>/finished        its input has ended and is committed
//   <root>/<application>/attempt-<n>/checkpoints/
//   <root>/<application>/snapshots/<name>/<n>/       taken by attempt n
//
// A worker runs only while it holds the lock and the epoch is its attempt, so that there is never
// more than one that can commit. A value; its functions may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"

namespace millrace {

class ApplicationDirectory {
 public:
  ApplicationDirectory(Env& env, std::string path) : env_(&env), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string lockFile() const { return path_ + "/lock"; }
  std::string outputFile() const { return path_ + "/worker.log"; }
  std::string attemptDirectory(int64_t attempt) const;
  std::string checkpointDirectory(int64_t attempt) const;
  // A directory of its own for every name, whatever is in it ("..", 300 characters).
  std::string snapshotDirectory(const std::string& name) const;
  std::string snapshotDirectory(const std::string& name, int64_t attempt) const;

  // Nobody but this attempt may run from now on. On disk when it returns.
  Status setEpoch(int64_t attempt) const;
  // 0 when there is none.
  Result<int64_t> epoch() const;

  Status saveTask(int64_t attempt, const std::string& task) const;
  // Nothing when the attempt has never been started.
  Result<std::optional<std::string>> savedTask(int64_t attempt) const;

  Status markFinished(int64_t attempt) const;
  bool isFinished(int64_t attempt) const;

  // The directories of savepoints that this attempt has taken.
  Result<std::vector<std::string>> snapshotsOf(int64_t attempt) const;
  Status removeSnapshot(const std::string& name) const;
  // Removes what attempts before this one have kept, but for their snapshots.
  Status removeAttemptsBefore(int64_t attempt) const;

 private:
  Env* env_;
  std::string path_;
};

}  // namespace millrace
