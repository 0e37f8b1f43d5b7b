// JobView: a running job as Flink's monitoring REST shows it. Whoever runs the job fills it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/job.h"
#include "runtime/job_graph.h"

namespace millrace {

// A failure that the job restarted from, or ended with.
struct JobException {
  int64_t timeMillis = 0;
  std::string text;
};

// The job at one moment. Of two of them are the rates and shares per second.
struct JobSample {
  int64_t nanos = 0;  // monotonic
  JobProgress progress;
};

// The process that runs the job: what Flink's job manager and task manager are.
struct WorkerView {
  std::string id;  // "flink-taskmanager-3-1"
  int64_t process = 0;
  int32_t numThreads = 0;
  int64_t cpuMicros = 0;  // since its start, of all threads
  uint64_t residentBytes = 0;
  uint64_t memoryLimitBytes = 0;
  int32_t slots = 1;  // as many subtasks of each task as it may run: the parallelism
};

struct JobView {
  std::shared_ptr<Job> job;  // shared with whoever waits for its end
  // What was planned: nodes in topological order, as in the job's progress().
  std::shared_ptr<const JobGraph> graph;
  JobOptions options;
  uint64_t priorRestarts = 0;  // of the job, by processes before this one
  // Of the session, as set; Flink's keys.
  std::map<std::string, std::string> configuration;
  std::vector<JobException> exceptions;        // the newest first
  std::map<std::string, int64_t> stateMillis;  // Flink's state -> when the job came into it
  JobSample before;                            // about a second before `latest`
  JobSample latest;
  WorkerView worker;
  std::string version;   // of the dialect: "2.3.0"
  std::string revision;  // of this program
  int64_t nowMillis = 0;
};

}  // namespace millrace
