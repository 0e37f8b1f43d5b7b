#include "aws/model/generated/cloudwatch/get_metric_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "aws/model/generated/cloudwatch/errors.h"
#include "aws/model/generated/cloudwatch/shapes/scan_by.h"
#include "aws/model/generated/cloudwatch/shapes/status_code.h"
#include "companions/cloudwatch/service.h"
#include "companions/cloudwatch/statistics.h"

namespace millrace::cloudwatch {

namespace {

constexpr size_t kMaxQueries = 500;
constexpr size_t kMaxDatapoints = 100'800;

Outcome<MetricDataResult> resultOf(Service& service, const MetricDataQuery& query,
                                   const GetMetricDataInput& input, const RequestContext& context) {
  const MetricStat& wanted = *query.metricStat;
  TRY(checkPeriod(wanted.period));
  StatisticName statistic = TRY(parseStatistic(wanted.stat));
  DimensionList dimensions;
  if (wanted.metric.dimensions) {
    for (const Dimension& dimension : *wanted.metric.dimensions) {
      dimensions.emplace_back(dimension.name, dimension.value);
    }
  }
  Query range;
  range.metric = {context.account, context.region, wanted.metric.namespace_.value_or(""),
                  wanted.metric.metricName.value_or(""), sortedDimensions(std::move(dimensions))};
  range.startMillis = input.startTime.millis;
  range.endMillis = input.endTime.millis;
  range.periodSeconds = wanted.period;
  range.unit = wanted.unit;
  MetricDataResult result;
  result.id = query.id;
  result.label = query.label.value_or(range.metric.name);
  result.statusCode = StatusCode::kComplete;
  result.timestamps.emplace();
  result.values.emplace();
  for (const Point& point : TRY(intervals(service.store(), range, context.now().millis))) {
    std::optional<double> value = compute(statistic, point.samples);
    if (!value) continue;
    result.timestamps->push_back(Timestamp{point.timeSeconds * 1000});
    result.values->push_back(*value);
  }
  if (input.scanBy.value_or("") != ScanBy::kTimestampAscending) {
    std::reverse(result.timestamps->begin(), result.timestamps->end());
    std::reverse(result.values->begin(), result.values->end());
  }
  return result;
}

}  // namespace

Outcome<GetMetricDataOutput> getMetricData(Service& service, GetMetricDataInput& input,
                                           RequestContext& context) {
  if (input.nextToken) return invalidNextToken("The token of the request is not one of a page.");
  if (input.startTime >= input.endTime) {
    return validationException("The parameter StartTime must be less than the parameter EndTime.");
  }
  if (input.metricDataQueries.size() > kMaxQueries) {
    return validationException(fmt::format(
        "The collection MetricDataQueries must not have a size greater than {}.", kMaxQueries));
  }
  std::set<std::string> ids;
  for (const MetricDataQuery& query : input.metricDataQueries) {
    if (!ids.insert(query.id).second) {
      return validationException(fmt::format(
          "The values for parameter id in MetricDataQueries are not unique: {}.", query.id));
    }
    if (query.metricStat) continue;
    return validationException(fmt::format(
        "The query '{}' has no MetricStat. Expressions (metric math) are not available here.",
        query.id));
  }
  GetMetricDataOutput output;
  output.metricDataResults.emplace();
  size_t points = 0;
  for (const MetricDataQuery& query : input.metricDataQueries) {
    if (!query.returnData.value_or(true)) continue;
    output.metricDataResults->push_back(TRY(resultOf(service, query, input, context)));
    points += output.metricDataResults->back().values->size();
  }
  size_t limit = static_cast<size_t>(input.maxDatapoints.value_or(kMaxDatapoints));
  if (points <= limit) return output;
  return validationException(fmt::format(
      "The queries have {} data points, and {} were allowed. Ask for a longer period or a shorter "
      "range.",
      points, limit));
}

}  // namespace millrace::cloudwatch
