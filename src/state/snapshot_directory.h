// SnapshotDirectory: checkpoints in a directory of a file system.
//
//   <root>/chk-<id>/<operator>-<subtask>-<attempt>.state     one file per operator and subtask
//   <root>/chk-<id>/manifest.json                            written last
//
// A checkpoint exists when its manifest does: state files have unique names and are never renamed,
// the manifest is written to a temporary file, synced and renamed. Methods may be called from
// several threads as long as each checkpoint has one writer. docs/internals/snapshot-format.md has
// the manifest.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/operator_semantics.h"
#include "state/snapshot.h"

namespace millrace {

class FileSystem;
class WritableFile;

// One state file of a checkpoint.
struct StoredFile {
  std::string name;  // inside the checkpoint's directory
  uint32_t subtask = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;  // XXH3 with 64 bits of the whole file
};

struct StoredOperator {
  std::vector<std::string> aliases;  // further ids, of other statements that had the operator
  std::string conditions;            // JobNode::conditions
  OperatorSemantics semantics;       // empty in the first snapshots
  std::string title;                 // for people: "GROUP BY customer in INSERT INTO totals"
  uint32_t parallelism = 0;
  std::vector<StoredFile> files;
};

struct Manifest {
  uint32_t formatVersion = kSnapshotVersion;
  uint64_t checkpointId = 0;
  std::string jobName;
  uint32_t maxParallelism = 0;
  int64_t createdMillis = 0;
  std::map<std::string, StoredOperator> operators;  // by operator id
};

// A state file that is being written, chunk by chunk.
class SnapshotFileWriter {
 public:
  SnapshotFileWriter(StoredFile stored, std::unique_ptr<WritableFile> file);
  ~SnapshotFileWriter();

  // Each part is freed when it is written.
  Status append(SnapshotBytes bytes);
  // Syncs and closes the file.
  Result<StoredFile> finish();

 private:
  struct Checksum;
  StoredFile stored_;
  std::unique_ptr<WritableFile> file_;
  std::unique_ptr<Checksum> checksum_;
};

class SnapshotDirectory {
 public:
  // files must outlive this. retained: complete checkpoints to keep, at least 1.
  SnapshotDirectory(FileSystem& files, std::string root, uint32_t retained = 1);

  // Creates the file of one subtask. attempt makes names unique across restarts: no two writers
  // ever use the same checkpoint id and attempt.
  Result<std::unique_ptr<SnapshotFileWriter>> create(uint64_t checkpointId,
                                                     std::string_view operatorId, uint32_t subtask,
                                                     uint64_t attempt);
  // The same with all its bytes.
  Result<StoredFile> writeFile(uint64_t checkpointId, std::string_view operatorId, uint32_t subtask,
                               uint64_t attempt, SnapshotBytes bytes);
  // Completes a checkpoint, then removes the checkpoints that are no longer retained.
  Status commit(const Manifest& manifest);
  // Removes what an unfinished checkpoint has written.
  Status abort(uint64_t checkpointId);

  // The ids of complete checkpoints, ascending.
  Result<std::vector<uint64_t>> complete() const;
  std::string pathOf(uint64_t checkpointId) const;

  // Reads and validates a manifest. path: as resolveCheckpoint() takes it
  // (state/checkpoint_path.h). directory (optional): where its files are.
  static Result<Manifest> readManifest(FileSystem& files, const std::string& path,
                                       std::string* directory = nullptr);

 private:
  FileSystem& files_;
  std::string root_;
  uint32_t retained_;
};

// All operators of a checkpoint, opened for a restore: sizes, headers and directories are
// validated, blocks when they are read.
struct RestoredCheckpoint {
  Manifest manifest;
  std::map<std::string, std::unique_ptr<RestoredOperator>> operators;

  // nullptr when the operator has no state in the checkpoint.
  const RestoredOperator* find(const std::string& operatorId) const;
};
// An error when max parallelism differs. path as in readManifest.
Result<RestoredCheckpoint> openCheckpoint(FileSystem& files, const std::string& path,
                                          uint32_t maxParallelism);

}  // namespace millrace
