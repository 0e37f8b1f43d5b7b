// The plan of a job: its tasks as nodes, what they read as edges.
#include "rest/rest_question.h"
#include "rest/vertex_id.h"

namespace millrace {

namespace {

const char* shipStrategy(Partitioning partitioning) {
  switch (partitioning) {
    case Partitioning::kForward:
      return "FORWARD";
    case Partitioning::kHash:
      return "HASH";
    case Partitioning::kSingleton:
      return "GLOBAL";
    case Partitioning::kRebalance:
      return "REBALANCE";
    case Partitioning::kBroadcast:
      return "BROADCAST";
  }
  UNREACHABLE();
}

// Edges from other tasks into one task.
RestJson inputsOf(const JobGraph& graph, const JobPlan& plan, uint32_t task) {
  RestJson inputs = RestJson::array();
  for (uint32_t node : plan.tasks[task].nodes) {
    for (const JobEdge& edge : graph.nodes[node].inputs) {
      uint32_t from = plan.taskOf[edge.from];
      if (from == task) continue;
      inputs.push_back({{"num", inputs.size()},
                        {"id", vertexId(graph.nodes[plan.tasks[from].nodes[0]].id)},
                        {"ship_strategy", shipStrategy(edge.partitioning)},
                        {"exchange", "pipelined_bounded"}});
    }
  }
  return inputs;
}

}  // namespace

RestJson planOf(const JobView& view) {
  const JobGraph& graph = *view.graph;
  JobPlan plan = planTasks(graph);
  RestJson nodes = RestJson::array();
  for (uint32_t task = 0; task < plan.tasks.size(); ++task) {
    std::string description;
    for (uint32_t node : plan.tasks[task].nodes) {
      description += (description.empty() ? "" : " -> ") + graph.nodes[node].name;
    }
    RestJson inputs = inputsOf(graph, plan, task);
    RestJson entry = {{"id", vertexId(graph.nodes[plan.tasks[task].nodes[0]].id)},
                      {"parallelism", plan.tasks[task].parallelism},
                      {"operator", ""},
                      {"operator_strategy", ""},
                      {"description", description}};
    if (!inputs.empty()) entry["inputs"] = std::move(inputs);
    entry["optimizer_properties"] = RestJson::object();
    nodes.push_back(std::move(entry));
  }
  return {{"jid", view.job->id()},
          {"name", view.job->name()},
          {"type", "STREAMING"},
          {"nodes", std::move(nodes)}};
}

}  // namespace millrace
