// The process around the job, in the place of Flink's cluster: one job manager, one task manager.
#include <fmt/format.h>

#include "rest/rest_question.h"

namespace millrace {

namespace {

constexpr uint64_t kBytesPerMegabyte = 1 << 20;

// How often a dashboard asks again: Flink's default.
constexpr int64_t kRefreshMillis = 3000;

Result<RestJson> dashboardConfig(const RestQuestion& question) {
  // Jobs begin and end through the API of the service.
  RestJson features = {
      {"web-submit", false}, {"web-cancel", false}, {"web-rescale", false}, {"web-history", false}};
  return RestJson{{"refresh-interval", kRefreshMillis},
                  {"timezone-name", "Coordinated Universal Time"},
                  {"timezone-offset", 0},
                  {"flink-version", question.view().version},
                  {"flink-revision", question.view().revision},
                  {"features", std::move(features)}};
}

Result<RestJson> clusterOverview(const RestQuestion& question) {
  std::string state = question.jobState();
  int32_t slots = question.view().worker.slots;
  return RestJson{{"taskmanagers", 1},
                  {"slots-total", slots},
                  {"slots-available", question.hasEnded() ? slots : 0},
                  {"jobs-running", question.hasEnded() ? 0 : 1},
                  {"jobs-finished", state == "FINISHED" ? 1 : 0},
                  {"jobs-cancelled", state == "CANCELED" ? 1 : 0},
                  {"jobs-failed", state == "FAILED" ? 1 : 0},
                  {"flink-version", question.view().version},
                  {"flink-commit", question.view().revision}};
}

RestJson entriesOf(const std::map<std::string, std::string>& settings) {
  RestJson entries = RestJson::array();
  for (const auto& [key, value] : settings) entries.push_back({{"key", key}, {"value", value}});
  return entries;
}

Result<RestJson> managerConfig(const RestQuestion& question) {
  return entriesOf(question.view().configuration);
}

// There is no virtual machine; the place of its version names the engine.
Result<RestJson> managerEnvironment(const RestQuestion& question) {
  RestJson machine = {
      {"version", fmt::format("Millrace native engine {}", question.view().revision)},
      {"arch", "x86_64"},
      {"options", RestJson::array()}};
  return RestJson{{"jvm", std::move(machine)}, {"classpath", RestJson::array()}};
}

// Logs go to the log stream of the application.
Result<RestJson> noLogs(const RestQuestion&) { return RestJson{{"logs", RestJson::array()}}; }

uint64_t megabytes(uint64_t bytes) { return bytes / kBytesPerMegabyte; }

int64_t runningSubtasks(const RestQuestion& question) {
  int64_t count = 0;
  for (uint32_t task = 0; task < question.plan().tasks.size(); ++task) {
    count += question.stateCounts(task)["RUNNING"];
  }
  return count;
}

// none: of what is free while the job runs.
RestJson resourceOf(const RestQuestion& question, bool none) {
  const WorkerView& worker = question.view().worker;
  uint64_t budget = question.view().options.stateMemoryBudget;
  uint64_t rest = worker.memoryLimitBytes > budget ? worker.memoryLimitBytes - budget : 0;
  return {{"cpuCores", none ? 0.0 : static_cast<double>(worker.slots)},
          {"taskHeapMemory", none ? 0 : megabytes(rest)},
          {"taskOffHeapMemory", 0},
          {"managedMemory", none ? 0 : megabytes(budget)},
          {"networkMemory", 0},
          {"extendedResources", RestJson::object()}};
}

RestJson workerJson(const RestQuestion& question) {
  const WorkerView& worker = question.view().worker;
  uint64_t budget = question.view().options.stateMemoryBudget;
  uint64_t free = worker.memoryLimitBytes > worker.residentBytes
                      ? worker.memoryLimitBytes - worker.residentBytes
                      : 0;
  RestJson hardware = {{"cpuCores", question.view().options.numWorkers},
                       {"physicalMemory", worker.memoryLimitBytes},
                       {"freeMemory", free},
                       {"managedMemory", budget}};
  uint64_t heap = worker.memoryLimitBytes > budget ? worker.memoryLimitBytes - budget : 0;
  RestJson memory = {{"frameworkHeap", 0},
                     {"taskHeap", heap},
                     {"frameworkOffHeap", 0},
                     {"taskOffHeap", 0},
                     {"networkMemory", 0},
                     {"managedMemory", budget},
                     {"jvmMetaspace", 0},
                     {"jvmOverhead", 0},
                     {"totalFlinkMemory", worker.memoryLimitBytes},
                     {"totalProcessMemory", worker.memoryLimitBytes}};
  bool ended = question.hasEnded();
  return {{"id", worker.id},
          {"path", fmt::format("process {}", worker.process)},
          {"dataPort", 0},
          {"jmxPort", -1},
          {"timeSinceLastHeartbeat", question.now()},
          {"slotsNumber", worker.slots},
          {"freeSlots", ended ? worker.slots : 0},
          {"totalResource", resourceOf(question, false)},
          {"freeResource", resourceOf(question, !ended)},
          {"hardware", std::move(hardware)},
          {"memoryConfiguration", std::move(memory)},
          {"assignedTasks", runningSubtasks(question)}};
}

Result<RestJson> workers(const RestQuestion& question) {
  return RestJson{{"taskmanagers", RestJson::array({workerJson(question)})}};
}

// A task manager's memory in the terms of a virtual machine: all of it is the heap.
RestJson workerNumbers(const RestQuestion& question) {
  const WorkerView& worker = question.view().worker;
  RestJson numbers = RestJson::object();
  for (const char* part : {"heap", "nonHeap"}) {
    bool heap = std::string_view(part) == "heap";
    numbers[fmt::format("{}Used", part)] = heap ? worker.residentBytes : 0;
    numbers[fmt::format("{}Committed", part)] = heap ? worker.residentBytes : 0;
    numbers[fmt::format("{}Max", part)] = heap ? worker.memoryLimitBytes : 0;
  }
  for (const char* part : {"direct", "mapped"}) {
    numbers[fmt::format("{}Count", part)] = 0;
    numbers[fmt::format("{}Used", part)] = 0;
    numbers[fmt::format("{}Max", part)] = 0;
  }
  for (const char* part : {"Available", "Total", "Used"}) {
    numbers[fmt::format("nettyShuffleMemorySegments{}", part)] = 0;
  }
  for (const char* part : {"Available", "Total", "Used"}) {
    numbers[fmt::format("nettyShuffleMemory{}", part)] = 0;
  }
  numbers["garbageCollectors"] = RestJson::array();
  return numbers;
}

Result<RestJson> workerDetail(const RestQuestion& question) {
  RestJson json = workerJson(question);
  json["allocatedSlots"] = RestJson::array();
  if (!question.hasEnded()) {
    json["allocatedSlots"].push_back({{"jobId", question.view().job->id()},
                                      {"resource", resourceOf(question, false)},
                                      {"assignedTasks", runningSubtasks(question)}});
  }
  json["metrics"] = workerNumbers(question);
  return json;
}

}  // namespace

std::vector<RestRoute> clusterRoutes() {
  return {{"/config", dashboardConfig},
          {"/overview", clusterOverview},
          {"/jobmanager/config", managerConfig},
          {"/jobmanager/environment", managerEnvironment},
          {"/jobmanager/logs", noLogs},
          {"/jobs/:jobid/jobmanager/config", managerConfig},
          {"/jobs/:jobid/jobmanager/environment", managerEnvironment},
          {"/taskmanagers", workers},
          {"/taskmanagers/:taskmanagerid", workerDetail},
          {"/taskmanagers/:taskmanagerid/logs", noLogs}};
}

}  // namespace millrace
