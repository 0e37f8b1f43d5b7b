// Which checkpoint a path names that a user gives ('execution.state-recovery.path').
#pragma once

#include <string>

#include "base/result.h"

namespace millrace {

class FileSystem;

// The directory "chk-<n>" of a checkpoint or savepoint. As in Flink the path may be this directory,
// the directory of a savepoint, or the file in it that describes it ("manifest.json"; "_metadata"
// is taken for it), with "file:" in front or without. It may also be a job's directory below
// 'execution.checkpointing.dir', whose newest complete checkpoint is meant then, and a directory of
// such directories when there is only one with a checkpoint; otherwise the error names them.
Result<std::string> resolveCheckpoint(FileSystem& files, const std::string& path);

}  // namespace millrace
