// What there is to ask of the job as a whole.
#include <fmt/format.h>

#include "rest/io_metrics.h"
#include "rest/rest_question.h"
#include "rest/vertex_id.h"

namespace millrace {

namespace {

RestJson countsJson(const RestQuestion& question, uint32_t task) {
  std::map<std::string, int64_t> counts = question.stateCounts(task);
  RestJson json = RestJson::object();
  for (const std::string& state : kSubtaskStates) json[state] = counts[state];
  return json;
}

// "running": 3 and so on, of all subtasks of the job.
RestJson totalCounts(const RestQuestion& question) {
  std::map<std::string, int64_t> sum;
  int64_t total = 0;
  for (uint32_t task = 0; task < question.plan().tasks.size(); ++task) {
    for (const auto& [state, count] : question.stateCounts(task)) {
      sum[state] += count;
      total += count;
    }
  }
  return {{"running", sum["RUNNING"]},     {"canceling", sum["CANCELING"]},
          {"canceled", sum["CANCELED"]},   {"total", total},
          {"created", sum["CREATED"]},     {"scheduled", sum["SCHEDULED"]},
          {"deploying", sum["DEPLOYING"]}, {"reconciling", sum["RECONCILING"]},
          {"finished", sum["FINISHED"]},   {"initializing", sum["INITIALIZING"]},
          {"failed", sum["FAILED"]}};
}

int64_t lastModification(const RestQuestion& question) {
  int64_t last = question.progress().startTimeMillis;
  for (const auto& [state, millis] : question.view().stateMillis) last = std::max(last, millis);
  return std::max(last, question.endMillis());
}

Result<RestJson> jobsOverview(const RestQuestion& question) {
  RestJson job = {{"jid", question.view().job->id()},
                  {"name", question.view().job->name()},
                  {"jobType", "STREAMING"},
                  {"schedulerType", "Default"},
                  {"start-time", question.progress().startTimeMillis},
                  {"end-time", question.endMillis()},
                  {"duration", question.progress().elapsedMillis},
                  {"state", question.jobState()},
                  {"last-modification", lastModification(question)},
                  {"tasks", totalCounts(question)},
                  {"pending-operators", 0}};
  return RestJson{{"jobs", RestJson::array({std::move(job)})}};
}

Result<RestJson> jobIds(const RestQuestion& question) {
  RestJson job = {{"id", question.view().job->id()}, {"status", question.jobState()}};
  return RestJson{{"jobs", RestJson::array({std::move(job)})}};
}

RestJson vertexSummary(const RestQuestion& question, uint32_t task) {
  const TaskPlan& plan = question.plan().tasks[task];
  RestJson json = {{"id", question.taskId(task)},
                   {"slotSharingGroupId", vertexId("slots")},
                   {"name", question.taskName(task)},
                   {"maxParallelism", question.graph().maxParallelism},
                   {"parallelism", plan.parallelism},
                   {"status", question.taskState(task)},
                   {"start-time", question.progress().tasks[task].startMillis}};
  int64_t end = -1;
  int64_t duration = 0;
  for (uint32_t i = 0; i < plan.parallelism; ++i) {
    end = std::max(end, question.subtaskEndMillis(task, i));
    duration = std::max(duration, question.subtaskDuration(task, i));
  }
  bool over = question.taskState(task) != "RUNNING" && question.taskState(task) != "SCHEDULED";
  json["end-time"] = over ? end : -1;
  json["duration"] = duration;
  json["tasks"] = countsJson(question, task);
  json["metrics"] = ioMetricsJson(taskIo(question, task));
  return json;
}

// When the job came into each of Flink's states; 0 = never.
RestJson timestampsJson(const RestQuestion& question) {
  RestJson json = RestJson::object();
  const std::map<std::string, int64_t>& known = question.view().stateMillis;
  for (const char* state : {"FAILING", "CANCELED", "FAILED", "RESTARTING", "RUNNING", "CREATED",
                            "SUSPENDED", "INITIALIZING", "FINISHED", "RECONCILING", "CANCELLING"}) {
    auto found = known.find(state);
    json[state] = found == known.end() ? 0 : found->second;
  }
  return json;
}

Result<RestJson> jobDetail(const RestQuestion& question) {
  RestJson vertices = RestJson::array();
  std::map<std::string, int64_t> counts;
  for (uint32_t task = 0; task < question.plan().tasks.size(); ++task) {
    vertices.push_back(vertexSummary(question, task));
    ++counts[question.taskState(task)];
  }
  RestJson statusCounts = RestJson::object();
  for (const std::string& state : kSubtaskStates) statusCounts[state] = counts[state];
  return RestJson{{"jid", question.view().job->id()},
                  {"name", question.view().job->name()},
                  {"isStoppable", false},
                  {"state", question.jobState()},
                  {"application-id", question.view().job->id()},
                  {"job-type", "STREAMING"},
                  {"schedulerType", "Default"},
                  {"start-time", question.progress().startTimeMillis},
                  {"end-time", question.endMillis()},
                  {"duration", question.progress().elapsedMillis},
                  {"maxParallelism", question.graph().maxParallelism},
                  {"now", question.now()},
                  {"timestamps", timestampsJson(question)},
                  {"vertices", std::move(vertices)},
                  {"status-counts", std::move(statusCounts)},
                  {"plan", planOf(question.view())},
                  {"pending-operators", 0}};
}

Result<RestJson> jobPlan(const RestQuestion& question) {
  return RestJson{{"plan", planOf(question.view())}};
}

Result<RestJson> jobStatus(const RestQuestion& question) {
  return RestJson{{"status", question.jobState()}};
}

std::string restartText(const RestartOptions& restart) {
  switch (restart.kind) {
    case RestartKind::kNone:
      return "Restart deactivated.";
    case RestartKind::kFixedDelay:
      return fmt::format("Restart with fixed delay ({} ms). #{} restart attempts.",
                         restart.fixedDelayMillis, restart.fixedAttempts);
    case RestartKind::kFailureRate:
      return fmt::format(
          "Failure rate restart with maximum of {} failures within interval {} ms "
          "and fixed delay {} ms.",
          restart.maxFailuresPerInterval, restart.failureIntervalMillis,
          restart.failureRateDelayMillis);
    case RestartKind::kExponentialDelay:
      return fmt::format(
          "Restart with exponential delay: starting at {} ms, increasing by {}, "
          "with maximum {} ms. Delay resets after {} ms with jitter {}.",
          restart.initialBackoffMillis, restart.backoffMultiplier, restart.maxBackoffMillis,
          restart.resetBackoffThresholdMillis, restart.jitterFactor);
  }
  UNREACHABLE();
}

uint32_t highestParallelism(const RestQuestion& question) {
  uint32_t highest = 1;
  for (const TaskPlan& task : question.plan().tasks) highest = std::max(highest, task.parallelism);
  return highest;
}

Result<RestJson> jobConfig(const RestQuestion& question) {
  RestJson settings = RestJson::object();
  for (const auto& [key, value] : question.view().configuration) settings[key] = value;
  // Rows are columns of batches that are handed on, never copied.
  RestJson execution = {{"restart-strategy", restartText(question.view().options.restart)},
                        {"job-parallelism", highestParallelism(question)},
                        {"object-reuse-mode", true},
                        {"user-config", std::move(settings)}};
  return RestJson{{"jid", question.view().job->id()},
                  {"name", question.view().job->name()},
                  {"execution-config", std::move(execution)}};
}

// "division by zero: ..." has no class; the kind of the error stands for it.
std::string exceptionName(const std::string& text) {
  return text.substr(0, std::min(text.find(": "), text.find('\n')));
}

Result<RestJson> jobExceptions(const RestQuestion& question) {
  RestJson entries = RestJson::array();
  size_t most = 20;
  std::string asked = question.query("maxExceptions");
  if (!asked.empty() && asked.find_first_not_of("0123456789") == std::string::npos &&
      asked.size() < 6) {
    most = static_cast<size_t>(std::stoul(asked));
  }
  const std::vector<JobException>& all = question.view().exceptions;
  for (size_t i = 0; i < all.size() && i < most; ++i) {
    entries.push_back({{"exceptionName", exceptionName(all[i].text)},
                       {"stacktrace", all[i].text},
                       {"timestamp", all[i].timeMillis},
                       {"failureLabels", RestJson::object()},
                       {"taskName", nullptr},
                       {"endpoint", nullptr},
                       {"taskManagerId", nullptr},
                       {"concurrentExceptions", RestJson::array()}});
  }
  RestJson history = {{"entries", std::move(entries)}, {"truncated", all.size() > most}};
  return RestJson{{"exceptionHistory", std::move(history)}};
}

// The engine has no accumulators.
Result<RestJson> jobAccumulators(const RestQuestion&) {
  return RestJson{{"job-accumulators", RestJson::array()},
                  {"user-task-accumulators", RestJson::array()},
                  {"serialized-user-task-accumulators", RestJson::object()}};
}

Result<RestJson> executionResult(const RestQuestion& question) {
  if (!question.hasEnded()) return RestJson{{"status", {{"id", "IN_PROGRESS"}}}};
  std::string state = question.jobState();
  RestJson result = {{"id", question.view().job->id()},
                     {"application-status", state == "FINISHED" ? "SUCCEEDED" : state},
                     {"accumulator-results", RestJson::object()},
                     {"net-runtime", question.progress().elapsedMillis}};
  return RestJson{{"status", {{"id", "COMPLETED"}}}, {"job-execution-result", std::move(result)}};
}

}  // namespace

std::vector<RestRoute> jobRoutes() {
  return {{"/jobs", jobIds},
          {"/jobs/overview", jobsOverview},
          {"/jobs/:jobid", jobDetail},
          {"/jobs/:jobid/accumulators", jobAccumulators},
          {"/jobs/:jobid/config", jobConfig},
          {"/jobs/:jobid/exceptions", jobExceptions},
          {"/jobs/:jobid/execution-result", executionResult},
          {"/jobs/:jobid/plan", jobPlan},
          {"/jobs/:jobid/status", jobStatus}};
}

}  // namespace millrace
