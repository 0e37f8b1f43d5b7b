// StateFilePiece: some bytes of the state file of one operator subtask on their way from its task
// into a checkpoint.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "state/snapshot_bytes.h"

namespace millrace {

class CheckpointOutput;
class Task;

struct StateFilePiece {
  Task* task;
  size_t node;  // of the task
  SnapshotBytes bytes;
  bool last;  // the file ends with it
};

// Appends the pieces, those of a file in their order, and tells each task what is off its hands.
// Large ones of different subtasks are written by up to numWriters threads: for one, sums and
// copies cost more time than the disk takes. After an error the rest is dropped.
Status writePieces(CheckpointOutput& output, std::vector<StateFilePiece> pieces,
                   uint32_t numWriters);

}  // namespace millrace
