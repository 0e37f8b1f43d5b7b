#include "runtime/checkpoint_statistics.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace millrace {

namespace {

// As many as Flink shows (web.checkpoints.history).
constexpr size_t kMostKept = 10;

}  // namespace

const char* checkpointStatusName(CheckpointStatus status) {
  switch (status) {
    case CheckpointStatus::kInProgress:
      return "IN_PROGRESS";
    case CheckpointStatus::kCompleted:
      return "COMPLETED";
    case CheckpointStatus::kFailed:
      return "FAILED";
  }
  UNREACHABLE();
}

std::string CheckpointHistory::latestPath() const {
  const std::optional<CheckpointStatistics>* latest = &latestCompleted;
  bool savepointIsNewer =
      latestSavepoint && (!latestCompleted || latestSavepoint->id > latestCompleted->id);
  if (savepointIsNewer) latest = &latestSavepoint;
  return *latest ? (*latest)->externalPath : std::string();
}

void CheckpointTracker::triggered(CheckpointStatistics checkpoint) {
  CHECK(history_.counts.inProgress == 0, "one checkpoint is in progress at a time");
  ++history_.counts.triggered;
  ++history_.counts.inProgress;
  history_.latest.push_front(std::move(checkpoint));
  if (history_.latest.size() > kMostKept) history_.latest.pop_back();
}

void CheckpointTracker::acknowledged(const std::string& headId,
                                     SubtaskCheckpointStatistics subtask) {
  CheckpointStatistics& checkpoint = history_.latest.front();
  int64_t trigger = checkpoint.triggerTimestampMillis;
  subtask.endToEndDurationMillis = subtask.ackTimestampMillis - trigger;
  checkpoint.latestAckTimestampMillis =
      std::max(checkpoint.latestAckTimestampMillis, subtask.ackTimestampMillis);
  checkpoint.checkpointedBytes += subtask.checkpointedBytes;
  ++checkpoint.numAcknowledgedSubtasks;
  auto task = std::find_if(checkpoint.tasks.begin(), checkpoint.tasks.end(),
                           [&](const auto& each) { return each.headId == headId; });
  CHECK(task != checkpoint.tasks.end(), "every task of the checkpoint was named at its begin");
  task->subtasks.push_back(std::move(subtask));
}

CheckpointStatistics& CheckpointTracker::ended(CheckpointStatus status, int64_t nowMillis) {
  --history_.counts.inProgress;
  CheckpointStatistics& checkpoint = history_.latest.front();
  checkpoint.status = status;
  checkpoint.endToEndDurationMillis = nowMillis - checkpoint.triggerTimestampMillis;
  for (TaskCheckpointStatistics& task : checkpoint.tasks) {
    std::sort(task.subtasks.begin(), task.subtasks.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
  }
  return checkpoint;
}

void CheckpointTracker::completed(int64_t nowMillis, std::string path) {
  CheckpointStatistics& checkpoint = ended(CheckpointStatus::kCompleted, nowMillis);
  checkpoint.externalPath = std::move(path);
  ++history_.counts.completed;
  (checkpoint.isSavepoint ? history_.latestSavepoint : history_.latestCompleted) = checkpoint;
}

void CheckpointTracker::failed(int64_t nowMillis, std::string reason) {
  CheckpointStatistics& checkpoint = ended(CheckpointStatus::kFailed, nowMillis);
  checkpoint.failureTimestampMillis = nowMillis;
  checkpoint.failureMessage = std::move(reason);
  ++history_.counts.failed;
  history_.latestFailed = checkpoint;
}

void CheckpointTracker::restored(RestoredCheckpointStatistics checkpoint) {
  ++history_.counts.restored;
  history_.latestRestored = std::move(checkpoint);
}

}  // namespace millrace
