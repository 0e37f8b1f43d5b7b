#include "runtime/task_builder.h"

#include <algorithm>

#include "runtime/restore_claims.h"
#include "state/snapshot_directory.h"
#include "types/time_zone.h"

namespace millrace {

TaskBuilder::TaskBuilder(JobExecution& job, const RestoredCheckpoint* restored)
    : job_(job), restored_(restored) {
  if (restored != nullptr) claims_ = claimsOf(restored->manifest, job.graph_);
}

Status TaskBuilder::build(std::optional<uint32_t> region) {
  zone_ = TRY(TimeZone::find(job_.graph_.timeZone));
  inputs_.resize(job_.graph_.nodes.size());
  for (uint32_t each = 0; each < job_.numRegions_; ++each) {
    if (!region || each == *region) TRY(buildRegion(each));
  }
  // Only now: opening takes over what earlier runs have left to commit.
  for (uint32_t planned = 0; planned < job_.plan_.tasks.size(); ++planned) {
    if (region && job_.regionOf_[planned] != *region) continue;
    for (auto& task : job_.tasks_[planned]) TRY(task->open(job_.restoredId_));
  }
  return {};
}

Status TaskBuilder::buildRegion(uint32_t region) {
  const JobGraph& graph = job_.graph_;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    if (job_.regionOf_[job_.plan_.taskOf[i]] != region || !graph.nodes[i].makeSource) continue;
    job_.sources_[i] = TRY(graph.nodes[i].makeSource());
  }
  for (uint32_t planned = 0; planned < job_.plan_.tasks.size(); ++planned) {
    if (job_.regionOf_[planned] == region) TRY(buildTask(planned));
  }
  return {};
}

Status TaskBuilder::buildTask(uint32_t planned) {
  const JobGraph& graph = job_.graph_;
  const TaskPlan& plan = job_.plan_.tasks[planned];
  auto& subtasks = job_.tasks_[planned];
  for (uint32_t subtask = 0; subtask < plan.parallelism; ++subtask) {
    TaskListener& listener = job_;
    subtasks.push_back(
        std::make_unique<Task>(taskOptions(subtask, plan.parallelism), job_.env_, listener));
    TRY(addNodes(planned, *subtasks.back()));
    chainNodes(planned, *subtasks.back());
  }
  const JobNode& head = graph.nodes[plan.nodes[0]];
  for (uint32_t input = 0; input < head.inputs.size(); ++input) connect(plan.nodes[0], input);
  if (!head.inputs.empty()) setInputs(planned);
  return {};
}

TaskOptions TaskBuilder::taskOptions(uint32_t subtask, uint32_t parallelism) const {
  TaskOptions options;
  options.jobId = job_.id_;
  options.subtask = {subtask, parallelism, job_.graph_.maxParallelism};
  options.execution = job_.graph_.options;
  options.execution.batchRows = std::max(1u, options.execution.batchRows);
  uint32_t levels = std::max(1u, job_.plan_.numExchangeLevels);
  options.latencyMillis = std::max<int64_t>(1, job_.options_.latencyMillis / levels);
  options.commitsAtEnd = job_.options_.checkpoints.intervalMillis <= 0;
  options.firstCheckpointId = job_.restoredId_ + 1;
  options.zone = zone_;
  return options;
}

const RestoredOperator* TaskBuilder::restoredOf(uint32_t node) const {
  if (restored_ == nullptr || claims_[node] == nullptr) return nullptr;
  return restored_->find(*claims_[node]);
}

Status TaskBuilder::addNodes(uint32_t planned, Task& task) {
  for (uint32_t index : job_.plan_.tasks[planned].nodes) {
    const JobNode& node = job_.graph_.nodes[index];
    const RestoredOperator* parts = restoredOf(index);
    auto state = std::make_unique<StateStore>(task.subtask(), parts);
    OperatorMetrics& metrics = *job_.metrics_[index].subtasks[task.subtask().index];
    if (node.makeSource) {
      auto reader = TRY(job_.sources_[index]->makeReader(task.subtask()));
      task.addSource(node, std::move(reader), std::move(state), metrics);
    } else {
      OperatorPtr op = TRY(node.makeOperator(task.subtask()));
      task.addOperator(node, std::move(op), std::move(state), metrics);
    }
  }
  return {};
}

size_t TaskBuilder::positionInTask(uint32_t node) const {
  const std::vector<uint32_t>& nodes = job_.plan_.tasks[job_.plan_.taskOf[node]].nodes;
  return static_cast<size_t>(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
}

void TaskBuilder::chainNodes(uint32_t planned, Task& task) {
  const std::vector<uint32_t>& nodes = job_.plan_.tasks[planned].nodes;
  for (size_t to = 1; to < nodes.size(); ++to) {
    const std::vector<JobEdge>& inputs = job_.graph_.nodes[nodes[to]].inputs;
    for (size_t input = 0; input < inputs.size(); ++input) {
      task.chain(positionInTask(inputs[input].from), to, static_cast<int>(input));
    }
  }
}

void TaskBuilder::connect(uint32_t consumer, uint32_t input) {
  const JobNode& node = job_.graph_.nodes[consumer];
  const JobEdge& edge = node.inputs[input];
  auto& producers = job_.tasks_[job_.plan_.taskOf[edge.from]];
  auto& consumers = job_.tasks_[job_.plan_.taskOf[consumer]];
  auto& channelsOfInput = inputs_[consumer].emplace_back(consumers.size());
  for (uint32_t p = 0; p < producers.size(); ++p) {
    std::vector<Channel*> channels;
    for (uint32_t c = 0; c < consumers.size(); ++c) {
      if (edge.partitioning == Partitioning::kForward && c != p) continue;
      auto& channelsOfRegion = job_.channels_[job_.regionOf_[job_.plan_.taskOf[consumer]]];
      channelsOfRegion.push_back(std::make_unique<Channel>(
          job_.options_.channelCapacity, job_.options_.checkpoints.alignsBarriers));
      Channel* channel = channelsOfRegion.back().get();
      channel->connect(*producers[p], *consumers[c]);
      channels.push_back(channel);
      channelsOfInput[c].push_back(channel);
    }
    ExchangeOptions options;
    options.partitioning = edge.partitioning;
    options.keys = edge.keys;
    options.producer = p;
    options.maxParallelism = job_.graph_.maxParallelism;
    options.batchRows = std::max(1u, job_.graph_.options.batchRows);
    producers[p]->addExchange(positionInTask(edge.from), std::move(options), std::move(channels));
  }
}

void TaskBuilder::setInputs(uint32_t planned) {
  uint32_t head = job_.plan_.tasks[planned].nodes[0];
  const JobNode& node = job_.graph_.nodes[head];
  auto& consumers = job_.tasks_[planned];
  for (uint32_t c = 0; c < consumers.size(); ++c) {
    std::vector<std::vector<Channel*>> channels;
    std::vector<Schema> schemas;
    for (uint32_t input = 0; input < node.inputs.size(); ++input) {
      channels.push_back(inputs_[head][input][c]);
      schemas.push_back(job_.graph_.nodes[node.inputs[input].from].output);
    }
    consumers[c]->setInputs(std::move(channels), std::move(schemas));
  }
}

}  // namespace millrace
