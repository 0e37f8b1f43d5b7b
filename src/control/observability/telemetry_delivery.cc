#include "control/observability/telemetry_delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>

#include "control/observability/log_event.h"
#include "runtime/option.h"

namespace millrace {

namespace {

// PutLogEvents takes a MiB and 10,000 events of at most 24 hours.
constexpr size_t kMaxBatchBytes = 1'000'000;
constexpr size_t kMaxBatchEvents = 10'000;
constexpr int64_t kMaxBatchMillis = 86'000'000;
constexpr size_t kEventBytes = 26;  // what AWS counts beside the text

LogEvent droppedEvent(const TelemetrySource& source, uint64_t dropped, int64_t now) {
  ApplicationLogRecord record;
  record.timeMillis = now;
  record.level = LogLevel::kWarning;
  record.logger = "millrace.control.TelemetryDelivery";
  record.threadName = "telemetry";
  record.message = fmt::format(
      "{} log events of the application were dropped: its log stream did not take them.", dropped);
  return {now, logEventText(source, record)};
}

}  // namespace

Result<TelemetryDeliveryOptions> readTelemetryOptions(
    const std::map<std::string, std::string>& settings) {
  constexpr int64_t kShortestMillis = 100;
  TelemetryDeliveryOptions options;
  for (const auto& [name, value] : settings) {
    if (name != "metrics-interval") {
      return Error(ErrorKind::kUnknownOption, fmt::format("'applications.{}'", name))
          .withHint("Known is: applications.metrics-interval.");
    }
    Result<int64_t> millis = parseDurationMillis(value);
    if (!millis.ok() || millis.value() < kShortestMillis) {
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("'applications.metrics-interval' is '{}'", value))
          .withHint("It is a duration of at least 100 ms, such as '15 s'.");
    }
    options.metricsMillis = millis.value();
  }
  return options;
}

TelemetryDelivery::TelemetryDelivery(Env& env, Log& log, LogSink* logs, MetricSink* metrics,
                                     TelemetryDeliveryOptions options)
    : env_(env),
      log_(log),
      logSink_(logs),
      metricSink_(metrics),
      options_(options),
      metricsDue_(env.clock().nowMillis() + options.metricsMillis) {}

TelemetryDelivery::~TelemetryDelivery() { stop(); }

void TelemetryDelivery::log(const TelemetrySource& source, ApplicationLogRecord record) {
  if (logSink_ == nullptr || source.logStreamArns.empty()) return;
  if (!passesLogLevel(record.level, source.logLevel)) return;
  std::string text = logEventText(source, record);
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  for (const std::string& arn : source.logStreamArns) {
    Stream& stream = streams_[{source.application, arn}];
    stream.source = source;
    stream.ended = false;
    stream.bytes += text.size() + kEventBytes;
    stream.events.push_back({record.timeMillis, text});
    shrink(stream);
  }
}

void TelemetryDelivery::shrink(Stream& stream) {
  while (stream.events.size() > options_.maxEvents || stream.bytes > options_.maxBytes) {
    stream.bytes -= stream.events.front().text.size() + kEventBytes;
    stream.events.pop_front();
    ++stream.dropped;
    ++counts_.droppedEvents;
  }
}

void TelemetryDelivery::metrics(const TelemetrySource& source,
                                const ApplicationMetricsReport& report) {
  if (metricSink_ == nullptr) return;
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  Measured& measured = measured_[source.application];
  measured.source = source;
  measured.interval.add(report);
}

void TelemetryDelivery::ended(const TelemetrySource& source) {
  std::lock_guard lock(mutex_);
  for (auto& [key, stream] : streams_) {
    if (key.first != source.application) continue;
    stream.ended = true;
    stream.dueMillis = 0;
  }
}

void TelemetryDelivery::begin() {
  thread_ = std::thread([this] { run(); });
}

void TelemetryDelivery::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

void TelemetryDelivery::run() {
  int64_t pause = std::min(options_.logMillis, options_.metricsMillis);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(pause), [&] { return stopping_; });
    if (stopping_) {
      // The last chance.
      for (auto& [key, stream] : streams_) stream.dueMillis = 0;
      metricsDue_ = 0;
    }
    lock.unlock();
    step();
    lock.lock();
  }
}

void TelemetryDelivery::step() {
  int64_t now = env_.clock().nowMillis();
  deliverLogs(now);
  if (now < metricsDue_) return;
  metricsDue_ = std::max(metricsDue_ + options_.metricsMillis, now);
  publishMetrics(now);
}

void TelemetryDelivery::deliverLogs(int64_t now) {
  Batch batch;
  while (takeBatch(now, batch)) {
    Status delivered = logSink_->put(batch.source, batch.key.second, batch.events);
    settle(std::move(batch), std::move(delivered), now);
    batch = Batch();
  }
}

// The events of a stream that has some and is due; false when there is none.
bool TelemetryDelivery::takeBatch(int64_t now, Batch& batch) {
  std::lock_guard lock(mutex_);
  for (auto it = streams_.begin(); it != streams_.end();) {
    Stream& stream = it->second;
    if (stream.events.empty() && stream.ended) {
      it = streams_.erase(it);
      continue;
    }
    if (stream.events.empty() || stream.dueMillis > now) {
      ++it;
      continue;
    }
    batch.key = it->first;
    batch.source = stream.source;
    size_t bytes = 0;
    int64_t first = stream.events.front().timeMillis;
    while (!stream.events.empty() && batch.events.size() < kMaxBatchEvents) {
      LogEvent& event = stream.events.front();
      size_t size = event.text.size() + kEventBytes;
      if (!batch.events.empty() && bytes + size > kMaxBatchBytes) break;
      if (std::abs(event.timeMillis - first) > kMaxBatchMillis) break;
      bytes += size;
      stream.bytes -= size;
      batch.events.push_back(std::move(event));
      stream.events.pop_front();
    }
    // Worker and supervisor write at the same time.
    std::stable_sort(batch.events.begin(), batch.events.end(),
                     [](const LogEvent& one, const LogEvent& other) {
                       return one.timeMillis < other.timeMillis;
                     });
    return true;
  }
  return false;
}

// Notes what became of a batch; one that was not taken goes back to the front of its queue.
void TelemetryDelivery::settle(Batch batch, Status delivered, int64_t now) {
  std::unique_lock lock(mutex_);
  Stream& stream = streams_[batch.key];
  if (delivered.ok()) {
    counts_.deliveredEvents += batch.events.size();
    stream.trouble.clear();
    if (stream.dropped == 0) return;
    LogEvent told = droppedEvent(batch.source, std::exchange(stream.dropped, 0), now);
    stream.bytes += told.text.size() + kEventBytes;
    stream.events.push_back(std::move(told));
    return;
  }
  stream.dueMillis = now + options_.retryMillis;
  if (stream.ended || stopping_) {
    counts_.droppedEvents += batch.events.size() + stream.events.size();
    stream.events.clear();
    stream.bytes = 0;
  } else {
    for (const LogEvent& event : batch.events) stream.bytes += event.text.size() + kEventBytes;
    stream.events.insert(stream.events.begin(), std::make_move_iterator(batch.events.begin()),
                         std::make_move_iterator(batch.events.end()));
    shrink(stream);
  }
  std::string trouble = delivered.error().describe();
  if (trouble == stream.trouble) return;
  stream.trouble = trouble;
  lock.unlock();
  log_.warning("an application's log could not be delivered",
               {{"application", batch.source.applicationName},
                {"logStream", batch.key.second},
                {"cause", trouble}});
}

void TelemetryDelivery::publishMetrics(int64_t now) {
  std::vector<MetricValue> values;
  {
    std::lock_guard lock(mutex_);
    for (auto it = measured_.begin(); it != measured_.end();) {
      Measured& measured = it->second;
      if (measured.interval.empty()) {
        // Nothing was heard of it: it does not run any more.
        it = measured_.erase(it);
        continue;
      }
      for (MetricValue& value : metricValues(measured.source, measured.interval.take())) {
        values.push_back(std::move(value));
      }
      ++it;
    }
  }
  if (values.empty()) return;
  Status put = metricSink_->put(now, values);
  std::string trouble = put.ok() ? std::string() : put.error().describe();
  bool isNew = trouble != metricsTrouble_;
  metricsTrouble_ = trouble;
  if (!put.ok() && isNew) {
    log_.warning("metrics of applications could not be published", {{"cause", trouble}});
  }
  std::lock_guard lock(mutex_);
  (put.ok() ? counts_.publishedMetrics : counts_.lostMetrics) += values.size();
}

TelemetryCounts TelemetryDelivery::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace millrace
