// ApplicationTelemetry: where the log and the metrics of running applications go. Engines tell it
// what their jobs say; it delivers records to the configured log stream, and metrics at the
// configured level.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"

namespace millrace {

// The application that something is said of, as its current attempt was started.
struct TelemetrySource {
  int64_t application = 0;  // the id that is never used twice
  int64_t attempt = 0;
  std::string applicationName;
  std::string applicationArn;
  int64_t versionId = 0;
  std::string roleArn;  // of the service execution role
  std::vector<std::string> logStreamArns;
  std::string logLevel;      // INFO, WARN, ERROR, DEBUG
  std::string metricsLevel;  // APPLICATION, TASK, OPERATOR, PARALLELISM
  int32_t parallelism = 1;
  int32_t kpus = 1;
};

// An event of an application's log. Field names are those of the log's JSON schema.
struct ApplicationLogRecord {
  int64_t timeMillis = 0;                         // of the clock, since 1970-01-01 UTC
  LogLevel level = LogLevel::kInfo;               // messageType
  std::string logger;                             // "millrace.runtime.Job"
  std::string threadName;                         // "checkpoint-coordinator"
  std::string locationInformation;                // where in the engine; may be empty
  std::string message;                            // a line
  std::vector<std::string> throwableInformation;  // an error's lines; empty when there is none
};

// What operators and their subtasks are measured by.
struct FlowMetricsReport {
  uint64_t numRecordsIn = 0;
  uint64_t numRecordsOut = 0;
  double numRecordsInPerSecond = 0;  // since the report before
  double numRecordsOutPerSecond = 0;
  uint64_t numLateRecordsDropped = 0;
  uint64_t stateBytes = 0;
  std::optional<int64_t> currentInputWatermark;  // milliseconds; the lowest of the subtasks
  std::optional<int64_t> currentOutputWatermark;
  double busyTimeMsPerSecond = 0;  // of the average subtask; the three make 1000
  double backPressuredTimeMsPerSecond = 0;
  double idleTimeMsPerSecond = 0;
  std::optional<int64_t> millisBehindLatest;  // of a source that knows it
};

// The metrics of one operator of a job, summed over its subtasks unless it says otherwise.
struct OperatorMetricsReport : FlowMetricsReport {
  std::string id;    // stable over restarts and versions
  std::string name;  // "Source: orders"
  std::string task;  // the name of the chain that it runs in
  int32_t parallelism = 1;
  bool isSource = false;
  bool isSink = false;
  uint64_t numBytesIn = 0;
  uint64_t numBytesOut = 0;
  std::vector<FlowMetricsReport> subtasks;  // at the level PARALLELISM, else empty
};

// What a worker reports about once a second.
struct ApplicationMetricsReport {
  int64_t timeMillis = 0;      // of the clock
  int64_t uptimeMillis = 0;    // without interruption; 0 while it is down, -1 when it has ended
  int64_t downtimeMillis = 0;  // of the outage that goes on; 0 while it runs, -1 when it has ended
  uint64_t fullRestarts = 0;
  uint64_t numberOfCompletedCheckpoints = 0;
  uint64_t numberOfFailedCheckpoints = 0;
  std::optional<int64_t> lastCheckpointDurationMillis;  // nothing before the first
  std::optional<uint64_t> lastCheckpointSizeBytes;
  double cpuUtilization = 0;             // percent of the KPUs, since the report before
  uint64_t memoryBytes = 0;              // resident memory of the worker
  uint64_t memoryLimitBytes = 0;         // 4 GiB a KPU
  uint64_t managedMemoryBytes = 0;       // states of operators
  uint64_t managedMemoryLimitBytes = 0;  // what they may grow to; 0 = no limit
  int32_t threadCount = 0;
  int32_t kpus = 1;
  // Of the whole job: what its sources have emitted, what its sinks have received.
  uint64_t numRecordsIn = 0;
  uint64_t numRecordsOut = 0;
  double numRecordsInPerSecond = 0;
  double numRecordsOutPerSecond = 0;
  uint64_t numLateRecordsDropped = 0;
  std::optional<int64_t> currentInputWatermark;
  std::optional<int64_t> currentOutputWatermark;
  std::optional<int64_t> millisBehindLatest;  // the highest of its sources
  std::vector<OperatorMetricsReport> operators;

  // Percent of the limit; the counterpart of the JVM's heap.
  double memoryUtilization() const {
    constexpr double kPercent = 100;
    if (memoryLimitBytes == 0) return 0;
    return kPercent * static_cast<double>(memoryBytes) / static_cast<double>(memoryLimitBytes);
  }
};

// Thread-safe. Calls return at once: whoever delivers does so on threads of its own and bounds what
// it keeps. Records are given at every level; what is below the application's is dropped there.
class ApplicationTelemetry {
 public:
  virtual ~ApplicationTelemetry() = default;
  virtual void log(const TelemetrySource& source, ApplicationLogRecord record) = 0;
  virtual void metrics(const TelemetrySource& source, const ApplicationMetricsReport& report) = 0;
  // The attempt has ended: nothing more comes of it.
  virtual void ended(const TelemetrySource& source) = 0;
};

}  // namespace millrace
