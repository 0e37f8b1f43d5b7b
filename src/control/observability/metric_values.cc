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

// Of operators (for whom AWS has the times too) and tasks.
void addTimed(const OperatorMetricsReport& report, MetricWriter& writer) {
  writer.addFlow(report);
  writer.add("managedMemoryUsed", kBytesUnit, report.stateBytes);
  writer.add("busyTimeMsPerSecond", kMillisUnit, report.busyTimeMsPerSecond);
  writer.add("backPressuredTimeMsPerSecond", kMillisUnit, report.backPressuredTimeMsPerSecond);
  writer.add("idleTimeMsPerSecond", kMillisUnit, report.idleTimeMsPerSecond);
}

std::optional<int64_t> higher(std::optional<int64_t> one, std::optional<int64_t> other) {
  if (!one) return other;
  return other ? std::max(*one, *other) : one;
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
    found->numRecordsOut = op.numRecordsOut;
    found->numRecordsOutPerSecond = op.numRecordsOutPerSecond;
    found->currentOutputWatermark = op.currentOutputWatermark;
    found->numLateRecordsDropped += op.numLateRecordsDropped;
    found->stateBytes += op.stateBytes;
    found->millisBehindLatest = higher(found->millisBehindLatest, op.millisBehindLatest);
  }
  return tasks;
}

constexpr std::array kJobRates = {&ApplicationMetricsReport::cpuUtilization,
                                  &ApplicationMetricsReport::numRecordsInPerSecond,
                                  &ApplicationMetricsReport::numRecordsOutPerSecond};
constexpr std::array kOperatorRates = {&OperatorMetricsReport::numRecordsInPerSecond,
                                       &OperatorMetricsReport::numRecordsOutPerSecond,
                                       &OperatorMetricsReport::busyTimeMsPerSecond,
                                       &OperatorMetricsReport::backPressuredTimeMsPerSecond,
                                       &OperatorMetricsReport::idleTimeMsPerSecond};

}  // namespace

std::vector<MetricValue> metricValues(const TelemetrySource& source,
                                      const ApplicationMetricsReport& report) {
  std::vector<MetricValue> values;
  addApplication(source, report, values);
  bool operators = source.metricsLevel == "OPERATOR" || source.metricsLevel == "PARALLELISM";
  if (operators || source.metricsLevel == "TASK") {
    for (const OperatorMetricsReport& task : tasksOf(report.operators)) {
      MetricWriter writer({{"Application", source.applicationName}, {"Task", task.task}}, values);
      addTimed(task, writer);
    }
  }
  if (!operators) return values;
  for (const OperatorMetricsReport& op : report.operators) {
    MetricWriter writer(
        {{"Application", source.applicationName}, {"Task", op.task}, {"Operator", op.name}},
        values);
    addTimed(op, writer);
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
      for (auto rate : kOperatorRates) sum.operators[i].*rate += sum_.operators[i].*rate;
    }
  }
  sum_ = std::move(sum);
  ++numReports_;
}

ApplicationMetricsReport MetricsInterval::take() {
  for (auto rate : kJobRates) sum_.*rate /= numReports_;
  for (OperatorMetricsReport& op : sum_.operators) {
    for (auto rate : kOperatorRates) op.*rate /= numReports_;
  }
  numReports_ = 0;
  return std::move(sum_);
}

}  // namespace millrace
