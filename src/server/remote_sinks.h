// Logs and metrics of applications into services elsewhere: logs with the credentials of the
// application's role, metrics with the service's own.
#pragma once

#include <string>
#include <vector>

#include "aws/client/service_client.h"
#include "control/observability/telemetry_sinks.h"
#include "server/service_calls.h"

namespace millrace {

class RemoteLogSink final : public LogSink {
 public:
  // calls: outlives it.
  explicit RemoteLogSink(ServiceCalls& calls) : calls_(calls) {}

  Status put(const TelemetrySource& source, const std::string& streamArn,
             const std::vector<LogEvent>& events) override;

 private:
  ServiceCalls& calls_;
};

class RemoteMetricSink final : public MetricSink {
 public:
  RemoteMetricSink(ClientContext context, ClientOptions options);

  // Namespaces that begin with "AWS/" are AWS's own and cannot be written from outside: without it.
  Status put(int64_t timeMillis, const std::vector<MetricValue>& values) override;

 private:
  ServiceClient client_;
};

}  // namespace millrace
