#include "worker/job_reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "control/observability/log_location.h"
#include "env/process.h"
#include "runtime/task_plan.h"

namespace millrace {

namespace {

constexpr const char* kJobLogger = "millrace.runtime.Job";
constexpr const char* kCheckpointLogger = "millrace.runtime.CheckpointCoordinator";
constexpr double kNanosPerSecond = 1e9;
constexpr double kMillisPerSecond = 1000;
constexpr size_t kMostExceptions = 16;

std::optional<int64_t> watermarkOf(int64_t millis) {
  // Before the first, and behind the last.
  if (millis == INT64_MIN || millis == INT64_MAX) return std::nullopt;
  return millis;
}

double ratePerSecond(uint64_t now, uint64_t before, double seconds) {
  return now > before ? static_cast<double>(now - before) / seconds : 0;
}

// The times of the average of these subtasks between two samples, `passed` nanoseconds apart.
void setTimes(std::span<const TaskSubtaskProgress> old, std::span<const TaskSubtaskProgress> now,
              double passed, FlowMetricsReport& report) {
  passed *= std::max<double>(1, static_cast<double>(now.size()));
  uint64_t busy = 0;
  uint64_t backpressured = 0;
  for (size_t i = 0; i < now.size() && i < old.size(); ++i) {
    // After a restart they begin again.
    if (now[i].busyNanos >= old[i].busyNanos) busy += now[i].busyNanos - old[i].busyNanos;
    if (now[i].backpressuredNanos >= old[i].backpressuredNanos) {
      backpressured += now[i].backpressuredNanos - old[i].backpressuredNanos;
    }
  }
  auto share = [&](uint64_t nanos) {
    return std::clamp(static_cast<double>(nanos) / passed, 0.0, 1.0) * kMillisPerSecond;
  };
  report.busyTimeMsPerSecond = share(busy);
  report.backPressuredTimeMsPerSecond = share(backpressured);
}

void addIdleTime(FlowMetricsReport& report) {
  report.idleTimeMsPerSecond = std::max(
      0.0, kMillisPerSecond - report.busyTimeMsPerSecond - report.backPressuredTimeMsPerSecond);
}

std::vector<std::string> taskNamesOf(const JobGraph& graph) {
  JobPlan plan = planTasks(graph);
  std::vector<std::string> names(graph.nodes.size());
  for (const TaskPlan& task : plan.tasks) {
    std::string name;
    for (uint32_t node : task.nodes) name += (name.empty() ? "" : " -> ") + graph.nodes[node].name;
    for (uint32_t node : task.nodes) names[node] = name;
  }
  return names;
}

}  // namespace

ApplicationLogRecord workerRecord(Env& env, LogLevel level, std::string logger, std::string message,
                                  std::vector<std::string> throwable, const LogOrigin& where) {
  ApplicationLogRecord record;
  record.locationInformation = logLocation(logger, where);
  record.timeMillis = env.clock().nowMillis();
  record.level = level;
  record.logger = std::move(logger);
  record.threadName = "main";
  record.message = std::move(message);
  record.throwableInformation = std::move(throwable);
  return record;
}

JobReporter::JobReporter(Env& env, const WorkerTask& task, JobView& view, uint64_t memoryLimitBytes,
                         std::function<void(ApplicationLogRecord)> emitRecord)
    : env_(env),
      task_(task),
      view_(view),
      memoryLimitBytes_(memoryLimitBytes),
      emit_(std::move(emitRecord)),
      before_(view.graph->nodes.size()),
      taskNames_(taskNamesOf(*view.graph)),
      taskOf_(planTasks(*view.graph).taskOf) {
  stateSinceMillis_ = env_.clock().nowMillis();
  view_.stateMillis = {{"INITIALIZING", stateSinceMillis_}, {state_, stateSinceMillis_}};
  metricsNanos_ = env_.clock().monotonicNanos();
  cpuMicros_ = ownUsage().cpuMicros;
}

void JobReporter::emit(LogLevel level, const char* logger, std::string message,
                       std::vector<std::string> throwable, const LogOrigin& where) {
  emit_(workerRecord(env_, level, logger, std::move(message), std::move(throwable), where));
}

void JobReporter::switchState(const std::string& to, std::vector<std::string> throwable) {
  LogLevel level = throwable.empty() ? LogLevel::kInfo : LogLevel::kWarning;
  emit(level, kJobLogger,
       fmt::format("Job {} ({}) switched from {} to {}.", view_.job->name(), view_.job->id(),
                   state_, to),
       std::move(throwable));
  state_ = to;
  stateSinceMillis_ = env_.clock().nowMillis();
  // As in Flink, a job that was stopped with a savepoint is one that has finished.
  view_.stateMillis[to == "STOPPED" ? "FINISHED" : to] = stateSinceMillis_;
}

void JobReporter::started() {
  JobPlan plan = planTasks(*view_.graph);
  for (const TaskPlan& task : plan.tasks) {
    const std::string& name = taskNames_[task.nodes[0]];
    for (uint32_t subtask = 0; subtask < task.parallelism; ++subtask) {
      emit(LogLevel::kInfo, kJobLogger,
           fmt::format("Deploying {} ({}/{}) to flink-taskmanager-{}-1", name, subtask + 1,
                       task.parallelism, task_.job.attempt));
    }
  }
  switchState("RUNNING");
}

void JobReporter::report() {
  for (std::string& message : view_.job->takeMessages()) {
    bool warning = message.starts_with("warning: ");
    if (warning) {
      message.erase(0, std::string_view("warning: ").size());
      lastFailure_ = message;
      view_.exceptions.insert(view_.exceptions.begin(), {env_.clock().nowMillis(), message});
      if (view_.exceptions.size() > kMostExceptions) view_.exceptions.pop_back();
    }
    emit(warning ? LogLevel::kWarning : LogLevel::kInfo, kJobLogger, message);
  }
  JobProgress progress = view_.job->progress();
  reportCheckpoints(progress.checkpoints);
  reportState(progress);
}

void JobReporter::reportCheckpoints(const CheckpointHistory& history) {
  // The newest comes first.
  for (auto each = history.latest.rbegin(); each != history.latest.rend(); ++each) {
    if (each->id <= lastCheckpoint_ || each->status == CheckpointStatus::kInProgress) continue;
    lastCheckpoint_ = each->id;
    const char* what = each->isSavepoint ? "savepoint" : "checkpoint";
    if (each->status == CheckpointStatus::kCompleted) {
      emit(LogLevel::kInfo, kCheckpointLogger,
           fmt::format("Completed {} {} for job {} ({} bytes, checkpointDuration={} ms).", what,
                       each->id, view_.job->id(), each->checkpointedBytes,
                       each->endToEndDurationMillis));
      describeTasks(*each);
    } else {
      emit(LogLevel::kWarning, kCheckpointLogger,
           fmt::format("Failed {} {} for job {}.", what, each->id, view_.job->id()),
           {each->failureMessage});
    }
  }
}

// For who looks for what takes long.
void JobReporter::describeTasks(const CheckpointStatistics& checkpoint) {
  for (const TaskCheckpointStatistics& task : checkpoint.tasks) {
    for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
      emit(LogLevel::kDebug, kCheckpointLogger,
           fmt::format("Checkpoint {} of {} ({}/{}): {} bytes, start delay {} ms, alignment {} us, "
                       "synchronous {} us, asynchronous {} us.",
                       checkpoint.id, task.name, subtask.index + 1, task.numSubtasks,
                       subtask.checkpointedBytes, subtask.startDelayMillis, subtask.alignmentMicros,
                       subtask.syncMicros, subtask.asyncMicros));
    }
  }
}

void JobReporter::reportState(const JobProgress& progress) {
  if (progress.status != JobStatus::kRunning) {
    std::string ended = jobStatusName(progress.status);
    if (ended == state_) return;
    std::vector<std::string> throwable;
    if (progress.status == JobStatus::kFailed) throwable.push_back(view_.job->error().describe());
    return switchState(ended, std::move(throwable));
  }
  if (progress.restarting && state_ == "RUNNING") return switchState("RESTARTING", {lastFailure_});
  if (!progress.restarting && state_ == "RESTARTING") return switchState("RUNNING");
}

OperatorMetricsReport JobReporter::operatorMetrics(size_t node, const OperatorProgress& progress,
                                                   double seconds) {
  const JobNode& planned = view_.graph->nodes[node];
  OperatorMetricsReport report;
  report.id = planned.id;
  report.name = planned.name;
  report.task = taskNames_[node];
  report.parallelism = static_cast<int32_t>(planned.parallelism);
  report.isSource = progress.isSource;
  report.isSink = progress.isSink;
  report.numRecordsIn = progress.recordsIn;
  report.numRecordsOut = progress.recordsOut;
  report.numBytesIn = progress.bytesIn;
  report.numBytesOut = progress.bytesOut;
  report.numRecordsInPerSecond =
      ratePerSecond(progress.recordsIn, before_[node].recordsIn, seconds);
  report.numRecordsOutPerSecond =
      ratePerSecond(progress.recordsOut, before_[node].recordsOut, seconds);
  before_[node].recordsIn = progress.recordsIn;
  before_[node].recordsOut = progress.recordsOut;
  report.numLateRecordsDropped = progress.lateRecordsDropped;
  report.stateBytes = progress.stateBytes;
  report.currentOutputWatermark = watermarkOf(progress.currentWatermark);
  addTimes(node, report);
  if (progress.millisBehindLatest >= 0) report.millisBehindLatest = progress.millisBehindLatest;
  addIdleTime(report);
  if (task_.subtaskMetrics) addSubtasks(node, progress, seconds, report);
  return report;
}

// Requires: view_.latest is of `progress`, view_.before of the report before.
void JobReporter::addSubtasks(size_t node, const OperatorProgress& progress, double seconds,
                              OperatorMetricsReport& report) {
  std::vector<OperatorSubtaskProgress>& before = before_[node].subtasks;
  before.resize(progress.subtasks.size());
  const std::vector<TaskProgress>& oldTasks = view_.before.progress.tasks;
  const std::vector<TaskProgress>& tasks = view_.latest.progress.tasks;
  for (size_t i = 0; i < progress.subtasks.size(); ++i) {
    const OperatorSubtaskProgress& now = progress.subtasks[i];
    FlowMetricsReport& subtask = report.subtasks.emplace_back();
    subtask.numRecordsIn = now.recordsIn;
    subtask.numRecordsOut = now.recordsOut;
    subtask.numRecordsInPerSecond = ratePerSecond(now.recordsIn, before[i].recordsIn, seconds);
    subtask.numRecordsOutPerSecond = ratePerSecond(now.recordsOut, before[i].recordsOut, seconds);
    subtask.numLateRecordsDropped = now.lateRecordsDropped;
    subtask.stateBytes = now.stateBytes;
    subtask.currentInputWatermark = inputWatermark(node, i, view_.latest.progress);
    subtask.currentOutputWatermark = watermarkOf(now.currentWatermark);
    if (!oldTasks.empty()) {
      auto passed = static_cast<double>(view_.latest.nanos - view_.before.nanos);
      std::span latest(tasks[taskOf_[node]].subtasks);
      std::span earlier(oldTasks[taskOf_[node]].subtasks);
      if (i < latest.size() && i < earlier.size()) {
        setTimes(earlier.subspan(i, 1), latest.subspan(i, 1), passed, subtask);
      }
    }
    addIdleTime(subtask);
  }
  before = progress.subtasks;
}

std::optional<int64_t> JobReporter::inputWatermark(size_t node, size_t subtask,
                                                   const JobProgress& progress) const {
  const JobNode& consumer = view_.graph->nodes[node];
  int64_t lowest = INT64_MAX;
  for (const JobEdge& edge : consumer.inputs) {
    const std::vector<OperatorSubtaskProgress>& producers = progress.operators[edge.from].subtasks;
    bool local = isLocal(*view_.graph, consumer, edge);
    for (size_t i = 0; i < producers.size(); ++i) {
      if (!local || i == subtask) lowest = std::min(lowest, producers[i].currentWatermark);
    }
  }
  return watermarkOf(lowest);
}

// Of the task that the operator runs in, between the last two samples.
void JobReporter::addTimes(size_t node, OperatorMetricsReport& report) const {
  if (view_.before.progress.tasks.empty()) return;
  uint32_t task = taskOf_[node];
  setTimes(view_.before.progress.tasks[task].subtasks, view_.latest.progress.tasks[task].subtasks,
           static_cast<double>(view_.latest.nanos - view_.before.nanos), report);
}

void JobReporter::addJobMetrics(const JobProgress& progress,
                                ApplicationMetricsReport& report) const {
  for (size_t i = 0; i < report.operators.size(); ++i) {
    OperatorMetricsReport& op = report.operators[i];
    for (const JobEdge& edge : view_.graph->nodes[i].inputs) {
      const std::optional<int64_t>& input = report.operators[edge.from].currentOutputWatermark;
      if (!input) continue;
      op.currentInputWatermark = std::min(op.currentInputWatermark.value_or(*input), *input);
    }
    report.managedMemoryBytes += op.stateBytes;
    report.numLateRecordsDropped += op.numLateRecordsDropped;
    if (op.isSource) {
      report.numRecordsIn += op.numRecordsOut;
      report.numRecordsInPerSecond += op.numRecordsOutPerSecond;
      if (const auto& behind = op.millisBehindLatest) {
        report.millisBehindLatest = std::max(report.millisBehindLatest.value_or(0), *behind);
      }
      if (const auto& mark = op.currentOutputWatermark) {
        report.currentInputWatermark =
            std::min(report.currentInputWatermark.value_or(*mark), *mark);
      }
    }
    if (op.isSink) {
      report.numRecordsOut += op.numRecordsIn;
      report.numRecordsOutPerSecond += op.numRecordsInPerSecond;
      if (const auto& mark = op.currentInputWatermark) {
        report.currentOutputWatermark =
            std::min(report.currentOutputWatermark.value_or(*mark), *mark);
      }
    }
  }
  const CheckpointHistory& history = progress.checkpoints;
  report.numberOfCompletedCheckpoints = history.counts.completed;
  report.numberOfFailedCheckpoints = history.counts.failed;
  if (history.latestCompleted) {
    report.lastCheckpointDurationMillis = history.latestCompleted->endToEndDurationMillis;
    report.lastCheckpointSizeBytes = history.latestCompleted->checkpointedBytes;
  }
}

ApplicationMetricsReport JobReporter::metrics() {
  JobProgress progress = view_.job->progress();
  ProcessUsage usage = ownUsage();
  int64_t nanos = env_.clock().monotonicNanos();
  view_.before = std::move(view_.latest);
  view_.latest = {nanos, progress};
  double seconds =
      std::max<double>(1e-3, static_cast<double>(nanos - metricsNanos_) / kNanosPerSecond);
  ApplicationMetricsReport report;
  report.timeMillis = env_.clock().nowMillis();
  int64_t inState = report.timeMillis - stateSinceMillis_;
  bool ended = progress.status != JobStatus::kRunning;
  report.uptimeMillis = ended ? -1 : progress.restarting ? 0 : inState;
  report.downtimeMillis = ended ? -1 : progress.restarting ? inState : 0;
  report.fullRestarts = view_.priorRestarts + progress.numRestarts;
  report.kpus = task_.kpus;
  report.cpuUtilization = static_cast<double>(usage.cpuMicros - cpuMicros_) / 1e6 / seconds * 100 /
                          std::max(1, task_.kpus);
  report.memoryBytes = usage.residentBytes;
  report.memoryLimitBytes = memoryLimitBytes_;
  report.managedMemoryLimitBytes = view_.options.stateMemoryBudget;
  report.threadCount = usage.numThreads;
  for (size_t i = 0; i < progress.operators.size(); ++i) {
    report.operators.push_back(operatorMetrics(i, progress.operators[i], seconds));
  }
  addJobMetrics(progress, report);
  metricsNanos_ = nanos;
  cpuMicros_ = usage.cpuMicros;
  return report;
}

}  // namespace millrace
