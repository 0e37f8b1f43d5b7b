#include "control/observability/metric_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>

namespace millrace {

namespace {

constexpr const char* kMillisUnit = "Milliseconds";
constexpr const char* kCountUnit = "Count";
constexpr const char* kRateUnit = "Count/Second";
constexpr const char* kPercentUnit = "Percent";
constexpr const char* kBytesUnit = "Bytes";

using Dimensions = std::vector<std::pair<std::string, std::string>>;

// Adds metrics of one set of dimensions.
class MetricWriter {
 public:
  MetricWriter(Dimensions dimensions, std::vector<MetricValue>& values)
      : dimensions_(std::move(dimensions)), values_(values) {}

  void add(const char* name, const char* unit, double value) {
    if (!std::isfinite(value)) return;
    values_.push_back({name, unit, value, dimensions_});
  }
  template <typename Number>
  requires std::integral<Number>
  void add(const char* name, const char* unit, Number value) {
    add(name, unit, static_cast<double>(value));
  }
  template <typename Number>
  void add(const char* name, const char* unit, const std::optional<Number>& value) {
    if (value) add(name, unit, static_cast<double>(*value));
  }

  // Of operators, tasks and the application alike.
  template <typename Report>
  void addFlow(const Report& report) {
    add("numRecordsIn", kCountUnit, report.numRecordsIn);
    add("numRecordsOut", kCountUnit, report.numRecordsOut);
    add("numRecordsInPerSecond", kRateUnit, report.numRecordsInPerSecond);
    add("numRecordsOutPerSecond", kRateUnit, report.numRecordsOutPerSecond);
    add("numLateRecordsDropped", kCountUnit, report.numLateRecordsDropped);
    add("currentInputWatermark", kMillisUnit, report.currentInputWatermark);
    add("currentOutputWatermark", kMillisUnit, report.currentOutputWatermark);
    add("millisBehindLatest", kMillisUnit, report.millisBehindLatest);
  }

 private:
  Dimensions dimensions_;
  std::vector<MetricValue>& values_;
};

void addApplication(const TelemetrySource& source, const ApplicationMetricsReport& report,
                    std::vector<MetricValue>& values) {
  MetricWriter writer({{"Application", source.applicationName}}, values);
  writer.add("uptime", kMillisUnit, report.uptimeMillis);
  writer.add("downtime", kMillisUnit, report.downtimeMillis);
  writer.add("fullRestarts", kCountUnit, report.fullRestarts);
  writer.add("numberOfFailedCheckpoints", kCountUnit, report.numberOfFailedCheckpoints);
  writer.add("lastCheckpointDuration", kMillisUnit, report.lastCheckpointDurationMillis);
  writer.add("lastCheckpointSize", kBytesUnit, report.lastCheckpointSizeBytes);
  writer.addFlow(report);
  writer.add("KPUs", kCountUnit, report.kpus);
  writer.add("threadCount", kCountUnit, report.threadCount);
  // A worker is one process: it is what AWS's containers and their JVMs are.
  writer.add("cpuUtilization", kPercentUnit, report.cpuUtilization);
  writer.add("containerCPUUtilization", kPercentUnit, report.cpuUtilization);
  writer.add("heapMemoryUtilization", kPercentUnit, report.memoryUtilization());
  writer.add("containerMemoryUtilization", kPercentUnit, report.memoryUtilization());
  writer.add("managedMemoryUsed", kBytesUnit, report.managedMemoryBytes);
  if (report.managedMemoryLimitBytes == 0) return;
  constexpr double kPercent = 100;
  writer.add("managedMemoryTotal", kBytesUnit, report.managedMemoryLimitBytes);
  writer.add("managedMemoryUtilization", kPercentUnit,
             kPercent * static_cast<double>(report.managedMemoryBytes) /
                 static_cast<double>(report.managedMemoryLimitBytes));
}

void addTimes(const FlowMetricsReport& report, MetricWriter& writer) {
  writer.add("busyTimeMsPerSecond", kMillisUnit, report.busyTimeMsPerSecond);
  writer.add("backPressuredTimeMsPerSecond", kMillisUnit, report.backPressuredTimeMsPerSecond);
  writer.add("idleTimeMsPerSecond", kMillisUnit, report.idleTimeMsPerSecond);
}

// Of tasks, operators and their threads; for each thread, too, where it is reported.
void addTimed(const OperatorMetricsReport& report, const Dimensions& dimensions,
              std::vector<MetricValue>& values) {
  auto add = [&](const FlowMetricsReport& each, Dimensions of) {
    MetricWriter writer(std::move(of), values);
    writer.addFlow(each);
    writer.add("managedMemoryUsed", kBytesUnit, each.stateBytes);
    addTimes(each, writer);
  };
  add(report, dimensions);
  for (size_t i = 0; i < report.subtasks.size(); ++i) {
    Dimensions thread = dimensions;
    thread.emplace_back("Parallelism", std::to_string(i));
    add(report.subtasks[i], std::move(thread));
  }
}

std::optional<int64_t> higher(std::optional<int64_t> one, std::optional<int64_t> other) {
  if (!one) return other;
  return other ? std::max(*one, *other) : one;
}

void addToTask(const FlowMetricsReport& op, FlowMetricsReport& task) {
  task.numRecordsOut = op.numRecordsOut;
  task.numRecordsOutPerSecond = op.numRecordsOutPerSecond;
  task.currentOutputWatermark = op.currentOutputWatermark;
  task.numLateRecordsDropped += op.numLateRecordsDropped;
  task.stateBytes += op.stateBytes;
  task.millisBehindLatest = higher(task.millisBehindLatest, op.millisBehindLatest);
}

// Chains: what comes in is that of their first operator, what goes out that of the last. Operators
// of a chain come in its order.
std::vector<OperatorMetricsReport> tasksOf(const std::vector<OperatorMetricsReport>& operators) {
  std::vector<OperatorMetricsReport> tasks;
  for (const OperatorMetricsReport& op : operators) {
    auto found = std::find_if(tasks.begin(), tasks.end(), [&](const OperatorMetricsReport& task) {
      return task.task == op.task;
    });
    if (found == tasks.end()) {
      tasks.push_back(op);
      continue;
    }
    addToTask(op, *found);
    for (size_t i = 0; i < found->subtasks.size() && i < op.subtasks.size(); ++i) {
      addToTask(op.subtasks[i], found->subtasks[i]);
    }
  }
  return tasks;
}

constexpr std::array kJobRates = {&ApplicationMetricsReport::cpuUtilization,
                                  &ApplicationMetricsReport::numRecordsInPerSecond,
                                  &ApplicationMetricsReport::numRecordsOutPerSecond};
constexpr std::array kFlowRates = {
    &FlowMetricsReport::numRecordsInPerSecond, &FlowMetricsReport::numRecordsOutPerSecond,
    &FlowMetricsReport::busyTimeMsPerSecond, &FlowMetricsReport::backPressuredTimeMsPerSecond,
    &FlowMetricsReport::idleTimeMsPerSecond};

// Calls change(rate, rate of the other) for every rate of an operator and of its subtasks.
template <typename Change>
void forRates(OperatorMetricsReport& one, const OperatorMetricsReport& other,
              const Change& change) {
  for (auto rate : kFlowRates) change(one.*rate, other.*rate);
  for (size_t i = 0; i < one.subtasks.size() && i < other.subtasks.size(); ++i) {
    for (auto rate : kFlowRates) change(one.subtasks[i].*rate, other.subtasks[i].*rate);
  }
}

}  // namespace

std::vector<MetricValue> metricValues(const TelemetrySource& source,
                                      const ApplicationMetricsReport& report) {
  std::vector<MetricValue> values;
  addApplication(source, report, values);
  bool operators = source.metricsLevel == "OPERATOR" || source.metricsLevel == "PARALLELISM";
  for (const OperatorMetricsReport& task : tasksOf(report.operators)) {
    // The application's busiest task is the maximum of them.
    MetricWriter ofAll({{"Application", source.applicationName}}, values);
    addTimes(task, ofAll);
    if (!operators && source.metricsLevel != "TASK") continue;
    addTimed(task, {{"Application", source.applicationName}, {"Task", task.task}}, values);
  }
  if (!operators) return values;
  for (const OperatorMetricsReport& op : report.operators) {
    addTimed(op,
             {{"Application", source.applicationName}, {"Task", op.task}, {"Operator", op.name}},
             values);
  }
  return values;
}

void MetricsInterval::add(const ApplicationMetricsReport& report) {
  ApplicationMetricsReport sum = report;
  // After an update the operators may be others: that begins anew.
  if (sum.operators.size() != sum_.operators.size()) numReports_ = 0;
  if (numReports_ > 0) {
    for (auto rate : kJobRates) sum.*rate += sum_.*rate;
    for (size_t i = 0; i < sum.operators.size(); ++i) {
      forRates(sum.operators[i], sum_.operators[i],
               [](double& rate, double before) { rate += before; });
    }
  }
  sum_ = std::move(sum);
  ++numReports_;
}

ApplicationMetricsReport MetricsInterval::take() {
  for (auto rate : kJobRates) sum_.*rate /= numReports_;
  for (OperatorMetricsReport& op : sum_.operators) {
    forRates(op, op, [&](double& rate, double) { rate /= numReports_; });
  }
  numReports_ = 0;
  return std::move(sum_);
}

}  // namespace millrace
