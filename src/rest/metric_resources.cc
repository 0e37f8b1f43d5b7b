// Metrics by name: of the job, its tasks, its subtasks, its process.
#include <fmt/format.h>

#include "rest/metric_values.h"
#include "rest/rest_question.h"

namespace millrace {

namespace {

std::vector<MetricValues> allSubtasks(const RestQuestion& question, uint32_t task) {
  std::vector<MetricValues> all;
  for (uint32_t i = 0; i < question.plan().tasks[task].parallelism; ++i) {
    all.push_back(subtaskMetricValues(question, task, i));
  }
  return all;
}

Result<RestJson> jobMetrics(const RestQuestion& question) {
  return metricsAnswer(question, jobMetricValues(question));
}

Result<RestJson> allJobsMetrics(const RestQuestion& question) {
  return aggregatedAnswer(question, {jobMetricValues(question)});
}

Result<RestJson> vertexMetrics(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  MetricValues values;
  uint32_t index = 0;
  for (const MetricValues& subtask : allSubtasks(question, task)) {
    for (const auto& [name, value] : subtask) values[fmt::format("{}.{}", index, name)] = value;
    ++index;
  }
  return metricsAnswer(question, values);
}

Result<RestJson> subtaskMetrics(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  uint32_t subtask = TRY(question.subtask(task, 2));
  return metricsAnswer(question, subtaskMetricValues(question, task, subtask));
}

Result<RestJson> subtasksMetrics(const RestQuestion& question) {
  uint32_t task = TRY(question.task(1));
  return aggregatedAnswer(question, allSubtasks(question, task));
}

Result<RestJson> workerMetrics(const RestQuestion& question) {
  return metricsAnswer(question, workerMetricValues(question));
}

Result<RestJson> allWorkersMetrics(const RestQuestion& question) {
  return aggregatedAnswer(question, {workerMetricValues(question)});
}

// The service has the part of a job manager, and the worker what runs: one process.
Result<RestJson> managerMetrics(const RestQuestion& question) {
  MetricValues values = workerMetricValues(question);
  std::erase_if(values, [](const auto& each) { return each.first.starts_with("Status.Flink."); });
  values["numRunningJobs"] = question.hasEnded() ? "0" : "1";
  values["numRegisteredTaskManagers"] = "1";
  values["taskSlotsTotal"] = fmt::format("{}", question.view().worker.slots);
  values["taskSlotsAvailable"] =
      question.hasEnded() ? fmt::format("{}", question.view().worker.slots) : "0";
  return metricsAnswer(question, values);
}

}  // namespace

std::vector<RestRoute> metricRoutes() {
  return {{"/jobs/metrics", allJobsMetrics},
          {"/jobs/:jobid/metrics", jobMetrics},
          {"/jobs/:jobid/vertices/:vertexid/metrics", vertexMetrics},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/metrics", subtasksMetrics},
          {"/jobs/:jobid/vertices/:vertexid/subtasks/:subtask/metrics", subtaskMetrics},
          {"/jobmanager/metrics", managerMetrics},
          {"/taskmanagers/metrics", allWorkersMetrics},
          {"/taskmanagers/:taskmanagerid/metrics", workerMetrics}};
}

}  // namespace millrace
