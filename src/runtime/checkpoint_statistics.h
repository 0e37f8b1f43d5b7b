// What the last checkpoints of a job have cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

enum class CheckpointState : uint8_t { kInProgress, kCompleted, kFailed };

struct CheckpointStatistics {
  uint64_t id = 0;
  bool isSavepoint = false;
  CheckpointState state = CheckpointState::kInProgress;
  int64_t triggeredMillis = 0;  // clock time
  int64_t durationMillis = 0;   // until it was complete or had failed
  uint64_t bytes = 0;           // of all state files
  std::string failure;          // why it failed
  std::string path;             // of a complete one that is kept

  struct Operator {
    std::string id;
    uint32_t parallelism = 0;
    uint64_t bytes = 0;
  };
  std::vector<Operator> operators;  // those with state
};

}  // namespace millrace
