// CheckpointOutput: one checkpoint on its way to where it is kept, which is in files, in the memory
// of the process or nowhere. Used by one thread, the one that polls the CheckpointCoordinator, but
// for append().
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/job_graph.h"
#include "state/snapshot_bytes.h"
#include "state/snapshot_directory.h"

namespace millrace {

class FileSystem;

class CheckpointOutput {
 public:
  virtual ~CheckpointOutput() = default;
  // The next bytes of the state file of one subtask of a node; last: the file ends with them.
  // Several threads may append at once, each to files of its own.
  virtual Status append(const JobNode& node, uint32_t subtask, SnapshotBytes bytes, bool last) = 0;
  // All files are there: makes the checkpoint exist. The graph names its operators.
  virtual Status commit(const JobGraph& graph) = 0;
  // Removes what has been written, as far as that is possible: it costs space only.
  virtual void abandon() = 0;
  // Where the checkpoint is when it has been committed; empty: not in files.
  virtual std::string path() const = 0;
};

// The last complete checkpoint of a job whose checkpoints are kept in memory: the job restarts from
// it, and it goes with the process.
class CheckpointMemory {
 public:
  bool empty() const { return !manifest_; }
  // Requires: there is one.
  Result<RestoredCheckpoint> open() const;

 private:
  friend class MemoryCheckpointOutput;
  using Files = std::map<std::string, std::vector<std::string>>;  // by operator and subtask

  std::optional<Manifest> manifest_;
  Files files_;
};

// manifest: what is known of the checkpoint before anything is written.
std::unique_ptr<CheckpointOutput> makeFileOutput(SnapshotDirectory directory, Manifest manifest);
std::unique_ptr<CheckpointOutput> makeMemoryOutput(CheckpointMemory& memory, Manifest manifest);
std::unique_ptr<CheckpointOutput> makeNoOutput();

}  // namespace millrace
