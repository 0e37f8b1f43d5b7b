#include "server/remote_sinks.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "aws/client/call_error.h"
#include "aws/model/generated/cloudwatch/put_metric_data.h"
#include "aws/model/generated/cloudwatch/service.h"
#include "aws/model/generated/logs/put_log_events.h"
#include "aws/model/generated/logs/service.h"
#include "companions/logs/names.h"

namespace millrace {

namespace {

constexpr uint64_t kMaxResponseBytes = 1 << 20;
constexpr size_t kMaxMetrics = 1000;  // of one PutMetricData
constexpr std::string_view kReserved = "AWS/";

cloudwatch::MetricDatum datumOf(const MetricValue& value, int64_t timeMillis) {
  cloudwatch::MetricDatum datum;
  datum.metricName = value.name;
  datum.timestamp = Timestamp{timeMillis};
  datum.value = value.value;
  datum.unit = value.unit;
  datum.dimensions.emplace();
  for (const auto& [name, text] : value.dimensions) datum.dimensions->push_back({name, text});
  return datum;
}

}  // namespace

Status RemoteLogSink::put(const TelemetrySource& source, const std::string& streamArn,
                          const std::vector<LogEvent>& events) {
  std::optional<logs::StreamName> stream = logs::parseStreamArn(streamArn);
  if (!stream) {
    return Error(ErrorKind::kNotFound, fmt::format("'{}' is no log stream's ARN", streamArn));
  }
  std::unique_ptr<ServiceClient> client =
      calls_.client(logs::kModel, {source.roleArn, source.applicationArn}, kMaxResponseBytes);
  logs::PutLogEventsRequest input;
  input.logGroupName = stream->group.name;
  input.logStreamName = stream->stream;
  for (const LogEvent& event : events) input.logEvents.push_back({event.timeMillis, event.text});
  auto put = client->call<logs::PutLogEventsOperation>(input);
  if (!put.ok()) return callError(put.error(), streamArn);
  return {};
}

RemoteMetricSink::RemoteMetricSink(ClientContext context, ClientOptions options)
    : client_(std::move(context), cloudwatch::kModel, std::move(options)) {}

Status RemoteMetricSink::put(int64_t timeMillis, const std::vector<MetricValue>& values) {
  std::string_view space = kMetricNamespace;
  if (space.starts_with(kReserved)) space.remove_prefix(kReserved.size());
  for (size_t begin = 0; begin < values.size(); begin += kMaxMetrics) {
    cloudwatch::PutMetricDataInput input;
    input.namespace_ = space;
    input.metricData.emplace();
    for (size_t i = begin; i < std::min(values.size(), begin + kMaxMetrics); ++i) {
      input.metricData->push_back(datumOf(values[i], timeMillis));
    }
    auto put = client_.call<cloudwatch::PutMetricDataOperation>(input);
    if (!put.ok()) return callError(put.error(), "metrics of applications");
  }
  return {};
}

}  // namespace millrace
