#include "control/native/worker_protocol.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 7> kToWorkerNames = {
    "start", "welcome", "stop", "savepoint", "cancel", "rest", "leave"};
constexpr std::array<std::string_view, 12> kFromWorkerNames = {
    "hello",      "running",        "finished",        "failed", "cancelled", "stopped",
    "stopFailed", "savepointTaken", "savepointFailed", "log",    "metrics",   "rest"};
constexpr std::array<std::string_view, 4> kLevels = {"DEBUG", "INFO", "WARN", "ERROR"};

template <typename Names>
std::optional<size_t> indexOf(const Names& names, std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  return std::nullopt;
}

std::string textOf(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename T>
void put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

// Members that are not there leave the value alone.
template <typename T>
void get(const Json& json, const char* name, T& value) {
  auto found = json.find(name);
  if (found != json.end() && !found->is_null()) value = found->template get<T>();
}

template <typename T>
void get(const Json& json, const char* name, std::optional<T>& value) {
  auto found = json.find(name);
  if (found != json.end() && !found->is_null()) value = found->template get<T>();
}

// The code as it was written is there where it differs.
Json jsonOf(const SqlFile& file) {
  Json json = {{"name", file.name}, {"text", file.sql.text}};
  if (file.sql.replacements.empty()) return json;
  json["written"] = file.written;
  for (const SubstitutedSql::Replacement& each : file.sql.replacements) {
    json["replacements"].push_back({each.at, each.length, each.newLength});
  }
  return json;
}

SqlFile sqlFileOf(const Json& json) {
  SqlFile file;
  get(json, "name", file.name);
  get(json, "text", file.sql.text);
  file.written = file.sql.text;
  get(json, "written", file.written);
  for (const Json& each : json.value("replacements", Json::array())) {
    file.sql.replacements.push_back(
        {each.at(0).get<size_t>(), each.at(1).get<size_t>(), each.at(2).get<size_t>()});
  }
  return file;
}

Json jsonOf(const WorkerTask& task) {
  Json files = Json::array();
  for (const SqlFile& file : task.files) {
    files.push_back(jsonOf(file));
  }
  Json failures = Json::array();
  for (const WorkerFailure& failure : task.priorFailures) {
    failures.push_back({{"timeMillis", failure.timeMillis}, {"text", failure.text}});
  }
  return {{"application", task.job.application},
          {"attempt", task.job.attempt},
          {"applicationName", task.applicationName},
          {"versionId", task.versionId},
          {"files", std::move(files)},
          {"parallelism", task.parallelism},
          {"kpus", task.kpus},
          {"checkpointing", task.checkpointing},
          {"checkpointIntervalMillis", task.checkpointIntervalMillis},
          {"minPauseMillis", task.minPauseMillis},
          {"restoreLocation", task.restoreLocation},
          {"allowNonRestoredState", task.allowNonRestoredState},
          {"priorRestarts", task.priorRestarts},
          {"priorFailures", std::move(failures)},
          {"subtaskMetrics", task.subtaskMetrics}};
}

WorkerTask taskOf(const Json& json) {
  WorkerTask task;
  get(json, "application", task.job.application);
  get(json, "attempt", task.job.attempt);
  get(json, "applicationName", task.applicationName);
  get(json, "versionId", task.versionId);
  for (const Json& file : json.value("files", Json::array())) {
    task.files.push_back(sqlFileOf(file));
  }
  get(json, "parallelism", task.parallelism);
  get(json, "kpus", task.kpus);
  get(json, "checkpointing", task.checkpointing);
  get(json, "checkpointIntervalMillis", task.checkpointIntervalMillis);
  get(json, "minPauseMillis", task.minPauseMillis);
  get(json, "restoreLocation", task.restoreLocation);
  get(json, "allowNonRestoredState", task.allowNonRestoredState);
  get(json, "priorRestarts", task.priorRestarts);
  for (const Json& failure : json.value("priorFailures", Json::array())) {
    WorkerFailure& added = task.priorFailures.emplace_back();
    get(failure, "timeMillis", added.timeMillis);
    get(failure, "text", added.text);
  }
  get(json, "subtaskMetrics", task.subtaskMetrics);
  return task;
}

Json jsonOf(const RestartOptions& restart) {
  return {{"kind", static_cast<int>(restart.kind)},
          {"fixedAttempts", restart.fixedAttempts},
          {"fixedDelayMillis", restart.fixedDelayMillis},
          {"maxFailuresPerInterval", restart.maxFailuresPerInterval},
          {"failureIntervalMillis", restart.failureIntervalMillis},
          {"failureRateDelayMillis", restart.failureRateDelayMillis},
          {"initialBackoffMillis", restart.initialBackoffMillis},
          {"maxBackoffMillis", restart.maxBackoffMillis},
          {"backoffMultiplier", restart.backoffMultiplier},
          {"resetBackoffThresholdMillis", restart.resetBackoffThresholdMillis},
          {"jitterFactor", restart.jitterFactor},
          {"attemptsBeforeReset", restart.attemptsBeforeReset}};
}

RestartOptions restartOf(const Json& json) {
  RestartOptions restart;
  int kind = static_cast<int>(restart.kind);
  get(json, "kind", kind);
  if (kind >= 0 && kind <= static_cast<int>(RestartKind::kExponentialDelay)) {
    restart.kind = static_cast<RestartKind>(kind);
  }
  get(json, "fixedAttempts", restart.fixedAttempts);
  get(json, "fixedDelayMillis", restart.fixedDelayMillis);
  get(json, "maxFailuresPerInterval", restart.maxFailuresPerInterval);
  get(json, "failureIntervalMillis", restart.failureIntervalMillis);
  get(json, "failureRateDelayMillis", restart.failureRateDelayMillis);
  get(json, "initialBackoffMillis", restart.initialBackoffMillis);
  get(json, "maxBackoffMillis", restart.maxBackoffMillis);
  get(json, "backoffMultiplier", restart.backoffMultiplier);
  get(json, "resetBackoffThresholdMillis", restart.resetBackoffThresholdMillis);
  get(json, "jitterFactor", restart.jitterFactor);
  get(json, "attemptsBeforeReset", restart.attemptsBeforeReset);
  return restart;
}

Json jsonOf(const ApplicationLogRecord& record) {
  Json json = {{"timeMillis", record.timeMillis},
               {"level", kLevels[static_cast<size_t>(record.level)]},
               {"logger", record.logger},
               {"threadName", record.threadName},
               {"message", record.message}};
  if (!record.locationInformation.empty()) json["location"] = record.locationInformation;
  if (!record.throwableInformation.empty()) json["throwable"] = record.throwableInformation;
  return json;
}

ApplicationLogRecord recordOf(const Json& json) {
  ApplicationLogRecord record;
  get(json, "timeMillis", record.timeMillis);
  std::string level;
  get(json, "level", level);
  record.level =
      static_cast<LogLevel>(indexOf(kLevels, level).value_or(static_cast<size_t>(LogLevel::kInfo)));
  get(json, "logger", record.logger);
  get(json, "threadName", record.threadName);
  get(json, "message", record.message);
  get(json, "location", record.locationInformation);
  get(json, "throwable", record.throwableInformation);
  return record;
}

Json jsonOf(const FlowMetricsReport& report) {
  Json json = {{"numRecordsIn", report.numRecordsIn},
               {"numRecordsOut", report.numRecordsOut},
               {"numRecordsInPerSecond", report.numRecordsInPerSecond},
               {"numRecordsOutPerSecond", report.numRecordsOutPerSecond},
               {"numLateRecordsDropped", report.numLateRecordsDropped},
               {"stateBytes", report.stateBytes},
               {"busyTimeMsPerSecond", report.busyTimeMsPerSecond},
               {"backPressuredTimeMsPerSecond", report.backPressuredTimeMsPerSecond},
               {"idleTimeMsPerSecond", report.idleTimeMsPerSecond}};
  put(json, "currentInputWatermark", report.currentInputWatermark);
  put(json, "currentOutputWatermark", report.currentOutputWatermark);
  put(json, "millisBehindLatest", report.millisBehindLatest);
  return json;
}

void read(const Json& json, FlowMetricsReport& report) {
  get(json, "numRecordsIn", report.numRecordsIn);
  get(json, "numRecordsOut", report.numRecordsOut);
  get(json, "numRecordsInPerSecond", report.numRecordsInPerSecond);
  get(json, "numRecordsOutPerSecond", report.numRecordsOutPerSecond);
  get(json, "numLateRecordsDropped", report.numLateRecordsDropped);
  get(json, "stateBytes", report.stateBytes);
  get(json, "busyTimeMsPerSecond", report.busyTimeMsPerSecond);
  get(json, "backPressuredTimeMsPerSecond", report.backPressuredTimeMsPerSecond);
  get(json, "idleTimeMsPerSecond", report.idleTimeMsPerSecond);
  get(json, "currentInputWatermark", report.currentInputWatermark);
  get(json, "currentOutputWatermark", report.currentOutputWatermark);
  get(json, "millisBehindLatest", report.millisBehindLatest);
}

Json jsonOf(const OperatorMetricsReport& report) {
  Json json = jsonOf(static_cast<const FlowMetricsReport&>(report));
  json["id"] = report.id;
  json["name"] = report.name;
  json["task"] = report.task;
  json["parallelism"] = report.parallelism;
  json["isSource"] = report.isSource;
  json["isSink"] = report.isSink;
  json["numBytesIn"] = report.numBytesIn;
  json["numBytesOut"] = report.numBytesOut;
  for (const FlowMetricsReport& each : report.subtasks) json["subtasks"].push_back(jsonOf(each));
  return json;
}

OperatorMetricsReport operatorOf(const Json& json) {
  OperatorMetricsReport report;
  read(json, report);
  get(json, "id", report.id);
  get(json, "name", report.name);
  get(json, "task", report.task);
  get(json, "parallelism", report.parallelism);
  get(json, "isSource", report.isSource);
  get(json, "isSink", report.isSink);
  get(json, "numBytesIn", report.numBytesIn);
  get(json, "numBytesOut", report.numBytesOut);
  for (const Json& each : json.value("subtasks", Json::array())) {
    read(each, report.subtasks.emplace_back());
  }
  return report;
}

Json jsonOf(const ApplicationMetricsReport& report) {
  Json operators = Json::array();
  for (const OperatorMetricsReport& each : report.operators) operators.push_back(jsonOf(each));
  Json json = {{"timeMillis", report.timeMillis},
               {"uptimeMillis", report.uptimeMillis},
               {"downtimeMillis", report.downtimeMillis},
               {"fullRestarts", report.fullRestarts},
               {"numberOfCompletedCheckpoints", report.numberOfCompletedCheckpoints},
               {"numberOfFailedCheckpoints", report.numberOfFailedCheckpoints},
               {"cpuUtilization", report.cpuUtilization},
               {"memoryBytes", report.memoryBytes},
               {"memoryLimitBytes", report.memoryLimitBytes},
               {"managedMemoryBytes", report.managedMemoryBytes},
               {"managedMemoryLimitBytes", report.managedMemoryLimitBytes},
               {"threadCount", report.threadCount},
               {"kpus", report.kpus},
               {"numRecordsIn", report.numRecordsIn},
               {"numRecordsOut", report.numRecordsOut},
               {"numRecordsInPerSecond", report.numRecordsInPerSecond},
               {"numRecordsOutPerSecond", report.numRecordsOutPerSecond},
               {"numLateRecordsDropped", report.numLateRecordsDropped},
               {"operators", std::move(operators)}};
  put(json, "lastCheckpointDurationMillis", report.lastCheckpointDurationMillis);
  put(json, "lastCheckpointSizeBytes", report.lastCheckpointSizeBytes);
  put(json, "currentInputWatermark", report.currentInputWatermark);
  put(json, "currentOutputWatermark", report.currentOutputWatermark);
  put(json, "millisBehindLatest", report.millisBehindLatest);
  return json;
}

ApplicationMetricsReport reportOf(const Json& json) {
  ApplicationMetricsReport report;
  get(json, "timeMillis", report.timeMillis);
  get(json, "uptimeMillis", report.uptimeMillis);
  get(json, "downtimeMillis", report.downtimeMillis);
  get(json, "fullRestarts", report.fullRestarts);
  get(json, "numberOfCompletedCheckpoints", report.numberOfCompletedCheckpoints);
  get(json, "numberOfFailedCheckpoints", report.numberOfFailedCheckpoints);
  get(json, "lastCheckpointDurationMillis", report.lastCheckpointDurationMillis);
  get(json, "lastCheckpointSizeBytes", report.lastCheckpointSizeBytes);
  get(json, "cpuUtilization", report.cpuUtilization);
  get(json, "memoryBytes", report.memoryBytes);
  get(json, "memoryLimitBytes", report.memoryLimitBytes);
  get(json, "managedMemoryBytes", report.managedMemoryBytes);
  get(json, "managedMemoryLimitBytes", report.managedMemoryLimitBytes);
  get(json, "threadCount", report.threadCount);
  get(json, "kpus", report.kpus);
  get(json, "numRecordsIn", report.numRecordsIn);
  get(json, "numRecordsOut", report.numRecordsOut);
  get(json, "numRecordsInPerSecond", report.numRecordsInPerSecond);
  get(json, "numRecordsOutPerSecond", report.numRecordsOutPerSecond);
  get(json, "numLateRecordsDropped", report.numLateRecordsDropped);
  get(json, "currentInputWatermark", report.currentInputWatermark);
  get(json, "currentOutputWatermark", report.currentOutputWatermark);
  get(json, "millisBehindLatest", report.millisBehindLatest);
  for (const Json& each : json.value("operators", Json::array())) {
    report.operators.push_back(operatorOf(each));
  }
  return report;
}

void addHello(const FromWorker& message, Json& json) {
  json["version"] = message.version;
  json["application"] = message.job.application;
  json["attempt"] = message.job.attempt;
  json["process"] = message.process;
  json["started"] = message.started;
  json["endpoint"] = message.endpoint;
  json["token"] = message.token;
}

FromWorker messageOf(FromWorker::Kind kind, const Json& json) {
  FromWorker message;
  message.kind = kind;
  get(json, "version", message.version);
  get(json, "application", message.job.application);
  get(json, "attempt", message.job.attempt);
  get(json, "process", message.process);
  get(json, "started", message.started);
  get(json, "endpoint", message.endpoint);
  get(json, "token", message.token);
  get(json, "maxParallelism", message.maxParallelism);
  get(json, "plan", message.plan);
  if (json.contains("restart")) message.restart = restartOf(json["restart"]);
  get(json, "snapshot", message.snapshot);
  get(json, "location", message.location);
  get(json, "text", message.text);
  get(json, "id", message.id);
  get(json, "ok", message.ok);
  get(json, "malformed", message.malformed);
  if (json.contains("record")) message.record = recordOf(json["record"]);
  if (json.contains("report")) message.report = reportOf(json["report"]);
  return message;
}

// What parsing throws becomes an error.
template <typename T, typename Parse>
Result<T> parsed(std::string_view text, const Parse& parse) {
  try {
    return parse(Json::parse(text));
  } catch (const std::exception& failure) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("a message between service and worker: {}", failure.what()));
  }
}

Error unknownMessage(const std::string& type) {
  return Error(ErrorKind::kCorruptData, fmt::format("unknown message '{}' of a worker", type));
}

}  // namespace

std::string encode(const ToWorker& message) {
  using Kind = ToWorker::Kind;
  Json json = {{"type", kToWorkerNames[static_cast<size_t>(message.kind)]}};
  switch (message.kind) {
    case Kind::kStart:
      json["task"] = jsonOf(message.task);
      json["resume"] = message.resume;
      break;
    case Kind::kStop:
    case Kind::kSavepoint:
      json["snapshot"] = message.snapshot;
      json["directory"] = message.directory;
      break;
    case Kind::kRest:
      json["id"] = message.id;
      json["path"] = message.path;
      break;
    case Kind::kWelcome:
    case Kind::kCancel:
    case Kind::kLeave:
      break;
  }
  return textOf(json);
}

std::string encode(const FromWorker& message) {
  using Kind = FromWorker::Kind;
  Json json = {{"type", kFromWorkerNames[static_cast<size_t>(message.kind)]}};
  switch (message.kind) {
    case Kind::kHello:
      addHello(message, json);
      break;
    case Kind::kRunning:
      json["maxParallelism"] = message.maxParallelism;
      json["plan"] = message.plan;
      json["restart"] = jsonOf(message.restart);
      break;
    case Kind::kLog:
      json["record"] = jsonOf(message.record);
      break;
    case Kind::kMetrics:
      json["report"] = jsonOf(message.report);
      break;
    case Kind::kRest:
      json["id"] = message.id;
      json["ok"] = message.ok;
      if (message.malformed) json["malformed"] = true;
      json["text"] = message.text;
      break;
    case Kind::kFailed:
    case Kind::kStopped:
    case Kind::kStopFailed:
    case Kind::kSavepointTaken:
    case Kind::kSavepointFailed:
      if (!message.snapshot.empty()) json["snapshot"] = message.snapshot;
      if (!message.location.empty()) json["location"] = message.location;
      if (!message.text.empty()) json["text"] = message.text;
      break;
    case Kind::kFinished:
    case Kind::kCancelled:
      break;
  }
  return textOf(json);
}

Result<ToWorker> decodeToWorker(std::string_view line) {
  return parsed<ToWorker>(line, [](const Json& json) -> Result<ToWorker> {
    std::string type = json.at("type").get<std::string>();
    std::optional<size_t> index = indexOf(kToWorkerNames, type);
    if (!index) return unknownMessage(type);
    ToWorker message;
    message.kind = static_cast<ToWorker::Kind>(*index);
    if (json.contains("task")) message.task = taskOf(json["task"]);
    get(json, "resume", message.resume);
    get(json, "snapshot", message.snapshot);
    get(json, "directory", message.directory);
    get(json, "id", message.id);
    get(json, "path", message.path);
    return message;
  });
}

Result<FromWorker> decodeFromWorker(std::string_view line) {
  return parsed<FromWorker>(line, [](const Json& json) -> Result<FromWorker> {
    std::string type = json.at("type").get<std::string>();
    std::optional<size_t> index = indexOf(kFromWorkerNames, type);
    if (!index) return unknownMessage(type);
    return messageOf(static_cast<FromWorker::Kind>(*index), json);
  });
}

std::string encodeTask(const WorkerTask& task) { return textOf(jsonOf(task)); }

Result<WorkerTask> decodeTask(std::string_view text) {
  return parsed<WorkerTask>(text,
                            [](const Json& json) -> Result<WorkerTask> { return taskOf(json); });
}

}  // namespace millrace
