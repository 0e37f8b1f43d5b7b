// LogTelemetry: the log of applications as part of the service's own, for services that deliver it
// nowhere else. What is merely informative is there at level debug.
#pragma once

#include "base/log.h"
#include "control/observability/application_telemetry.h"

namespace millrace {

class LogTelemetry final : public ApplicationTelemetry {
 public:
  // The log outlives it.
  explicit LogTelemetry(Log& log) : log_(log) {}

  void log(const TelemetrySource& source, ApplicationLogRecord record) override;
  void metrics(const TelemetrySource&, const ApplicationMetricsReport&) override {}
  void ended(const TelemetrySource&) override {}

 private:
  Log& log_;
};

}  // namespace millrace
