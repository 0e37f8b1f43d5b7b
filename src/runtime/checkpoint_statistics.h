// What the checkpoints of a job have cost, in the terms of Flink's checkpoint statistics: a
// checkpoint has tasks, a task has subtasks, a subtask has the states of its operators. Timestamps
// are milliseconds of the clock since 1970-01-01 UTC.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

enum class CheckpointStatus : uint8_t { kInProgress, kCompleted, kFailed };
const char* checkpointStatusName(CheckpointStatus status);  // "IN_PROGRESS", ...

// One state of one operator in a subtask: its entries, without what the file has around them.
struct StateCheckpointStatistics {
  std::string operatorId;
  std::string state;
  uint64_t checkpointedBytes = 0;
};

struct SubtaskCheckpointStatistics {
  uint32_t index = 0;
  int64_t ackTimestampMillis = 0;      // when all its bytes had been handed over
  int64_t endToEndDurationMillis = 0;  // from the trigger until then
  int64_t startDelayMillis = 0;        // from the trigger until the first barrier came
  uint64_t alignmentMicros = 0;        // from the first barrier to the last
  uint64_t syncMicros = 0;             // nothing else was done: until the states were marked
  uint64_t asyncMicros = 0;            // from then until all bytes had been handed over
  uint64_t checkpointedBytes = 0;      // of its state files
  std::vector<StateCheckpointStatistics> states;
};

struct TaskCheckpointStatistics {
  std::string headId;  // the id of its first operator
  std::string name;    // of its operators: "numbers -> add"
  uint32_t numSubtasks = 0;
  std::vector<SubtaskCheckpointStatistics> subtasks;  // those that have acknowledged
};

struct CheckpointStatistics {
  uint64_t id = 0;
  bool isSavepoint = false;
  CheckpointStatus status = CheckpointStatus::kInProgress;
  int64_t triggerTimestampMillis = 0;
  int64_t latestAckTimestampMillis = 0;  // 0 = none has acknowledged yet
  int64_t endToEndDurationMillis = 0;    // from the trigger until it was complete or had failed
  uint64_t checkpointedBytes = 0;
  uint32_t numSubtasks = 0;
  uint32_t numAcknowledgedSubtasks = 0;
  std::string externalPath;            // of a complete one that is kept in files
  int64_t failureTimestampMillis = 0;  // of a failed one
  std::string failureMessage;
  std::vector<TaskCheckpointStatistics> tasks;
};

// A checkpoint that the job has gone on from.
struct RestoredCheckpointStatistics {
  uint64_t id = 0;
  int64_t restoreTimestampMillis = 0;
  std::string externalPath;  // empty: it was kept in memory
};

struct CheckpointCounts {
  uint64_t restored = 0;
  uint64_t triggered = 0;
  uint64_t inProgress = 0;
  uint64_t completed = 0;
  uint64_t failed = 0;
};

struct CheckpointHistory {
  CheckpointCounts counts;
  std::deque<CheckpointStatistics> latest;              // the last 10, the newest first
  std::optional<CheckpointStatistics> latestCompleted;  // not a savepoint
  std::optional<CheckpointStatistics> latestSavepoint;
  std::optional<CheckpointStatistics> latestFailed;
  std::optional<RestoredCheckpointStatistics> latestRestored;

  // Where the newest complete checkpoint or savepoint is; empty when there is none in files.
  std::string latestPath() const;
};

// Keeps the history of a job's checkpoints, of which one at a time is in progress. Not thread-safe.
class CheckpointTracker {
 public:
  void triggered(CheckpointStatistics checkpoint);
  // A subtask of the task whose first operator is `headId`. The checkpoint is in progress.
  void acknowledged(const std::string& headId, SubtaskCheckpointStatistics subtask);
  void completed(int64_t nowMillis, std::string path);
  void failed(int64_t nowMillis, std::string reason);
  void restored(RestoredCheckpointStatistics checkpoint);

  const CheckpointHistory& history() const { return history_; }

 private:
  CheckpointStatistics& ended(CheckpointStatus status, int64_t nowMillis);

  CheckpointHistory history_;
};

}  // namespace millrace
