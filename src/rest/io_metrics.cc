#include "rest/io_metrics.h"

#include <algorithm>

namespace millrace {

namespace {

constexpr uint64_t kNanosPerMilli = 1'000'000;

bool leavesTask(const RestQuestion& question, uint32_t node) {
  const JobPlan& plan = question.plan();
  const JobGraph& graph = question.graph();
  for (uint32_t to = node + 1; to < graph.nodes.size(); ++to) {
    for (const JobEdge& edge : graph.nodes[to].inputs) {
      if (edge.from == node && plan.taskOf[to] != plan.taskOf[node]) return true;
    }
  }
  return false;
}

}  // namespace

SubtaskIo subtaskIo(const RestQuestion& question, const JobProgress& progress, uint32_t task,
                    uint32_t subtask) {
  SubtaskIo io;
  const std::vector<uint32_t>& nodes = question.plan().tasks[task].nodes;
  for (uint32_t node : nodes) {
    const OperatorSubtaskProgress& counters = progress.operators[node].subtasks[subtask];
    io.readBytes += counters.bytesIn;
    io.writeBytes += counters.bytesOut;
    if (leavesTask(question, node)) io.writeRecords += counters.recordsOut;
  }
  const OperatorProgress& head = progress.operators[nodes[0]];
  if (!head.isSource) io.readRecords = head.subtasks[subtask].recordsIn;
  const TaskSubtaskProgress& times = progress.tasks[task].subtasks[subtask];
  io.backpressuredMillis = times.backpressuredNanos / kNanosPerMilli;
  io.idleMillis = times.idleNanos / kNanosPerMilli;
  io.busyMillis = times.busyNanos / kNanosPerMilli;
  return io;
}

SubtaskIo subtaskIo(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  return subtaskIo(question, question.progress(), task, subtask);
}

SubtaskIo taskIo(const RestQuestion& question, uint32_t task) {
  SubtaskIo sum;
  for (uint32_t i = 0; i < question.plan().tasks[task].parallelism; ++i) {
    SubtaskIo io = subtaskIo(question, task, i);
    sum.readBytes += io.readBytes;
    sum.writeBytes += io.writeBytes;
    sum.readRecords += io.readRecords;
    sum.writeRecords += io.writeRecords;
    sum.backpressuredMillis += io.backpressuredMillis;
    sum.idleMillis += io.idleMillis;
    sum.busyMillis += io.busyMillis;
  }
  return sum;
}

RestJson ioMetricsJson(const SubtaskIo& io) {
  return {{"read-bytes", io.readBytes},
          {"read-bytes-complete", true},
          {"write-bytes", io.writeBytes},
          {"write-bytes-complete", true},
          {"read-records", io.readRecords},
          {"read-records-complete", true},
          {"write-records", io.writeRecords},
          {"write-records-complete", true},
          {"accumulated-backpressured-time", io.backpressuredMillis},
          {"accumulated-idle-time", io.idleMillis},
          {"accumulated-busy-time", static_cast<double>(io.busyMillis)}};
}

TimeShares timeShares(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  const JobSample& before = question.view().before;
  const JobSample& latest = question.view().latest;
  if (before.progress.tasks.empty() || latest.nanos <= before.nanos) return {};
  const TaskSubtaskProgress& old = before.progress.tasks[task].subtasks[subtask];
  const TaskSubtaskProgress& now = latest.progress.tasks[task].subtasks[subtask];
  auto passed = static_cast<double>(latest.nanos - before.nanos);
  auto share = [&](uint64_t from, uint64_t to) {
    // After a restart they begin again.
    return to < from ? 0.0 : std::min(1.0, static_cast<double>(to - from) / passed);
  };
  TimeShares shares;
  shares.busy = share(old.busyNanos, now.busyNanos);
  shares.backpressured = share(old.backpressuredNanos, now.backpressuredNanos);
  shares.idle = std::max(0.0, 1.0 - shares.busy - shares.backpressured);
  return shares;
}

int64_t outputWatermark(const RestQuestion& question, uint32_t node, uint32_t subtask) {
  return question.progress().operators[node].subtasks[subtask].currentWatermark;
}

int64_t inputWatermark(const RestQuestion& question, uint32_t node, uint32_t subtask) {
  const JobNode& consumer = question.graph().nodes[node];
  int64_t lowest = INT64_MAX;
  for (const JobEdge& edge : consumer.inputs) {
    const auto& producers = question.progress().operators[edge.from].subtasks;
    if (isLocal(question.graph(), consumer, edge) && subtask < producers.size()) {
      lowest = std::min(lowest, producers[subtask].currentWatermark);
      continue;
    }
    for (const OperatorSubtaskProgress& each : producers) {
      lowest = std::min(lowest, each.currentWatermark);
    }
  }
  return consumer.inputs.empty() ? INT64_MIN : lowest;
}

}  // namespace millrace
