// The division of a job graph into tasks: which nodes are chained in one task, which edges cross.
//
// A node joins the task of its inputs when they are all in one task and no edge needs an exchange;
// otherwise it is the head of a new task, whose inputs are channels. So only a head reads channels,
// tasks form no cycle, and a diamond inside one task is chained as a whole.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/job_graph.h"

namespace millrace {

struct TaskPlan {
  std::vector<uint32_t> nodes;  // topological order; the first is the head
  uint32_t parallelism = 1;
};

struct JobPlan {
  std::vector<TaskPlan> tasks;     // topological order
  std::vector<uint32_t> taskOf;    // per node
  uint32_t numExchangeLevels = 0;  // most exchanges on a path
};

// True when the edge needs no exchange: each subtask's rows stay in the subtask of that number.
bool isLocal(const JobGraph& graph, const JobNode& consumer, const JobEdge& edge);

// Errors are bugs of the planner (kInternal).
Status validateGraph(const JobGraph& graph);
// Requires: the graph is valid.
JobPlan planTasks(const JobGraph& graph);
// The connected components of a plan, numbered from 0, for each planned task: what has to start
// again together when one task fails.
std::vector<uint32_t> regionsOf(const JobGraph& graph, const JobPlan& plan);

}  // namespace millrace
