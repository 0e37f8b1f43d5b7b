// What there is to ask of one task (a vertex of the job) and of its subtasks.
#include <fmt/format.h>

#include <array>

#include "rest/io_metrics.h"
#include "rest/rest_question.h"
#include "rest/statistics.h"

namespace millrace {

namespace {

// A subtask is scheduled and runs; it is not deployed anywhere.
RestJson statusDurations(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  std::string state = question.subtaskState(task, subtask);
  bool scheduled = state == "SCHEDULED";
  int64_t duration = question.subtaskDuration(task, subtask);
  RestJson json = {{"CREATED", scheduled ? duration : 0},
                   {"SCHEDULED", 0},
                   {"DEPLOYING", 0},
                   {"INITIALIZING", 0},
                   {"RUNNING", scheduled ? 0 : duration}};
  return json;
}

RestJson subtaskJson(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  const TaskProgress& progress = question.progress().tasks[task];
  return {{"subtask", subtask},
          {"status", question.subtaskState(task, subtask)},
          {"attempt", progress.attempt},
          {"endpoint", kWorkerHost},
          {"start-time", progress.startMillis},
          {"end-time", question.subtaskEndMillis(task, subtask)},
          {"duration", question.subtaskDuration(task, subtask)},
          {"metrics", ioMetricsJson(subtaskIo(question, task, subtask))},
          {"taskmanager-id", question.view().worker.id},
          {"status-duration", statusDurations(question, task, subtask)},
          {"start_time", progress.startMillis}};
}

uint32_t parallelismOf(const RestQuestion& question, uint32_t task) {
  return question.plan().tasks[task].parallelism;
}

// Statistics over the subtasks: of each of their numbers, and of the times in each state.
RestJson aggregatedJson(const RestQuestion& question, uint32_t task) {
  std::vector<SubtaskIo> all;
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    all.push_back(subtaskIo(question, task, i));
  }
  struct Column {
    const char* name;
    uint64_t SubtaskIo::*member;
  };
  static constexpr std::array<Column, 7> kColumns = {
      {{"read-bytes", &SubtaskIo::readBytes},
       {"write-bytes", &SubtaskIo::writeBytes},
       {"read-records", &SubtaskIo::readRecords},
       {"write-records", &SubtaskIo::writeRecords},
       {"accumulated-backpressured-time", &SubtaskIo::backpressuredMillis},
       {"accumulated-idle-time", &SubtaskIo::idleMillis},
       {"accumulated-busy-time", &SubtaskIo::busyMillis}}};
  RestJson metrics = RestJson::object();
  for (const Column& column : kColumns) {
    std::vector<double> values;
    for (const SubtaskIo& io : all) values.push_back(static_cast<double>(io.*column.member));
    metrics[column.name] = subtaskSummary(std::move(values));
  }
  std::map<std::string, std::vector<double>> durations;
  for (uint32_t i = 0; i < all.size(); ++i) {
    RestJson of = statusDurations(question, task, i);
    for (const auto& [state, millis] : of.items()) {
      durations[state].push_back(millis.get<double>());
    }
  }
  RestJson times = RestJson::object();
  for (auto& [state, values] : durations) times[state] = subtaskSummary(std::move(values));
  return {{"metrics", std::move(metrics)}, {"status-duration", std::move(times)}};
}

Result<RestJson> vertexDetail(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  RestJson subtasks = RestJson::array();
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    subtasks.push_back(subtaskJson(question, task, i));
  }
  return RestJson{{"id", question.taskId(task)},
                  {"name", question.taskName(task)},
                  {"parallelism", parallelismOf(question, task)},
                  {"maxParallelism", question.graph().maxParallelism},
                  {"now", question.now()},
                  {"subtasks", std::move(subtasks)},
                  {"aggregated", aggregatedJson(question, task)}};
}

Result<RestJson> vertexAccumulators(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  return RestJson{{"id", question.taskId(task)}, {"user-accumulators", RestJson::array()}};
}

const char* backpressureLevel(double ratio) {
  constexpr double kLow = 0.1;
  constexpr double kHigh = 0.5;
  return ratio <= kLow ? "ok" : ratio <= kHigh ? "low" : "high";
}

Result<RestJson> vertexBackpressure(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  RestJson subtasks = RestJson::array();
  double highest = 0;
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    TimeShares shares = timeShares(question, task, i);
    highest = std::max(highest, shares.backpressured);
    subtasks.push_back({{"subtask", i},
                        {"backpressure-level", backpressureLevel(shares.backpressured)},
                        {"backpressureLevel", backpressureLevel(shares.backpressured)},
                        {"ratio", shares.backpressured},
                        {"idleRatio", shares.idle},
                        {"busyRatio", shares.busy}});
  }
  return RestJson{{"status", "ok"},
                  {"backpressure-level", backpressureLevel(highest)},
                  {"backpressureLevel", backpressureLevel(highest)},
                  {"end-timestamp", question.now()},
                  {"subtasks", std::move(subtasks)}};
}

Result<RestJson> vertexWatermarks(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  uint32_t head = question.plan().tasks[task].nodes[0];
  RestJson marks = RestJson::array();
  // What a source has is its output.
  if (question.graph().nodes[head].inputs.empty()) return marks;
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    marks.push_back({{"id", fmt::format("{}.currentInputWatermark", i)},
                     {"value", fmt::format("{}", inputWatermark(question, head, i))}});
  }
  return marks;
}

Result<RestJson> subtaskDetail(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  uint32_t subtask = TRY(question.subtask(task, 2));
  return subtaskJson(question, task, subtask);
}

Status checkAttempt(const RestQuestion& question, uint32_t task) {
  uint32_t attempt = question.progress().tasks[task].attempt;
  if (question.parameter(3) == fmt::format("{}", attempt)) return {};
  return Error(ErrorKind::kNotFound, fmt::format("attempt {} is not kept; the current one is {}",
                                                 question.parameter(3), attempt));
}

Result<RestJson> attemptDetail(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  uint32_t subtask = TRY(question.subtask(task, 2));
  TRY(checkAttempt(question, task));
  return subtaskJson(question, task, subtask);
}

Result<RestJson> attemptAccumulators(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  uint32_t subtask = TRY(question.subtask(task, 2));
  TRY(checkAttempt(question, task));
  return RestJson{{"subtask", subtask},
                  {"attempt", question.progress().tasks[task].attempt},
                  {"id", fmt::format("{}_{}_{}", question.taskId(task), subtask,
                                     question.progress().tasks[task].attempt)},
                  {"user-accumulators", RestJson::array()}};
}

Result<RestJson> subtaskAccumulators(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  RestJson subtasks = RestJson::array();
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    subtasks.push_back({{"subtask", i},
                        {"attempt", question.progress().tasks[task].attempt},
                        {"endpoint", kWorkerHost},
                        {"user-accumulators", RestJson::array()}});
  }
  return RestJson{{"id", question.taskId(task)},
                  {"parallelism", parallelismOf(question, task)},
                  {"subtasks", std::move(subtasks)}};
}

Result<RestJson> subtaskTimes(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  RestJson subtasks = RestJson::array();
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    RestJson times = RestJson::object();
    for (const std::string& state : kSubtaskStates) times[state] = 0;
    int64_t start = question.progress().tasks[task].startMillis;
    std::string state = question.subtaskState(task, i);
    times[state == "SCHEDULED" ? "SCHEDULED" : "RUNNING"] = start;
    int64_t end = question.subtaskEndMillis(task, i);
    if (end >= 0) times[state] = end;
    subtasks.push_back({{"subtask", i},
                        {"endpoint", kWorkerHost},
                        {"duration", question.subtaskDuration(task, i)},
                        {"timestamps", std::move(times)}});
  }
  return RestJson{{"id", question.taskId(task)},
                  {"name", question.taskName(task)},
                  {"now", question.now()},
                  {"subtasks", std::move(subtasks)}};
}

// All subtasks run in one worker.
Result<RestJson> vertexTaskManagers(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  std::map<std::string, int64_t> counts = question.stateCounts(task);
  RestJson statusCounts = RestJson::object();
  for (const std::string& state : kSubtaskStates) statusCounts[state] = counts[state];
  int64_t end = -1;
  int64_t duration = 0;
  for (uint32_t i = 0; i < parallelismOf(question, task); ++i) {
    end = std::max(end, question.subtaskEndMillis(task, i));
    duration = std::max(duration, question.subtaskDuration(task, i));
  }
  std::string state = question.taskState(task);
  bool over = state != "RUNNING" && state != "SCHEDULED";
  RestJson worker = {{"endpoint", kWorkerHost},
                     {"status", state},
                     {"start-time", question.progress().tasks[task].startMillis},
                     {"end-time", over ? end : -1},
                     {"duration", duration},
                     {"metrics", ioMetricsJson(taskIo(question, task))},
                     {"status-counts", std::move(statusCounts)},
                     {"taskmanager-id", question.view().worker.id},
                     {"aggregated", aggregatedJson(question, task)}};
  return RestJson{{"id", question.taskId(task)},
                  {"name", question.taskName(task)},
                  {"now", question.now()},
                  {"taskmanagers", RestJson::array({std::move(worker)})}};
}

}  // namespace

std::vector<RestRoute> vertexRoutes() {
  return {{"/jobs/:jobid/vertices/:vertexid", vertexDetail},
          {"/jobs/:jobid/vertices/:vertexid/accumulators", vertexAccumulators},
          {"/jobs/:jobid/vertices/:vertexid/backpressure", vertexBackpressure},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/accumulators", subtaskAccumulators},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/:subtask", subtaskDetail},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/:subtask/attempts/:attempt", attemptDetail},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/:subtask/attempts/:attempt/accumulators",
           attemptAccumulators},
          {"/jobs/:jobid/vertices/:vertexid/subtasktimes", subtaskTimes},
          {"/jobs/:jobid/vertices/:vertexid/taskmanagers", vertexTaskManagers},
          {"/jobs/:jobid/vertices/:vertexid/watermarks", vertexWatermarks}};
}

}  // namespace millrace
