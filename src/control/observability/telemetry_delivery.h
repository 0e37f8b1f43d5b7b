// TelemetryDelivery: brings what applications say to their log streams, and their metrics to
// CloudWatch. What cannot be delivered never touches an application.
//
// Logs: events wait in a queue of their stream and go out in batches once a second. A stream that
// does not take them (it does not exist, the role may not write) is tried again every five seconds;
// meanwhile its queue keeps the newest 10,000 events or 8 MiB, and what had to be dropped is told
// in the stream itself once it takes events again. When the attempt of an application has ended,
// what its stream does not take is given up.
//
// Metrics: four times a minute, as AWS does; the rates are averages of the time between. Metrics
// that the sink does not take are lost.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "control/observability/application_telemetry.h"
#include "control/observability/telemetry_sinks.h"
#include "env/env.h"

namespace millrace {

struct TelemetryDeliveryOptions {
  int64_t metricsMillis = 15'000;
  int64_t logMillis = 1000;
  int64_t retryMillis = 5000;
  size_t maxEvents = 10'000;  // of a stream's queue
  size_t maxBytes = 8 << 20;
};

// Settings of the service: "metrics-interval", a duration. kUnknownOption, kInvalidOption.
Result<TelemetryDeliveryOptions> readTelemetryOptions(
    const std::map<std::string, std::string>& settings);

// Since the start of the process.
struct TelemetryCounts {
  uint64_t deliveredEvents = 0;
  uint64_t droppedEvents = 0;
  uint64_t publishedMetrics = 0;
  uint64_t lostMetrics = 0;
};

class TelemetryDelivery final : public ApplicationTelemetry {
 public:
  // What it is given outlives it; sinks may be null: there is no such service, and what would go
  // there is dropped. `log` is told of streams that take nothing, once for each reason.
  TelemetryDelivery(Env& env, Log& log, LogSink* logs, MetricSink* metrics,
                    TelemetryDeliveryOptions options = {});
  ~TelemetryDelivery() override;

  void log(const TelemetrySource& source, ApplicationLogRecord record) override;
  void metrics(const TelemetrySource& source, const ApplicationMetricsReport& report) override;
  void ended(const TelemetrySource& source) override;

  // Delivers by a thread of its own from now on.
  void begin();
  // Delivers what can be, and ends the thread. Later calls are ignored.
  void stop();

  // Does what is due. For tests; not while the thread runs.
  void step();
  TelemetryCounts counts() const;

 private:
  using StreamKey = std::pair<int64_t, std::string>;  // application and ARN
  struct Stream {
    TelemetrySource source;  // of the newest event
    std::deque<LogEvent> events;
    size_t bytes = 0;
    uint64_t dropped = 0;  // not told yet
    bool ended = false;
    int64_t dueMillis = 0;
    std::string trouble;  // that the service's log has been told of
  };
  struct Measured {
    TelemetrySource source;
    MetricsInterval interval;
  };
  struct Batch {
    StreamKey key;
    TelemetrySource source;
    std::vector<LogEvent> events;
  };

  void run();
  void deliverLogs(int64_t now);
  bool takeBatch(int64_t now, Batch& batch);
  void settle(Batch batch, Status delivered, int64_t now);
  void shrink(Stream& stream);
  void publishMetrics(int64_t now);

  Env& env_;
  Log& log_;
  LogSink* logSink_;
  MetricSink* metricSink_;
  const TelemetryDeliveryOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool stopped_ = false;
  std::map<StreamKey, Stream> streams_;
  std::map<int64_t, Measured> measured_;  // by application
  TelemetryCounts counts_;

  // Of the delivering thread.
  int64_t metricsDue_ = 0;
  std::string metricsTrouble_;
  std::thread thread_;
};

}  // namespace millrace
