// Logs and metrics of applications into the companions of this process, without a request: logs
// with what the application's role may do, metrics as the service's own.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/access_control.h"
#include "companions/cloudwatch/service.h"
#include "companions/logs/service.h"
#include "control/observability/telemetry_sinks.h"
#include "env/env.h"
#include "server/role_sessions.h"

namespace millrace {

class CompanionLogSink final : public LogSink {
 public:
  // Without access control (--auth off) everyone may write. What it is given outlives it.
  CompanionLogSink(Env& env, logs::Service& logs, RoleSessions& roles, AccessControl* access)
      : env_(env), logs_(logs), roles_(roles), access_(access) {}

  Status put(const TelemetrySource& source, const std::string& streamArn,
             const std::vector<LogEvent>& events) override;

 private:
  Outcome<void> authorize(const TelemetrySource& source, const std::string& streamArn);

  Env& env_;
  logs::Service& logs_;
  RoleSessions& roles_;
  AccessControl* access_;
};

class CompanionMetricSink final : public MetricSink {
 public:
  CompanionMetricSink(cloudwatch::Service& cloudwatch, std::string account, std::string region)
      : cloudwatch_(cloudwatch), account_(std::move(account)), region_(std::move(region)) {}

  Status put(int64_t timeMillis, const std::vector<MetricValue>& values) override;

 private:
  cloudwatch::Service& cloudwatch_;
  std::string account_;
  std::string region_;
};

}  // namespace millrace
