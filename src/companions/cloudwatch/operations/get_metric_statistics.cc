#include "aws/model/generated/cloudwatch/get_metric_statistics.h"

#include <fmt/format.h>

#include "aws/model/generated/cloudwatch/errors.h"
#include "companions/cloudwatch/service.h"
#include "companions/cloudwatch/statistics.h"

namespace millrace::cloudwatch {

namespace {

constexpr int64_t kMaxPoints = 1440;

Outcome<void> checkRange(const GetMetricStatisticsInput& input) {
  TRY(checkPeriod(input.period));
  if (input.startTime >= input.endTime) {
    return invalidParameterValueException(
        "The parameter StartTime must be less than the parameter EndTime.");
  }
  int64_t points = (input.endTime.millis - input.startTime.millis) / (int64_t{input.period} * 1000);
  if (points <= kMaxPoints) return {};
  return invalidParameterCombinationException(
      fmt::format("You have requested up to {} datapoints, which exceeds the limit of {}. You may "
                  "reduce the datapoints requested by increasing Period, or decreasing the time "
                  "range.",
                  points, kMaxPoints));
}

void show(const StatisticName& statistic, double value, Datapoint& point) {
  if (statistic.percentile) {
    if (!point.extendedStatistics) point.extendedStatistics.emplace();
    (*point.extendedStatistics)[statistic.name] = value;
  } else if (statistic.name == "SampleCount") {
    point.sampleCount = value;
  } else if (statistic.name == "Average") {
    point.average = value;
  } else if (statistic.name == "Sum") {
    point.sum = value;
  } else if (statistic.name == "Minimum") {
    point.minimum = value;
  } else {
    point.maximum = value;
  }
}

}  // namespace

Outcome<GetMetricStatisticsOutput> getMetricStatistics(Service& service,
                                                       GetMetricStatisticsInput& input,
                                                       RequestContext& context) {
  TRY(checkRange(input));
  std::vector<StatisticName> statistics;
  for (const auto& list : {input.statistics, input.extendedStatistics}) {
    if (!list) continue;
    for (const std::string& name : *list) statistics.push_back(TRY(parseStatistic(name)));
  }
  if (statistics.empty()) {
    return missingRequiredParameterException(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.");
  }
  DimensionList dimensions;
  if (input.dimensions) {
    for (const Dimension& dimension : *input.dimensions) {
      dimensions.emplace_back(dimension.name, dimension.value);
    }
  }
  Query query;
  query.metric = {context.account, context.region, input.namespace_, input.metricName,
                  sortedDimensions(std::move(dimensions))};
  query.startMillis = input.startTime.millis;
  query.endMillis = input.endTime.millis;
  query.periodSeconds = input.period;
  query.alignedToStart = true;
  query.unit = input.unit;
  GetMetricStatisticsOutput output;
  output.label = input.metricName;
  output.datapoints.emplace();
  for (const Point& point : TRY(intervals(service.store(), query, context.now().millis))) {
    Datapoint& shown = output.datapoints->emplace_back();
    shown.timestamp = Timestamp{point.timeSeconds * 1000};
    shown.unit = point.unit;
    for (const StatisticName& statistic : statistics) {
      std::optional<double> value = compute(statistic, point.samples);
      if (value) show(statistic, *value, shown);
    }
  }
  return output;
}

}  // namespace millrace::cloudwatch
