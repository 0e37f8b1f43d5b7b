// What the service counts about itself, as Prometheus reads it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "aws/server/dispatcher.h"
#include "control/observability/telemetry_delivery.h"
#include "server/http_server.h"

namespace millrace {

// Thread-safe.
class ServiceMetrics {
 public:
  void add(const CallRecord& call);
  // The text format, version 0.0.4.
  std::string text(const HttpServerStatistics& server, const TelemetryCounts& telemetry,
                   double upSeconds) const;

 private:
  // Upper bounds of a call's duration, in seconds.
  static constexpr std::array<double, 8> kBounds = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};
  struct Durations {
    std::array<int64_t, kBounds.size()> counts{};
    int64_t count = 0;
    double seconds = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, int64_t> calls_;  // by operation and status
  std::map<std::string, Durations> durations_;                          // by service
};

}  // namespace millrace
