// StateDirectory: where `millrace run` keeps one job.
//
//   <path>/lock          held by the process that runs the job
//   <path>/job.json      the id of the job, whether it was started and whether it has finished
//   <path>/checkpoints   <job id>/chk-<n>
//   <path>/savepoints    savepoint-<...>/chk-<n>
//
// Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "env/file_lock.h"
#include "runtime/checkpoint_recovery.h"
#include "runtime/job.h"

namespace millrace {

class StateDirectory {
 public:
  // Makes the directory if need be and locks it, for as long as the object lives.
  static Result<std::unique_ptr<StateDirectory>> open(Env& env, std::string path);

  // What the job in the directory would go on from. Changes nothing, and another process may run
  // the job. Nothing when the directory is that of no job or has no checkpoint.
  static Result<std::optional<RecoveryChoice>> newestCheckpoint(Env& env, std::string path);

  const std::string& path() const { return path_; }
  bool isFinished() const { return finished_; }
  // The job's input has ended and all results are committed: it is not run again.
  Status markFinished();

  // What starting the job has to say, a line each.
  using Messages = std::vector<std::string>;
  // The job keeps its state here and goes on from the newest usable checkpoint, if there is one.
  Result<Messages> prepare(JobOptions& options);

 private:
  StateDirectory(Env& env, std::string path) : env_(env), path_(std::move(path)) {}
  Status readJob();
  Status makeJob();
  Status writeJob();
  std::string checkpointRoot() const;
  Result<std::vector<std::string>> savepoints() const;

  Env& env_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;
  std::string jobId_;
  bool started_ = false;  // the job was started before
  bool finished_ = false;
};

}  // namespace millrace
