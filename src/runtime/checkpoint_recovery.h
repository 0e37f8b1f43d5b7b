// Recovery: which checkpoint a job goes on from. A checkpoint is usable when everything in it has
// been read and fits its checksums; a damaged one is passed over for the one before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

class FileSystem;

struct FoundCheckpoint {
  uint64_t id = 0;
  std::string path;
};

// The complete checkpoints in `root` (directories "chk-<id>"), the newest first. None when there is
// no such directory. highestId (optional) is raised to the highest id there, incomplete ones
// included: a job that goes on must number behind it.
Result<std::vector<FoundCheckpoint>> findCheckpoints(FileSystem& files, const std::string& root,
                                                     uint64_t* highestId = nullptr);

// The same of `root` and the directories of savepoints together.
Result<std::vector<FoundCheckpoint>> findCheckpoints(FileSystem& files, const std::string& root,
                                                     const std::vector<std::string>& savepoints,
                                                     uint64_t* highestId = nullptr);

// Reads a checkpoint to its end. kCorruptData names the file and the offset.
Status verifyCheckpoint(FileSystem& files, const std::string& path);

// Removes what checkpoints that were never completed have left in `root`. Nobody writes there.
Status removeIncompleteCheckpoints(FileSystem& files, const std::string& root);

struct RecoveryChoice {
  FoundCheckpoint checkpoint;
  // Those that were passed over, and for each of them what is wrong with it.
  std::vector<FoundCheckpoint> damaged;
  std::vector<std::string> warnings;
};
// The first of the candidates that is usable. An error when none is, or when one cannot be read for
// another reason than damage (no permission, written by a newer version): passing over that one
// would lose what is not lost. Requires: there is a candidate.
Result<RecoveryChoice> chooseCheckpoint(FileSystem& files,
                                        const std::vector<FoundCheckpoint>& candidates);

// Makes the checkpoints that were passed over incomplete: their manifests get the name
// "manifest.json.damaged". The job goes on from an older one and may take back what they have
// committed, so nothing may go on from them again, not even when their damage was of the moment.
Status setAsideDamaged(FileSystem& files, const RecoveryChoice& choice);

// Where a job goes on from when its process has ended.
struct Resumption {
  std::optional<FoundCheckpoint> checkpoint;  // nothing: there is none
  uint64_t firstId = 1;  // a number that was used is not used again, whatever became of it
  std::vector<std::string> warnings;
};
// The newest usable checkpoint in `root` or savepoint in one of the other directories; damaged ones
// are set aside. Removes incomplete checkpoints in `root`.
Result<Resumption> findResumption(FileSystem& files, const std::string& root,
                                  const std::vector<std::string>& savepoints);

}  // namespace millrace
