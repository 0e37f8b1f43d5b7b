#include "server/service_metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace millrace {

namespace {

void header(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            double value) {
  header(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

void addTelemetry(std::string& out, const TelemetryCounts& counts) {
  auto counter = [&](std::string_view name, std::string_view help, uint64_t value) {
    single(out, name, "counter", help, static_cast<double>(value));
  };
  counter("millrace_log_events_delivered_total", "Events delivered to applications' log streams.",
          counts.deliveredEvents);
  counter("millrace_log_events_dropped_total", "Events that no log stream took in time.",
          counts.droppedEvents);
  counter("millrace_application_metrics_published_total", "Metric values of applications.",
          counts.publishedMetrics);
  counter("millrace_application_metrics_lost_total", "Metric values that could not be published.",
          counts.lostMetrics);
}

}  // namespace

void ServiceMetrics::add(const CallRecord& call) {
  constexpr double kMicrosPerSecond = 1e6;
  double seconds = static_cast<double>(call.micros) / kMicrosPerSecond;
  std::lock_guard lock(mutex_);
  ++calls_[{call.service, call.operation, call.status}];
  Durations& durations = durations_[call.service];
  for (size_t i = 0; i < kBounds.size(); ++i) durations.counts[i] += seconds <= kBounds[i];
  ++durations.count;
  durations.seconds += seconds;
}

std::string ServiceMetrics::text(const HttpServerStatistics& server,
                                 const TelemetryCounts& telemetry, double upSeconds) const {
  std::string out;
  single(out, "millrace_uptime_seconds", "gauge", "Seconds since the service started.", upSeconds);
  single(out, "millrace_http_connections", "gauge", "Open connections.",
         static_cast<double>(server.connections));
  single(out, "millrace_http_connections_total", "counter", "Connections accepted.",
         static_cast<double>(server.accepted));
  single(out, "millrace_http_requests_total", "counter", "Requests of any kind.",
         static_cast<double>(server.requests));
  single(out, "millrace_worker_threads", "gauge", "Threads that handle requests.",
         static_cast<double>(server.workerThreads));
  addTelemetry(out, telemetry);
  std::lock_guard lock(mutex_);
  header(out, "millrace_api_calls_total", "counter", "Calls by operation and HTTP status.");
  for (const auto& [key, count] : calls_) {
    const auto& [service, operation, status] = key;
    fmt::format_to(std::back_inserter(out),
                   "millrace_api_calls_total{{service=\"{}\",operation=\"{}\",status=\"{}\"}} {}\n",
                   service, operation, status, count);
  }
  header(out, "millrace_api_call_seconds", "histogram", "Duration of calls by service.");
  for (const auto& [service, durations] : durations_) {
    auto bucket = [&, &service = service](std::string_view bound, int64_t count) {
      fmt::format_to(std::back_inserter(out),
                     "millrace_api_call_seconds_bucket{{service=\"{}\",le=\"{}\"}} {}\n", service,
                     bound, count);
    };
    for (size_t i = 0; i < kBounds.size(); ++i) {
      bucket(fmt::format("{}", kBounds[i]), durations.counts[i]);
    }
    bucket("+Inf", durations.count);
    fmt::format_to(std::back_inserter(out),
                   "millrace_api_call_seconds_sum{{service=\"{0}\"}} {1}\n"
                   "millrace_api_call_seconds_count{{service=\"{0}\"}} {2}\n",
                   service, durations.seconds, durations.count);
  }
  return out;
}

}  // namespace millrace
