// The checkpoints of a job: what they have cost, and how they are configured.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "rest/rest_question.h"
#include "rest/statistics.h"
#include "rest/vertex_id.h"

namespace millrace {

namespace {

constexpr int64_t kMicrosPerMilli = 1000;
// Of a changelog that there is not: Flink's defaults, which it shows all the same.
constexpr int64_t kMaterializationMillis = 600'000;

const char* checkpointType(const CheckpointStatistics& checkpoint) {
  return checkpoint.isSavepoint ? "SAVEPOINT" : "CHECKPOINT";
}

uint64_t bytesOf(const TaskCheckpointStatistics& task) {
  uint64_t sum = 0;
  for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
    sum += subtask.checkpointedBytes;
  }
  return sum;
}

RestJson taskStatistics(const CheckpointStatistics& checkpoint,
                        const TaskCheckpointStatistics& task) {
  int64_t lastAck = 0;
  for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
    lastAck = std::max(lastAck, subtask.ackTimestampMillis);
  }
  int64_t duration = lastAck == 0 ? 0 : lastAck - checkpoint.triggerTimestampMillis;
  return {{"id", checkpoint.id},
          {"status", checkpointStatusName(checkpoint.status)},
          {"latest_ack_timestamp", lastAck == 0 ? -1 : lastAck},
          {"checkpointed_size", bytesOf(task)},
          {"state_size", bytesOf(task)},
          {"end_to_end_duration", duration},
          {"alignment_buffered", 0},
          {"processed_data", 0},
          {"persisted_data", 0},
          {"num_subtasks", task.numSubtasks},
          {"num_acknowledged_subtasks", task.subtasks.size()}};
}

// Checkpoints are always whole: what was written is all the state. No record overtakes a barrier,
// so nothing is buffered or persisted in flight.
RestJson statisticsOf(const CheckpointStatistics& checkpoint, bool withTasks) {
  const char* className = checkpoint.status == CheckpointStatus::kCompleted ? "completed"
                          : checkpoint.status == CheckpointStatus::kFailed  ? "failed"
                                                                            : "in_progress";
  RestJson json = {{"className", className},
                   {"id", checkpoint.id},
                   {"status", checkpointStatusName(checkpoint.status)},
                   {"is_savepoint", checkpoint.isSavepoint},
                   {"savepointFormat", nullptr},
                   {"trigger_timestamp", checkpoint.triggerTimestampMillis},
                   {"latest_ack_timestamp", checkpoint.latestAckTimestampMillis},
                   {"checkpointed_size", checkpoint.checkpointedBytes},
                   {"state_size", checkpoint.checkpointedBytes},
                   {"end_to_end_duration", checkpoint.endToEndDurationMillis},
                   {"alignment_buffered", 0},
                   {"processed_data", 0},
                   {"persisted_data", 0},
                   {"num_subtasks", checkpoint.numSubtasks},
                   {"num_acknowledged_subtasks", checkpoint.numAcknowledgedSubtasks},
                   {"checkpoint_type", checkpointType(checkpoint)}};
  if (checkpoint.isSavepoint) json["savepointFormat"] = "NATIVE";
  RestJson tasks = RestJson::object();
  if (withTasks) {
    for (const TaskCheckpointStatistics& task : checkpoint.tasks) {
      tasks[vertexId(task.headId)] = taskStatistics(checkpoint, task);
    }
  }
  json["tasks"] = std::move(tasks);
  if (checkpoint.status == CheckpointStatus::kCompleted) {
    json["external_path"] = checkpoint.externalPath;
    json["discarded"] = false;
  } else if (checkpoint.status == CheckpointStatus::kFailed) {
    json["failure_timestamp"] = checkpoint.failureTimestampMillis;
    json["failure_message"] = checkpoint.failureMessage;
  }
  return json;
}

RestJson optionalStatistics(const std::optional<CheckpointStatistics>& checkpoint) {
  return checkpoint ? statisticsOf(*checkpoint, false) : RestJson();
}

// Of the completed ones that are kept.
RestJson historySummary(const CheckpointHistory& history) {
  std::vector<double> sizes;
  std::vector<double> durations;
  for (const CheckpointStatistics& each : history.latest) {
    if (each.status != CheckpointStatus::kCompleted) continue;
    sizes.push_back(static_cast<double>(each.checkpointedBytes));
    durations.push_back(static_cast<double>(each.endToEndDurationMillis));
  }
  RestJson none = checkpointSummary(std::vector<double>(sizes.size(), 0));
  return {{"checkpointed_size", checkpointSummary(sizes)},
          {"state_size", checkpointSummary(sizes)},
          {"end_to_end_duration", checkpointSummary(durations)},
          {"alignment_buffered", none},
          {"processed_data", none},
          {"persisted_data", none}};
}

Result<RestJson> checkpoints(const RestQuestion& question) {
  const CheckpointHistory& history = question.progress().checkpoints;
  RestJson latest = {{"completed", optionalStatistics(history.latestCompleted)},
                     {"savepoint", optionalStatistics(history.latestSavepoint)},
                     {"failed", optionalStatistics(history.latestFailed)},
                     {"restored", nullptr}};
  if (history.latestRestored) {
    const RestoredCheckpointStatistics& restored = *history.latestRestored;
    latest["restored"] = {
        {"id", restored.id},
        {"restore_timestamp", restored.restoreTimestampMillis},
        {"is_savepoint", restored.externalPath.find("savepoint-") != std::string::npos},
        {"external_path", restored.externalPath}};
  }
  RestJson kept = RestJson::array();
  for (const CheckpointStatistics& each : history.latest) {
    kept.push_back(statisticsOf(each, false));
  }
  return RestJson{{"counts",
                   {{"restored", history.counts.restored},
                    {"total", history.counts.triggered},
                    {"in_progress", history.counts.inProgress},
                    {"completed", history.counts.completed},
                    {"failed", history.counts.failed}}},
                  {"summary", historySummary(history)},
                  {"latest", std::move(latest)},
                  {"history", std::move(kept)}};
}

Result<RestJson> checkpointConfig(const RestQuestion& question) {
  const CheckpointOptions& options = question.view().options.checkpoints;
  // No interval: as Flink says it.
  int64_t interval = options.intervalMillis > 0 ? options.intervalMillis : INT64_MAX;
  bool files = !options.directory.empty();
  return RestJson{
      {"mode", options.alignsBarriers ? "exactly_once" : "at_least_once"},
      {"interval", interval},
      {"timeout", options.timeoutMillis},
      {"min_pause", options.minPauseMillis},
      {"max_concurrent", 1},
      {"externalization",
       {{"enabled", files && options.retention != CheckpointRetention::kNever},
        {"delete_on_cancellation",
         options.retention == CheckpointRetention::kDeleteOnCancellation ||
             options.retention == CheckpointRetention::kNever}}},
      {"state_backend", "HashMapStateBackend"},
      {"checkpoint_storage", files ? "FileSystemCheckpointStorage" : "JobManagerCheckpointStorage"},
      {"unaligned_checkpoints", false},
      {"tolerable_failed_checkpoints", options.tolerableFailures},
      {"aligned_checkpoint_timeout", 0},
      {"checkpoints_after_tasks_finish", true},
      {"state_changelog_enabled", false},
      {"changelog_periodic_materialization_interval", kMaterializationMillis},
      {"changelog_storage", "memory"}};
}

Result<const CheckpointStatistics*> findCheckpoint(const RestQuestion& question) {
  const std::string& text = question.parameter(1);
  uint64_t id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(ErrorKind::kInvalidArgument,
                 fmt::format("Bad request, could not parse parameters: Cannot resolve path "
                             "parameter (checkpointid) from value \"{}\".",
                             text));
  }
  const CheckpointHistory& history = question.progress().checkpoints;
  for (const CheckpointStatistics& each : history.latest) {
    if (each.id == id) return &each;
  }
  for (const auto* each :
       {&history.latestCompleted, &history.latestSavepoint, &history.latestFailed}) {
    if (*each && (*each)->id == id) return &**each;
  }
  return Error(ErrorKind::kNotFound,
               fmt::format("Could not find checkpointing statistics for checkpoint {}.", id));
}

Result<RestJson> checkpointDetail(const RestQuestion& question) {
  const CheckpointStatistics* checkpoint = TRY(findCheckpoint(question));
  return statisticsOf(*checkpoint, true);
}

RestJson checkpointedSubtask(const SubtaskCheckpointStatistics& subtask) {
  return {{"className", "completed"},
          {"status", "completed"},
          {"index", subtask.index},
          {"ack_timestamp", subtask.ackTimestampMillis},
          {"end_to_end_duration", subtask.endToEndDurationMillis},
          {"checkpointed_size", subtask.checkpointedBytes},
          {"state_size", subtask.checkpointedBytes},
          {"checkpoint",
           {{"sync", subtask.syncMicros / kMicrosPerMilli},
            {"async", subtask.asyncMicros / kMicrosPerMilli}}},
          {"alignment",
           {{"buffered", 0},
            {"processed", 0},
            {"persisted", 0},
            {"duration", subtask.alignmentMicros / kMicrosPerMilli}}},
          {"start_delay", subtask.startDelayMillis},
          {"unaligned_checkpoint", false},
          {"aborted", false}};
}

RestJson subtasksSummary(const TaskCheckpointStatistics& task) {
  auto summary = [&](auto value) {
    std::vector<double> values;
    for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
      values.push_back(static_cast<double>(value(subtask)));
    }
    return checkpointSummary(std::move(values));
  };
  using Subtask = SubtaskCheckpointStatistics;
  RestJson sizes = summary([](const Subtask& each) { return each.checkpointedBytes; });
  RestJson none = summary([](const Subtask&) { return 0; });
  return {
      {"checkpointed_size", sizes},
      {"state_size", sizes},
      {"end_to_end_duration",
       summary([](const Subtask& each) { return each.endToEndDurationMillis; })},
      {"checkpoint_duration",
       {{"sync", summary([](const Subtask& each) { return each.syncMicros / kMicrosPerMilli; })},
        {"async",
         summary([](const Subtask& each) { return each.asyncMicros / kMicrosPerMilli; })}}},
      {"alignment",
       {{"buffered", none},
        {"processed", none},
        {"persisted", none},
        {"duration",
         summary([](const Subtask& each) { return each.alignmentMicros / kMicrosPerMilli; })}}},
      {"start_delay", summary([](const Subtask& each) { return each.startDelayMillis; })}};
}

Result<RestJson> checkpointSubtasks(const RestQuestion& question) {
  const CheckpointStatistics* checkpoint = TRY(findCheckpoint(question));
  for (const TaskCheckpointStatistics& task : checkpoint->tasks) {
    if (vertexId(task.headId) != question.parameter(2)) continue;
    RestJson json = taskStatistics(*checkpoint, task);
    json["summary"] = subtasksSummary(task);
    RestJson subtasks = RestJson::array();
    for (uint32_t i = 0; i < task.numSubtasks; ++i) {
      auto found = std::find_if(task.subtasks.begin(), task.subtasks.end(),
                                [&](const auto& each) { return each.index == i; });
      if (found == task.subtasks.end()) {
        subtasks.push_back(
            {{"className", "pending"}, {"status", "pending_or_failed"}, {"index", i}});
      } else {
        subtasks.push_back(checkpointedSubtask(*found));
      }
    }
    json["subtasks"] = std::move(subtasks);
    return json;
  }
  return Error(ErrorKind::kNotFound, fmt::format("There is no checkpoint statistics for task {}.",
                                                 question.parameter(2)));
}

}  // namespace

std::vector<RestRoute> checkpointRoutes() {
  return {
      {"/jobs/:jobid/checkpoints", checkpoints},
      {"/jobs/:jobid/checkpoints/config", checkpointConfig},
      {"/jobs/:jobid/checkpoints/details/:checkpointid", checkpointDetail},
      {"/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid", checkpointSubtasks}};
}

}  // namespace millrace
