// DESCRIBE JOB: what the job is doing, what its states have in memory, and what its checkpoints
// have cost, in Flink's words.
#include <fmt/format.h>

#include <algorithm>

#include "sql/session/session.h"
#include "types/print.h"

namespace millrace {

namespace {

std::string timeText(int64_t millis) {
  PrintOptions bare;
  bare.form = PrintForm::kBare;
  return printValue(Value(millis * 1000), Type::timestamp(3), bare);
}

std::string millisText(uint64_t micros) {
  return fmt::format("{:.3f} ms", static_cast<double>(micros) / 1000);
}

class JobDescription {
 public:
  explicit JobDescription(const Job& job) : job_(job) {}

  StatementResult of(const JobProgress& progress) {
    result_.kind = StatementResult::Kind::kRows;
    result_.schema = {{"property", Type::string()}, {"value", Type::string()}};
    add("job id", job_.id());
    add("job name", job_.name());
    add("status", progress.restarting ? "RESTARTING" : jobStatusName(progress.status));
    add("start time", timeText(progress.startTimeMillis));
    add("duration", fmt::format("{} ms", progress.elapsedMillis));
    add("restarts", fmt::format("{}", progress.numRestarts));
    for (const OperatorProgress& op : progress.operators) addMemory(op);
    addCounts(progress.checkpoints);
    for (const CheckpointStatistics& checkpoint : progress.checkpoints.latest) {
      addCheckpoint(checkpoint);
    }
    return std::move(result_);
  }

 private:
  void add(std::string property, std::string value) {
    result_.rows.push_back({Value(std::move(property)), Value(std::move(value))});
  }

  // What the states of the operator have in memory, of all subtasks together.
  void addMemory(const OperatorProgress& op) {
    if (op.states.empty()) return;
    size_t sum = 0;
    for (const StateSize& state : op.states) sum += state.bytes;
    add(fmt::format("memory of '{}'", op.name), fmt::format("{} bytes", sum));
    for (const StateSize& state : op.states) {
      add(fmt::format("memory of '{}', state '{}'", op.name, state.name),
          fmt::format("{} bytes", state.bytes));
    }
  }

  void addCounts(const CheckpointHistory& history) {
    const CheckpointCounts& counts = history.counts;
    add("checkpoints triggered", fmt::format("{}", counts.triggered));
    add("checkpoints in progress", fmt::format("{}", counts.inProgress));
    add("checkpoints completed", fmt::format("{}", counts.completed));
    add("checkpoints failed", fmt::format("{}", counts.failed));
    add("checkpoints restored", fmt::format("{}", counts.restored));
    if (history.latestCompleted) add("latest completed", summaryOf(*history.latestCompleted));
    if (history.latestSavepoint) add("latest savepoint", summaryOf(*history.latestSavepoint));
    if (history.latestFailed) add("latest failed", summaryOf(*history.latestFailed));
    if (!history.latestRestored) return;
    const RestoredCheckpointStatistics& restored = *history.latestRestored;
    add("latest restored",
        fmt::format("{} | restored {} | {}", restored.id, timeText(restored.restoreTimestampMillis),
                    restored.externalPath.empty() ? "kept in memory" : restored.externalPath));
  }

  static std::string summaryOf(const CheckpointStatistics& checkpoint) {
    return fmt::format("{} | triggered {}", checkpoint.id,
                       timeText(checkpoint.triggerTimestampMillis));
  }

  static std::string textOf(const CheckpointStatistics& checkpoint) {
    std::string text =
        fmt::format("{} | triggered {} | {}/{} subtasks", checkpointStatusName(checkpoint.status),
                    timeText(checkpoint.triggerTimestampMillis), checkpoint.numAcknowledgedSubtasks,
                    checkpoint.numSubtasks);
    if (checkpoint.status == CheckpointStatus::kInProgress) return text;
    text += fmt::format(" | end to end {} ms | {} bytes", checkpoint.endToEndDurationMillis,
                        checkpoint.checkpointedBytes);
    bool failed = checkpoint.status == CheckpointStatus::kFailed;
    const std::string& last = failed ? checkpoint.failureMessage : checkpoint.externalPath;
    return last.empty() ? text : text + " | " + last;
  }

  void addCheckpoint(const CheckpointStatistics& checkpoint) {
    std::string name =
        fmt::format("{} {}", checkpoint.isSavepoint ? "savepoint" : "checkpoint", checkpoint.id);
    add(name, textOf(checkpoint));
    for (const TaskCheckpointStatistics& task : checkpoint.tasks) {
      for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
        addSubtask(
            fmt::format("{} of '{}' ({}/{})", name, task.name, subtask.index + 1, task.numSubtasks),
            subtask);
      }
    }
  }

  void addSubtask(const std::string& name, const SubtaskCheckpointStatistics& subtask) {
    add(name, fmt::format("end to end {} ms | start delay {} ms | alignment {} | sync {} | async "
                          "{} | {} bytes",
                          subtask.endToEndDurationMillis, subtask.startDelayMillis,
                          millisText(subtask.alignmentMicros), millisText(subtask.syncMicros),
                          millisText(subtask.asyncMicros), subtask.checkpointedBytes));
    for (const StateCheckpointStatistics& state : subtask.states) {
      add(fmt::format("{}, state '{}' of '{}'", name, state.state, state.operatorId),
          fmt::format("{} bytes", state.checkpointedBytes));
    }
  }

  const Job& job_;
  StatementResult result_;
};

}  // namespace

Result<StatementResult> Session::describeJob(const std::string& id) const {
  std::shared_ptr<Job> job = TRY(findJob(id));
  return JobDescription(*job).of(job->progress());
}

}  // namespace millrace
