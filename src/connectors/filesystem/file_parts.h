// FileParts: the output files of one sink subtask. A part is written under a hidden name in the
// directory where it belongs and renamed when the checkpoint that closed it is complete, so that
// readers see each row exactly once.
//
// Parts are named part-<history>-<subtask>-<number>. The history is that of one sink in one job and
// stays the same when the job starts again; numbers count up, and the state has the next one. So
// after a restore the parts with higher numbers are those that were written behind the restored
// checkpoint. They may be committed already, by a checkpoint that is lost: their rows come again,
// and they are removed. docs/decisions/0001-parts-of-lost-checkpoints.md has the reasons.
//
// Local files are written at once, by the thread that asks. Files behind a network are written by
// threads of FileParts: the calls below return before that is done, isReady(), isWritten() and
// isCommitted() tell how far it is, and its errors are those of check().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/filesystem/file_threads.h"
#include "env/env.h"
#include "env/file_system.h"
#include "state/state_store.h"

namespace millrace {

struct FilePartsOptions {
  std::string root;
  int64_t rollBytes = 128 << 20;
  int64_t rollMillis = 30 * 60'000;      // after a part was opened
  int64_t inactiveMillis = 30 * 60'000;  // after its last row
  int64_t checkMillis = 60'000;
};

// A closed part that waits for its checkpoint.
struct PendingPart {
  std::string hiddenPath;
  std::string finalPath;
  uint64_t checkpointId = 0;
  // Behind a network: null until its commit is asked for, true once it is committed. Shared with
  // the thread that commits it.
  std::shared_ptr<std::atomic<bool>> committed;

  bool isCommitted() const { return committed && *committed; }
};

// Whose parts they are.
struct PartsOwner {
  std::string jobId;
  std::string history;  // of a sink without a state of this job: makePartsHistory()
};

// Not thread-safe.
class FileParts {
 public:
  FileParts(FilePartsOptions options, const SubtaskInfo& subtask, Env& env);

  // Before the first write: whom to wake, on any thread, when one of the answers below has changed.
  void setWake(const std::function<void()>& wake);
  bool isRemote() const { return writers_ != nullptr; }
  // Few enough bytes wait to be written.
  bool isReady() const;
  // The parts that were closed are complete; their rows are durable.
  bool isWritten() const { return !writers_ || writers_->isDone(); }
  bool isCommitted() const { return !committers_ || committers_->isDone(); }
  bool hasFailed() const;
  Status check() const;
  // Commits and what must come behind them; null for local files.
  FileThreads* committers() { return committers_.get(); }

  // Writes encoded records into the open part of a directory ("" is the root itself; else
  // "dt=1/hour=2").
  Status write(const std::string& directory, std::string_view records);
  // Closes parts that have been open, or without a row, for too long. Call at nextCheck().
  Status rollOld(int64_t nowMillis);
  int64_t nextCheck() const;
  // Closes every open part: all that was written is on disk and belongs to the checkpoint.
  Status closeAll(uint64_t checkpointId);
  // The same before the checkpoint's id is known; closeAll() gives it to them.
  Status closeAll();
  // Renames the parts of checkpoints up to this one. May be repeated.
  Status commit(uint64_t checkpointId);
  bool hasUncommitted(const std::string& directory) const;

  // The state as bytes, and back from those of all subtasks (none at a fresh start). The first
  // subtask takes over all pending parts, which then belong to any checkpoint.
  std::string state() const;
  Status restore(const std::vector<std::string>& states, PartsOwner owner);
  // Removes the parts of this history that were written behind the restored state, finished or
  // not, of all subtasks. Returns the directories that have lost finished ones. Call it in the
  // first subtask, after restore() and before any subtask writes.
  Result<std::set<std::string>> removeSuperseded();

 private:
  // The file of a part, made by the thread that writes it.
  using FilePlace = std::shared_ptr<std::unique_ptr<WritableFile>>;

  struct OpenPart {
    std::string hiddenPath;
    std::string finalPath;
    FilePlace file;
    std::string buffer;
    int64_t size = 0;  // the buffer included
    int64_t openedMillis = 0;
    int64_t writtenMillis = 0;
  };

  // By subtask: the number of its next part.
  using Numbers = std::map<uint32_t, uint64_t>;

  std::string pathOf(const std::string& directory, const std::string& name) const;
  Status restoreOne(const std::vector<std::string>& lines);
  bool isSuperseded(std::string_view partName) const;
  Status removeSupersededIn(const std::string& directory, std::set<std::string>& lost);
  Status openPart(const std::string& directory, OpenPart& part);
  Status closePart(OpenPart& part, uint64_t checkpointId);
  Status writeBuffer(OpenPart& part);
  // Now, or (behind a network) on the thread of the part.
  template <typename Action>
  Status write(const OpenPart& part, size_t bytes, Action action);
  void commitRemotely(uint64_t checkpointId);

  FilePartsOptions options_;
  SubtaskInfo subtask_;
  Env& env_;
  PartsOwner owner_;
  // Restored: what has a higher number is superseded. The first subtask keeps the numbers of those
  // that are no more: their names are used.
  Numbers restored_;
  uint64_t nextNumber_ = 0;
  int64_t nextCheck_ = INT64_MAX;
  std::map<std::string, OpenPart> open_;  // by directory
  std::vector<PendingPart> pending_;
  // Behind a network; else null. Commits have threads of their own: they may take as long as they
  // like, what is written meanwhile must not wait behind them.
  std::unique_ptr<FileThreads> writers_;
  std::unique_ptr<FileThreads> committers_;
};

// The history of a sink that begins behind a checkpoint (0: with the job), in the usual form of
// 8-4-4-4-12 hexadecimal digits.
std::string makePartsHistory(std::string_view jobId, std::string_view operatorId,
                             uint64_t restoredCheckpointId);

}  // namespace millrace
