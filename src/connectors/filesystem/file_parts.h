// FileParts: the output files of one sink subtask. A part is written under a hidden name in the
// directory where it belongs and renamed when the checkpoint that closed it is complete, so that
// readers see each row exactly once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "env/file_system.h"

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
};

// Not thread-safe.
class FileParts {
 public:
  FileParts(FilePartsOptions options, uint32_t subtask, Env& env);

  // Writes encoded records into the open part of a directory ("" is the root itself; else
  // "dt=1/hour=2").
  Status write(const std::string& directory, std::string_view records);
  // Closes parts that have been open, or without a row, for too long. Call at nextCheck().
  Status rollOld(int64_t nowMillis);
  int64_t nextCheck() const;
  // Closes every open part: all that was written is on disk and belongs to the checkpoint.
  Status closeAll(uint64_t checkpointId);
  // Renames the parts of checkpoints up to this one. May be repeated.
  Status commit(uint64_t checkpointId);
  bool hasUncommitted(const std::string& directory) const;

  // The state: pending parts as bytes, and back. Restored parts belong to any checkpoint.
  std::string state() const;
  Status restore(const std::string& state);
  // Removes what an earlier run of these parts has left behind under hidden names.
  Status removeLeftovers();

 private:
  struct OpenPart {
    std::string hiddenPath;
    std::string finalPath;
    std::unique_ptr<WritableFile> file;
    std::string buffer;
    int64_t openedMillis = 0;
    int64_t writtenMillis = 0;
  };

  std::string pathOf(const std::string& directory, const std::string& name) const;
  Status openPart(const std::string& directory, OpenPart& part);
  Status closePart(OpenPart& part, uint64_t checkpointId);

  FilePartsOptions options_;
  uint32_t subtask_;
  Env& env_;
  std::string runId_;
  uint64_t nextNumber_ = 0;
  int64_t nextCheck_ = INT64_MAX;
  std::map<std::string, OpenPart> open_;  // by directory
  std::vector<PendingPart> pending_;
  std::vector<std::string> earlierRuns_;
};

// A random id in the usual form of 8-4-4-4-12 hexadecimal digits.
std::string makeRunId(Random& random);

}  // namespace millrace
