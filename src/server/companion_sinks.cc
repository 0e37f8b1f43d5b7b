#include "server/companion_sinks.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace {

namespace {

// The service's own failures have their reason in cause().
Status sinkError(const ApiError& error, const std::string& streamArn) {
  ErrorKind kind = ErrorKind::kIo;
  if (error.code().starts_with("AccessDenied")) kind = ErrorKind::kPermission;
  if (error.code().starts_with("ResourceNotFound")) kind = ErrorKind::kNotFound;
  const std::string& text = error.cause().empty() ? error.message() : error.cause();
  return Error(kind, fmt::format("{}: {}: {}", streamArn, error.code(), text));
}

}  // namespace

Outcome<void> CompanionLogSink::authorize(const TelemetrySource& source,
                                          const std::string& streamArn) {
  CredentialsPtr session =
      roles_.of({source.roleArn, source.applicationArn}, source.applicationName);
  Result<Credentials> given = requireCredentials(*session);
  if (!given.ok()) return ApiError("AccessDenied", 403, given.error().message());
  auto credentials = access_->find(given.value().keys.accessKeyId);
  if (!credentials) {
    session->expire();
    return ApiError("AccessDenied", 403, fmt::format("the role {} is gone", source.roleArn));
  }
  AccessRequest access;
  access.action = "logs:PutLogEvents";
  access.resources = {streamArn};
  return access_->authorize(credentials->principal, access);
}

Status CompanionLogSink::put(const TelemetrySource& source, const std::string& streamArn,
                             const std::vector<LogEvent>& events) {
  std::optional<logs::StreamName> stream = logs::parseStreamArn(streamArn);
  if (!stream) {
    return Error(ErrorKind::kNotFound, fmt::format("'{}' is no log stream's ARN", streamArn));
  }
  if (access_ != nullptr) {
    Outcome<void> allowed = authorize(source, streamArn);
    if (!allowed.ok()) return sinkError(allowed.error(), streamArn);
  }
  std::vector<logs::NewEvent> given;
  given.reserve(events.size());
  for (const LogEvent& event : events) given.push_back({event.timeMillis, event.text});
  Outcome<logs::AppendedEvents> appended =
      logs_.append(stream->group, stream->stream, given, env_.clock().nowMillis());
  if (!appended.ok()) return sinkError(appended.error(), streamArn);
  return {};
}

Status CompanionMetricSink::put(int64_t timeMillis, const std::vector<MetricValue>& values) {
  std::vector<cloudwatch::NewPoint> points;
  points.reserve(values.size());
  for (const MetricValue& value : values) {
    cloudwatch::NewPoint& point = points.emplace_back();
    point.metric = {account_, region_, kMetricNamespace, value.name, value.dimensions};
    std::sort(point.metric.dimensions.begin(), point.metric.dimensions.end());
    point.timeMillis = timeMillis;
    point.unit = value.unit;
    point.samples.add(value.value, 1);
  }
  return cloudwatch_.store().append(points, timeMillis);
}

}  // namespace millrace
