// LogTelemetry: the log of applications as part of the service's own, whether or not it is
// delivered elsewhere too. What is merely informative is there at level debug.
#pragma once

#include "base/log.h"
#include "control/observability/application_telemetry.h"

namespace millrace {

class LogTelemetry final : public ApplicationTelemetry {
 public:
  // The log outlives it.
  explicit LogTelemetry(Log& log) : log_(log) {}
  // Who gets everything behind it. Before the first record; outlives the last.
  void addNext(ApplicationTelemetry& next) { next_ = &next; }

  void log(const TelemetrySource& source, ApplicationLogRecord record) override;
  void metrics(const TelemetrySource& source, const ApplicationMetricsReport& report) override {
    if (next_ != nullptr) next_->metrics(source, report);
  }
  void ended(const TelemetrySource& source) override {
    if (next_ != nullptr) next_->ended(source);
  }

 private:
  void writeOwn(const TelemetrySource& source, const ApplicationLogRecord& record);

  Log& log_;
  ApplicationTelemetry* next_ = nullptr;
};

}  // namespace millrace
