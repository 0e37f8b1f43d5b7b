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

struct JobView {
  std::shared_ptr<Job> job;  // shared with whoever waits for its end
  // What was planned: nodes in topological order, as in the job's progress().
  std::shared_ptr<const JobGraph> graph;
  JobOptions options;
  // Of the session, as set; Flink's keys.
  std::map<std::string, std::string> configuration;
  std::vector<JobException> exceptions;  // the newest first
  std::string version;                   // of the dialect: "2.3.0"
  int64_t nowMillis = 0;
};

}  // namespace millrace
