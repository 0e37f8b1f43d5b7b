// TaskBuilder: turns the plan of a job into connected tasks.
#pragma once

#include <optional>

#include "runtime/job_execution.h"

namespace millrace {

class TaskBuilder {
 public:
  TaskBuilder(JobExecution& job, const RestoredCheckpoint* restored);

  // Fills the job's sources, channels and tasks, those of this region or (nothing) of all regions,
  // and opens the tasks.
  Status build(std::optional<uint32_t> region);

 private:
  Status buildRegion(uint32_t region);
  Status buildTask(uint32_t planned);
  // The state that the node continues, if any.
  const RestoredOperator* restoredOf(uint32_t node) const;
  Status addNodes(uint32_t planned, Task& task);
  void chainNodes(uint32_t planned, Task& task);
  void connect(uint32_t consumer, uint32_t input);
  void setInputs(uint32_t planned);
  size_t positionInTask(uint32_t node) const;
  TaskOptions taskOptions(uint32_t subtask, uint32_t parallelism) const;

  JobExecution& job_;
  const RestoredCheckpoint* restored_;
  std::vector<const std::string*>
      claims_;  // of the nodes, as claimsOf(); nothing without restored_
  const TimeZone* zone_ = nullptr;
  // inputs_[node][input][subtask]: the channels a head reads.
  std::vector<std::vector<std::vector<std::vector<Channel*>>>> inputs_;
};

}  // namespace millrace
