// JobReporter: what a running job has to tell: changes of its state, checkpoints, failures as log
// records, and its metrics. Asked about once a second by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/native/worker_protocol.h"
#include "control/observability/log_location.h"
#include "env/env.h"
#include "rest/job_view.h"

namespace millrace {

class JobReporter {
 public:
  // emit is called with log records. view outlives the reporter; what happens to the job is
  // filled in here: exceptions, states, samples.
  JobReporter(Env& env, const WorkerTask& task, JobView& view, uint64_t memoryLimitBytes,
              std::function<void(ApplicationLogRecord)> emit);

  // The job has been started: what was deployed.
  void started();
  // What has happened since the last call.
  void report();
  ApplicationMetricsReport metrics();

 private:
  void reportCheckpoints(const CheckpointHistory& history);
  void describeTasks(const CheckpointStatistics& checkpoint);
  void reportState(const JobProgress& progress);
  void switchState(const std::string& to, std::vector<std::string> throwable = {});
  void emit(LogLevel level, const char* logger, std::string message,
            std::vector<std::string> throwable = {}, const LogOrigin& where = LogOrigin::current());
  OperatorMetricsReport operatorMetrics(size_t node, const OperatorProgress& progress,
                                        double seconds);
  void addTimes(size_t node, OperatorMetricsReport& report) const;
  void addSubtasks(size_t node, const OperatorProgress& progress, double seconds,
                   OperatorMetricsReport& report);
  // The lowest that a subtask of the node has received.
  std::optional<int64_t> inputWatermark(size_t node, size_t subtask,
                                        const JobProgress& progress) const;
  void addJobMetrics(const JobProgress& progress, ApplicationMetricsReport& report) const;

  struct Before {
    uint64_t recordsIn = 0;
    uint64_t recordsOut = 0;
    std::vector<OperatorSubtaskProgress> subtasks;
  };

  Env& env_;
  const WorkerTask& task_;
  JobView& view_;
  uint64_t memoryLimitBytes_;
  std::function<void(ApplicationLogRecord)> emit_;
  std::string state_ = "CREATED";
  int64_t stateSinceMillis_ = 0;
  std::string lastFailure_;
  uint64_t lastCheckpoint_ = 0;
  std::vector<Before> before_;          // per node
  std::vector<std::string> taskNames_;  // per node
  std::vector<uint32_t> taskOf_;        // per node, as planTasks() has it
  int64_t metricsNanos_ = 0;
  int64_t cpuMicros_ = 0;
};

// A log record of a worker.
ApplicationLogRecord workerRecord(Env& env, LogLevel level, std::string logger, std::string message,
                                  std::vector<std::string> throwable, const LogOrigin& where);

}  // namespace millrace
