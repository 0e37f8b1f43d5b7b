#include "aws/model/generated/cloudwatch/get_metric_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "aws/model/generated/cloudwatch/errors.h"
#include "aws/model/generated/cloudwatch/shapes/scan_by.h"
#include "companions/cloudwatch/data_page.h"
#include "companions/cloudwatch/service.h"
#include "companions/cloudwatch/statistics.h"

namespace millrace::cloudwatch {

namespace {

constexpr size_t kMaxQueries = 500;
constexpr int32_t kMaxDatapoints = 100'800;

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
  result.timestamps.emplace();
  result.values.emplace();
  for (const Point& point : TRY(intervals(service.store(), range, context.now().millis))) {
    std::optional<double> value = compute(statistic, point.samples);
    if (!value) continue;
    result.timestamps->push_back(Timestamp{point.timeSeconds * 1000});
    result.values->push_back(*value);
  }
  return result;
}

bool isId(std::string_view id) {
  auto isLower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto isInside = [&](char c) {
    return isLower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !id.empty() && isLower(id[0]) && std::all_of(id.begin(), id.end(), isInside);
}

Outcome<void> checkQueries(const std::vector<MetricDataQuery>& queries) {
  if (queries.size() > kMaxQueries) {
    return validationException(fmt::format(
        "The collection MetricDataQueries must not have a size greater than {}.", kMaxQueries));
  }
  std::set<std::string> ids;
  for (const MetricDataQuery& query : queries) {
    if (!isId(query.id)) {
      return validationException(fmt::format(
          "The value '{}' of parameter id in MetricDataQueries is invalid: it must begin "
          "with a lower-case letter and have letters, digits and underscores only.",
          query.id));
    }
    if (!ids.insert(query.id).second) {
      return validationException(fmt::format(
          "The values for parameter id in MetricDataQueries are not unique: {}.", query.id));
    }
    if (query.metricStat) continue;
    return validationException(fmt::format(
        "The query '{}' has no MetricStat. Expressions (metric math) are not available here.",
        query.id));
  }
  return {};
}

}  // namespace

Outcome<GetMetricDataOutput> getMetricData(Service& service, GetMetricDataInput& input,
                                           RequestContext& context) {
  PageToken begin;
  if (input.nextToken) begin = TRY(PageToken::parse(*input.nextToken));
  if (input.startTime >= input.endTime) {
    return validationException("The parameter StartTime must be less than the parameter EndTime.");
  }
  int64_t limit = input.maxDatapoints.value_or(kMaxDatapoints);
  if (limit <= 0) {
    return validationException("The parameter MaxDatapoints must be greater than 0.");
  }
  TRY(checkQueries(input.metricDataQueries));
  std::vector<MetricDataResult> results;
  for (const MetricDataQuery& query : input.metricDataQueries) {
    if (!query.returnData.value_or(true)) continue;
    results.push_back(TRY(resultOf(service, query, input, context)));
  }
  if (begin.result > results.size()) {
    return invalidNextToken("The token of the request is one of another request.");
  }
  bool newestFirst = input.scanBy.value_or("") != ScanBy::kTimestampAscending;
  return pageOf(std::move(results), begin, newestFirst,
                static_cast<size_t>(std::min<int64_t>(limit, kMaxDatapoints)));
}

}  // namespace millrace::cloudwatch
