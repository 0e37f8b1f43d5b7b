// Where the logs and metrics of applications are delivered to: the services of this process, or
// those at another endpoint. Called by one thread at a time, which may wait.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/observability/metric_values.h"

namespace millrace {

struct LogEvent {
  int64_t timeMillis = 0;
  std::string text;
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  // All of the events, in the order of time, or an error: then none, and it is tried again later.
  // With the permissions of the application's role. kNotFound: no such stream; kPermission.
  virtual Status put(const TelemetrySource& source, const std::string& streamArn,
                     const std::vector<LogEvent>& events) = 0;
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual Status put(int64_t timeMillis, const std::vector<MetricValue>& values) = 0;
};

}  // namespace millrace
