// What CloudWatch gets to know of an application: metrics under the names, units and dimensions of
// AWS's service, at the levels that its MonitoringConfiguration asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/observability/application_telemetry.h"

namespace millrace {

inline constexpr const char* kMetricNamespace = "AWS/KinesisAnalytics";

struct MetricValue {
  std::string name;
  std::string unit;  // of CloudWatch: "Count", "Milliseconds", "Percent", ...
  double value = 0;
  // In their order: Application, Task, Operator, Parallelism (the number of the subtask).
  std::vector<std::pair<std::string, std::string>> dimensions;
};

// A level includes those above it: APPLICATION, TASK, OPERATOR, PARALLELISM. What is not known yet
// is left out, and so are the metrics of a JVM's garbage collection.
std::vector<MetricValue> metricValues(const TelemetrySource& source,
                                      const ApplicationMetricsReport& report);

// The reports of an interval as one: the newest counters, the average of everything that is a rate
// or a share.
class MetricsInterval {
 public:
  void add(const ApplicationMetricsReport& report);
  bool empty() const { return numReports_ == 0; }
  // Begins the next interval. Requires: !empty().
  ApplicationMetricsReport take();

 private:
  ApplicationMetricsReport sum_;  // rates are sums, everything else is of the newest report
  int numReports_ = 0;
};

}  // namespace millrace
