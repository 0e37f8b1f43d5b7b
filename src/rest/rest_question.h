// RestQuestion: one request of the monitoring REST, with the job as it is at that moment: every
// member of an answer speaks of the same time.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "rest/job_view.h"
#include "runtime/task_plan.h"

namespace millrace {

// Members keep the order in which they were written.
using RestJson = nlohmann::ordered_json;

// What the task managers of Flink are here: the worker process is the only one.
inline constexpr const char* kWorkerHost = "localhost";

class RestQuestion {
 public:
  // parameters: of the path, ":jobid" and so on in their order; query: as sent, without '?'.
  RestQuestion(const JobView& view, std::vector<std::string> parameters, const std::string& query);

  const JobView& view() const { return view_; }
  const JobGraph& graph() const { return *view_.graph; }
  const JobPlan& plan() const { return plan_; }
  const JobProgress& progress() const { return progress_; }
  int64_t now() const { return view_.nowMillis; }
  const std::string& parameter(size_t i) const { return parameters_[i]; }
  // Of the query; empty when it is not there.
  std::string query(const std::string& name) const;

  // Flink's names.
  std::string jobState() const;
  bool hasEnded() const { return progress_.status != JobStatus::kRunning; }
  int64_t endMillis() const;  // -1 while it runs
  std::string taskId(uint32_t task) const;
  std::string taskName(uint32_t task) const;
  std::string subtaskState(uint32_t task, uint32_t subtask) const;
  int64_t subtaskEndMillis(uint32_t task, uint32_t subtask) const;  // -1 while it runs
  // How long an attempt of a subtask has run, in milliseconds.
  int64_t subtaskDuration(uint32_t task, uint32_t subtask) const;
  // State -> number of subtasks in it, for every state of Flink.
  std::map<std::string, int64_t> stateCounts(uint32_t task) const;
  // Of a task as a whole, from the states of its subtasks.
  std::string taskState(uint32_t task) const;

  // The task of a vertex, the subtask of a task by the parameter. Errors: kNotFound.
  Result<uint32_t> task(size_t parameter) const;
  Result<uint32_t> subtask(uint32_t task, size_t parameter) const;
  // The job's own id must be in the path.
  Status checkJob() const;
  Status checkWorker() const;

 private:
  const JobView& view_;
  std::vector<std::string> parameters_;
  std::map<std::string, std::string> query_;
  JobProgress progress_;
  JobPlan plan_;
};

// The states of a subtask, as Flink counts them.
extern const std::vector<std::string> kSubtaskStates;

struct RestRoute {
  const char* pattern;  // "/jobs/:jobid/plan"
  Result<RestJson> (*answer)(const RestQuestion& question);
};

// A file each: what there is to ask of the job, its tasks, its checkpoints, its process, and of the
// numbers of all of them.
std::vector<RestRoute> jobRoutes();
std::vector<RestRoute> vertexRoutes();
std::vector<RestRoute> checkpointRoutes();
std::vector<RestRoute> clusterRoutes();
std::vector<RestRoute> metricRoutes();

// What /jobs/:jobid/plan has below "plan".
RestJson planOf(const JobView& view);

}  // namespace millrace
