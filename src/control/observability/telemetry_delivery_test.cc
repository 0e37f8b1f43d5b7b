#include "control/observability/telemetry_delivery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/observability/log_event.h"
#include "env/sim/sim_env.h"

namespace millrace {
namespace {

class WarningLog final : public Log {
 public:
  void write(LogLevel level, std::string_view, Fields) override {
    warnings += level == LogLevel::kWarning;
  }
  int warnings = 0;
};

class RecordingLogSink final : public LogSink {
 public:
  Status put(const TelemetrySource&, const std::string&,
             const std::vector<LogEvent>& events) override {
    ++calls;
    if (missing) return Error(ErrorKind::kNotFound, "no such stream");
    taken.insert(taken.end(), events.begin(), events.end());
    return {};
  }
  bool missing = false;
  int calls = 0;
  std::vector<LogEvent> taken;
};

class RecordingMetricSink final : public MetricSink {
 public:
  Status put(int64_t, const std::vector<MetricValue>& values) override {
    taken.push_back(values);
    return {};
  }
  std::vector<std::vector<MetricValue>> taken;
};

TelemetrySource sourceOf(std::string logLevel, std::string metricsLevel) {
  TelemetrySource source;
  source.application = 1;
  source.applicationName = "orders";
  source.applicationArn = "arn:aws:kinesisanalytics:us-east-1:000000000000:application/orders";
  source.versionId = 7;
  source.logStreamArns = {"arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s"};
  source.logLevel = std::move(logLevel);
  source.metricsLevel = std::move(metricsLevel);
  return source;
}

class TelemetryDeliveryTest : public testing::Test {
 protected:
  TelemetryDeliveryTest() : env_(1) {}

  ApplicationLogRecord record(LogLevel level, std::string message) {
    ApplicationLogRecord made;
    made.timeMillis = env_.clock().nowMillis();
    made.level = level;
    made.logger = "millrace.runtime.Job";
    made.threadName = "main";
    made.message = std::move(message);
    return made;
  }
  void pass(int64_t millis) {
    env_.simClock().advanceMicros(millis * 1000);
    delivery_.step();
  }

  SimEnv env_;
  WarningLog log_;
  RecordingLogSink logs_;
  RecordingMetricSink metrics_;
  TelemetryDelivery delivery_{env_, log_, &logs_, &metrics_, {.maxEvents = 3}};
};

TEST_F(TelemetryDeliveryTest, EventsHaveTheFieldsOfTheSchema) {
  ApplicationLogRecord failed = record(LogLevel::kError, "it has failed");
  failed.throwableInformation = {"one", "two"};
  auto json = nlohmann::json::parse(logEventText(sourceOf("INFO", "APPLICATION"), failed));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "applicationARN": "arn:aws:kinesisanalytics:us-east-1:000000000000:application/orders",
    "applicationVersionId": "7", "messageSchemaVersion": "1", "messageType": "ERROR",
    "locationInformation": "", "logger": "millrace.runtime.Job", "threadName": "main",
    "message": "it has failed", "throwableInformation": ["one", "two"]})"));
  ApplicationLogRecord large = record(LogLevel::kInfo, std::string(5 << 20, '\x01'));
  large.throwableInformation.assign(100, std::string(1 << 20, '\xff'));
  EXPECT_LT(logEventText(sourceOf("INFO", "APPLICATION"), large).size(), size_t{512} << 10);
}

TEST_F(TelemetryDeliveryTest, LevelsFilter) {
  for (auto level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    delivery_.log(sourceOf("WARN", "APPLICATION"), record(level, "text"));
  }
  pass(1000);
  EXPECT_EQ(logs_.taken.size(), 2u);
  EXPECT_TRUE(passesLogLevel(LogLevel::kDebug, "DEBUG"));
  EXPECT_FALSE(passesLogLevel(LogLevel::kDebug, ""));
  EXPECT_FALSE(passesLogLevel(LogLevel::kWarning, "ERROR"));
}

TEST_F(TelemetryDeliveryTest, AMissingStreamIsWarnedOfOnceAndGetsTheNewestLater) {
  logs_.missing = true;
  TelemetrySource source = sourceOf("INFO", "APPLICATION");
  for (int i = 0; i < 5; ++i) {
    delivery_.log(source, record(LogLevel::kInfo, "event " + std::to_string(i)));
  }
  pass(1000);
  pass(1000);  // not tried yet
  EXPECT_EQ(logs_.calls, 1);
  pass(5000);
  EXPECT_EQ(logs_.calls, 2);
  EXPECT_EQ(log_.warnings, 1);
  logs_.missing = false;
  pass(5000);
  ASSERT_EQ(logs_.taken.size(), 4u);
  EXPECT_NE(logs_.taken[0].text.find("event 2"), std::string::npos);
  EXPECT_NE(logs_.taken[2].text.find("event 4"), std::string::npos);
  EXPECT_NE(logs_.taken[3].text.find("2 log events of the application were dropped"),
            std::string::npos);
  EXPECT_EQ(delivery_.counts().deliveredEvents, 4u);
  EXPECT_EQ(delivery_.counts().droppedEvents, 2u);
}

TEST_F(TelemetryDeliveryTest, WhatIsLeftOfAnEndedAttemptIsGivenUp) {
  logs_.missing = true;
  TelemetrySource source = sourceOf("INFO", "APPLICATION");
  delivery_.log(source, record(LogLevel::kInfo, "event"));
  delivery_.ended(source);
  pass(1000);
  pass(60'000);
  EXPECT_EQ(logs_.calls, 1);
  EXPECT_EQ(delivery_.counts().droppedEvents, 1u);
}

OperatorMetricsReport operatorOf(std::string name, std::string task, uint64_t in, uint64_t out) {
  OperatorMetricsReport report;
  report.name = std::move(name);
  report.task = std::move(task);
  report.numRecordsIn = in;
  report.numRecordsOut = out;
  return report;
}

double valueOf(const std::vector<MetricValue>& values, const std::string& name,
               const std::vector<std::pair<std::string, std::string>>& dimensions) {
  auto found = std::find_if(values.begin(), values.end(), [&](const MetricValue& value) {
    return value.name == name && value.dimensions == dimensions;
  });
  return found == values.end() ? -12345 : found->value;
}

TEST_F(TelemetryDeliveryTest, MetricsOfAnIntervalAreItsNewestCountersAndAverageRates) {
  TelemetrySource source = sourceOf("INFO", "OPERATOR");
  ApplicationMetricsReport report;
  report.operators = {operatorOf("a", "a -> b", 0, 10), operatorOf("b", "a -> b", 10, 4)};
  report.uptimeMillis = 1000;
  report.numRecordsInPerSecond = 10;
  report.operators[1].busyTimeMsPerSecond = 100;
  delivery_.metrics(source, report);
  report.uptimeMillis = 2000;
  report.numRecordsInPerSecond = 30;
  report.operators[1].busyTimeMsPerSecond = 300;
  report.millisBehindLatest = 5;
  delivery_.metrics(source, report);
  pass(14'000);
  EXPECT_TRUE(metrics_.taken.empty());
  pass(1000);
  ASSERT_EQ(metrics_.taken.size(), 1u);
  const std::vector<MetricValue>& values = metrics_.taken[0];
  EXPECT_EQ(valueOf(values, "uptime", {{"Application", "orders"}}), 2000);
  EXPECT_EQ(valueOf(values, "numRecordsInPerSecond", {{"Application", "orders"}}), 20);
  EXPECT_EQ(valueOf(values, "millisBehindLatest", {{"Application", "orders"}}), 5);
  EXPECT_EQ(valueOf(values, "lastCheckpointSize", {{"Application", "orders"}}), -12345);
  std::vector<std::pair<std::string, std::string>> task = {{"Application", "orders"},
                                                           {"Task", "a -> b"}};
  EXPECT_EQ(valueOf(values, "numRecordsIn", task), 0);
  EXPECT_EQ(valueOf(values, "numRecordsOut", task), 4);
  task.emplace_back("Operator", "b");
  EXPECT_EQ(valueOf(values, "numRecordsIn", task), 10);
  EXPECT_EQ(valueOf(values, "busyTimeMsPerSecond", task), 200);
  pass(15'000);  // nothing was heard since
  EXPECT_EQ(metrics_.taken.size(), 1u);
}

TEST_F(TelemetryDeliveryTest, TheLevelLimitsTheDimensions) {
  ApplicationMetricsReport report;
  report.operators = {operatorOf("a", "a", 1, 1)};
  auto most = [&](const char* level) {
    size_t dimensions = 0;
    for (const MetricValue& value : metricValues(sourceOf("INFO", level), report)) {
      dimensions = std::max(dimensions, value.dimensions.size());
    }
    return dimensions;
  };
  EXPECT_EQ(most("APPLICATION"), 1u);
  EXPECT_EQ(most("TASK"), 2u);
  EXPECT_EQ(most("OPERATOR"), 3u);
}

TEST(MetricValues, ThreadsAreTheirOwnAtTheLevelParallelism) {
  ApplicationMetricsReport report;
  report.operators = {operatorOf("a", "a -> b", 0, 10), operatorOf("b", "a -> b", 10, 4)};
  FlowMetricsReport thread;
  for (OperatorMetricsReport& op : report.operators) {
    for (uint64_t i : {1, 3}) {
      thread.numRecordsOut = op.numRecordsOut * i / 4;
      thread.busyTimeMsPerSecond = 100.0 * static_cast<double>(i);
      op.subtasks.push_back(thread);
    }
  }
  MetricsInterval interval;
  interval.add(report);
  report.operators[0].subtasks[1].busyTimeMsPerSecond = 500;
  interval.add(report);
  std::vector<MetricValue> values =
      metricValues({.applicationName = "orders", .metricsLevel = "PARALLELISM"}, interval.take());
  std::vector<std::pair<std::string, std::string>> thread1 = {
      {"Application", "orders"}, {"Task", "a -> b"}, {"Parallelism", "1"}};
  EXPECT_EQ(valueOf(values, "numRecordsOut", thread1), 3);
  EXPECT_EQ(valueOf(values, "busyTimeMsPerSecond", thread1), 400);
  thread1 = {
      {"Application", "orders"}, {"Task", "a -> b"}, {"Operator", "a"}, {"Parallelism", "1"}};
  EXPECT_EQ(valueOf(values, "numRecordsOut", thread1), 7);
}

TEST(TelemetryOptions, AreRead) {
  EXPECT_EQ(readTelemetryOptions({{"metrics-interval", "2 s"}}).value().metricsMillis, 2000);
  EXPECT_FALSE(readTelemetryOptions({{"metrics-interval", "0 s"}}).ok());
  EXPECT_FALSE(readTelemetryOptions({{"metric", "2 s"}}).ok());
}

}  // namespace
}  // namespace millrace
