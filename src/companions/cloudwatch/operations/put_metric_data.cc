#include "aws/model/generated/cloudwatch/put_metric_data.h"

#include <fmt/format.h>

#include <cmath>

#include "aws/model/generated/cloudwatch/errors.h"
#include "companions/cloudwatch/service.h"
#include "companions/cloudwatch/statistics.h"

namespace millrace::cloudwatch {

namespace {

constexpr size_t kMaxData = 1000;
constexpr size_t kMaxValues = 150;
constexpr int64_t kHourMillis = 3'600'000;
constexpr int64_t kMaxAgeMillis = 14 * 24 * kHourMillis;
constexpr int64_t kMaxFutureMillis = 2 * kHourMillis;

Outcome<void> addValue(double value, double times, const std::string& path, Samples& samples) {
  constexpr double kLimit = 0x1p360;
  if (!std::isfinite(value) || std::fabs(value) > kLimit || !(times >= 0)) {
    return invalidParameterValueException(
        fmt::format("The value {} for parameter {} is invalid.", value, path));
  }
  samples.add(value, times);
  return {};
}

Outcome<Samples> samplesOf(const MetricDatum& datum, const std::string& path) {
  Samples samples;
  int forms = (datum.value ? 1 : 0) + (datum.values ? 1 : 0) + (datum.statisticValues ? 1 : 0);
  if (forms == 0) {
    return missingRequiredParameterException(fmt::format(
        "At least one of the parameters {0}.Value, {0}.Values or {0}.StatisticValues must be "
        "specified.",
        path));
  }
  if (forms > 1) {
    return invalidParameterCombinationException(fmt::format(
        "The parameters {0}.Value, {0}.Values and {0}.StatisticValues are mutually exclusive and "
        "you have specified more than one.",
        path));
  }
  if (datum.value) TRY(addValue(*datum.value, 1, path + ".Value", samples));
  if (datum.values) {
    if (datum.counts && datum.counts->size() != datum.values->size()) {
      return invalidParameterValueException(
          fmt::format("The parameters {0}.Values and {0}.Counts must be of the same size.", path));
    }
    if (datum.values->size() > kMaxValues) {
      return invalidParameterValueException(fmt::format(
          "The collection {}.Values must not have a size greater than {}.", path, kMaxValues));
    }
    for (size_t i = 0; i < datum.values->size(); ++i) {
      double times = datum.counts ? (*datum.counts)[i] : 1;
      TRY(addValue((*datum.values)[i], times, path + ".Values", samples));
    }
  }
  if (datum.statisticValues) {
    const StatisticSet& set = *datum.statisticValues;
    if (set.minimum > set.maximum || set.sampleCount <= 0) {
      return invalidParameterValueException(
          fmt::format("The parameter {}.StatisticValues is invalid.", path));
    }
    samples.count = set.sampleCount;
    samples.sum = set.sum;
    samples.minimum = set.minimum;
    samples.maximum = set.maximum;
    samples.complete = false;
  }
  return samples;
}

Outcome<NewPoint> pointOf(const MetricDatum& datum, size_t number, const std::string& space,
                          const RequestContext& context) {
  std::string path = fmt::format("MetricData.member.{}", number);
  NewPoint point;
  point.samples = TRY(samplesOf(datum, path));
  DimensionList dimensions;
  if (datum.dimensions) {
    for (const Dimension& dimension : *datum.dimensions) {
      dimensions.emplace_back(dimension.name, dimension.value);
    }
  }
  point.metric = {context.account, context.region, space, datum.metricName,
                  sortedDimensions(std::move(dimensions))};
  int64_t now = context.now().millis;
  point.timeMillis = datum.timestamp ? datum.timestamp->millis : now;
  if (point.timeMillis < now - kMaxAgeMillis || point.timeMillis > now + kMaxFutureMillis) {
    return invalidParameterValueException(fmt::format(
        "The parameter {}.Timestamp must be a time within the past two weeks and at most two "
        "hours in the future.",
        path));
  }
  point.unit = datum.unit.value_or("None");
  int32_t resolution = datum.storageResolution.value_or(60);
  if (resolution != 1 && resolution != 60) {
    return invalidParameterValueException(
        fmt::format("The parameter {}.StorageResolution must be 1 or 60.", path));
  }
  point.highResolution = resolution == 1;
  return point;
}

}  // namespace

Outcome<PutMetricDataResponse> putMetricData(Service& service, PutMetricDataInput& input,
                                             RequestContext& context) {
  // Those are of services; this one's do not come as requests.
  if (input.namespace_.starts_with("AWS/")) {
    return invalidParameterValueException(
        fmt::format("The value {} for parameter Namespace is invalid.", input.namespace_));
  }
  std::vector<MetricDatum> data = input.metricData.value_or(std::vector<MetricDatum>());
  if (input.entityMetricData) {
    for (const EntityMetricData& entity : *input.entityMetricData) {
      if (!entity.metricData) continue;
      data.insert(data.end(), entity.metricData->begin(), entity.metricData->end());
    }
  }
  if (data.empty()) {
    return missingRequiredParameterException("The parameter MetricData is required.");
  }
  if (data.size() > kMaxData) {
    return invalidParameterValueException(
        fmt::format("The collection MetricData must not have a size greater than {}.", kMaxData));
  }
  std::vector<NewPoint> points;
  points.reserve(data.size());
  for (const MetricDatum& datum : data) {
    points.push_back(TRY(pointOf(datum, points.size() + 1, input.namespace_, context)));
  }
  TRY(service.store().append(points, context.now().millis));
  return PutMetricDataResponse();
}

}  // namespace millrace::cloudwatch
