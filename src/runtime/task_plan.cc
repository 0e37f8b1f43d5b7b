#include "runtime/task_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace millrace {

namespace {

Error wrong(const JobNode& node, const char* what) {
  return Error(ErrorKind::kInternal, fmt::format("job graph: node '{}' {}", node.id, what));
}

Status validateNode(const JobGraph& graph, uint32_t index) {
  const JobNode& node = graph.nodes[index];
  bool isSource = node.makeSource != nullptr;
  if (isSource == (node.makeOperator != nullptr)) return wrong(node, "needs exactly one factory");
  if (isSource != node.inputs.empty()) return wrong(node, "has the wrong number of inputs");
  if (node.parallelism == 0) return wrong(node, "has parallelism 0");
  for (const JobEdge& edge : node.inputs) {
    if (edge.from >= index) return wrong(node, "is not in topological order");
    const JobNode& from = graph.nodes[edge.from];
    if (edge.partitioning == Partitioning::kForward && from.parallelism != node.parallelism) {
      return wrong(node, "has a forward edge between different parallelisms");
    }
    if (edge.partitioning != Partitioning::kHash) continue;
    if (edge.keys.empty()) return wrong(node, "has a hash edge without keys");
    for (uint32_t key : edge.keys) {
      if (key >= from.output.size()) return wrong(node, "has a hash edge with an unknown key");
    }
  }
  return {};
}

}  // namespace

bool isLocal(const JobGraph& graph, const JobNode& consumer, const JobEdge& edge) {
  if (graph.nodes[edge.from].parallelism != consumer.parallelism) return false;
  return edge.partitioning == Partitioning::kForward || consumer.parallelism == 1;
}

Status validateGraph(const JobGraph& graph) {
  std::set<std::string> ids;
  if (graph.nodes.empty()) return Error(ErrorKind::kInternal, "job graph: no nodes");
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const JobNode& node = graph.nodes[i];
    TRY(validateNode(graph, i));
    if (!ids.insert(node.id).second) return wrong(node, "has an id that another node has");
    if (node.parallelism <= graph.maxParallelism) continue;
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("parallelism {} exceeds the maximum parallelism {}", node.parallelism,
                             graph.maxParallelism))
        .withHint("Raise 'pipeline.max-parallelism' or lower 'parallelism.default'.");
  }
  return {};
}

JobPlan planTasks(const JobGraph& graph) {
  JobPlan plan;
  std::vector<uint32_t> levels;  // exchanges on the longest path to a task
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const JobNode& node = graph.nodes[i];
    bool chained = !node.inputs.empty();
    for (const JobEdge& edge : node.inputs) {
      chained = chained && isLocal(graph, node, edge) &&
                plan.taskOf[edge.from] == plan.taskOf[node.inputs[0].from];
    }
    if (chained) {
      plan.taskOf.push_back(plan.taskOf[node.inputs[0].from]);
      plan.tasks[plan.taskOf[i]].nodes.push_back(i);
      continue;
    }
    uint32_t level = 0;
    for (const JobEdge& edge : node.inputs) {
      level = std::max(level, levels[plan.taskOf[edge.from]] + 1);
    }
    plan.taskOf.push_back(static_cast<uint32_t>(plan.tasks.size()));
    plan.tasks.push_back({{i}, node.parallelism});
    levels.push_back(level);
    plan.numExchangeLevels = std::max(plan.numExchangeLevels, level);
  }
  return plan;
}

std::vector<uint32_t> regionsOf(const JobGraph& graph, const JobPlan& plan) {
  std::vector<uint32_t> region(plan.tasks.size());
  for (uint32_t i = 0; i < region.size(); ++i) region[i] = i;
  for (uint32_t node = 0; node < graph.nodes.size(); ++node) {
    for (const JobEdge& edge : graph.nodes[node].inputs) {
      uint32_t keep = region[plan.taskOf[edge.from]];
      uint32_t drop = region[plan.taskOf[node]];
      std::replace(region.begin(), region.end(), drop, keep);
    }
  }
  std::vector<uint32_t> names = region;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (uint32_t& each : region) {
    auto name = std::lower_bound(names.begin(), names.end(), each);
    each = static_cast<uint32_t>(name - names.begin());
  }
  return region;
}

}  // namespace millrace
