// Statistics over intervals: what GetMetricStatistics and GetMetricData compute.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/cloudwatch/store/metric_store.h"

namespace millrace::cloudwatch {

// A statistic by its name: SampleCount, Average, Sum, Minimum, Maximum, or a percentile "p99.9".
struct StatisticName {
  std::string name;
  std::optional<double> percentile;
};
// InvalidParameterValue for what is none, and for those that are not computed here.
Outcome<StatisticName> parseStatistic(const std::string& name);
// Nothing for a percentile of values that are not known.
std::optional<double> compute(const StatisticName& statistic, const Samples& samples);

struct Query {
  MetricKey metric;
  int64_t startMillis = 0;
  int64_t endMillis = 0;
  int64_t periodSeconds = 60;
  bool alignedToStart = false;  // else to multiples of the period
  std::optional<std::string> unit;
};
// The intervals that have data, in the order of time; one for each unit.
Result<std::vector<Point>> intervals(MetricStore& store, const Query& query, int64_t nowMillis);

Outcome<void> checkPeriod(int64_t seconds);
DimensionList sortedDimensions(DimensionList dimensions);

}  // namespace millrace::cloudwatch
