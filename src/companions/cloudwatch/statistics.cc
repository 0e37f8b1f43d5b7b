#include "companions/cloudwatch/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "aws/model/generated/cloudwatch/errors.h"

namespace millrace::cloudwatch {

Outcome<StatisticName> parseStatistic(const std::string& name) {
  for (std::string_view known : {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}) {
    if (name == known) return StatisticName{name, {}};
  }
  if (name.starts_with('p')) {
    double percentile = 0;
    auto [end, problem] = std::from_chars(name.data() + 1, name.data() + name.size(), percentile);
    if (problem == std::errc() && end == name.data() + name.size() && percentile >= 0 &&
        percentile <= 100) {
      return StatisticName{name, percentile};
    }
  }
  return invalidParameterValueException(
      fmt::format("The statistic '{}' is not available; use SampleCount, Average, Sum, Minimum, "
                  "Maximum or a percentile such as p99.",
                  name));
}

std::optional<double> compute(const StatisticName& statistic, const Samples& samples) {
  if (statistic.percentile) {
    if (samples.count == 0 || !samples.complete) {
      // All values are the same, or there is one only.
      if (samples.count > 0 && samples.minimum == samples.maximum) return samples.minimum;
      return {};
    }
    double wanted = *statistic.percentile / 100 * samples.count;
    double seen = 0;
    for (const auto& [value, times] : samples.values) {
      seen += times;
      if (seen >= wanted) return value;
    }
    return samples.maximum;
  }
  if (statistic.name == "SampleCount") return samples.count;
  if (statistic.name == "Sum") return samples.sum;
  if (statistic.name == "Minimum") return samples.minimum;
  if (statistic.name == "Maximum") return samples.maximum;
  return samples.count == 0 ? 0 : samples.sum / samples.count;
}

Result<std::vector<Point>> intervals(MetricStore& store, const Query& query, int64_t nowMillis) {
  constexpr int64_t kMillis = 1000;
  constexpr int64_t kMinute = 60;
  int64_t period = query.periodSeconds;
  int64_t start = query.startMillis / kMillis;
  int64_t end = (query.endMillis + kMillis - 1) / kMillis;
  start -= start % std::min(query.alignedToStart ? kMinute : period, period);
  // The finest resolution that fits the period and still holds the beginning of the range.
  int64_t resolution = 1;
  for (const Resolution& each : kResolutions) {
    if (period % each.seconds != 0) break;
    resolution = each.seconds;
    if (each.seconds >= kMinute && start >= nowMillis / kMillis - each.keptSeconds) break;
  }
  int64_t base = query.alignedToStart ? start : 0;
  std::map<std::pair<int64_t, std::string>, Samples> merged;
  for (Point& point : TRY(store.points(query.metric, resolution, start, end, query.unit))) {
    int64_t time = point.timeSeconds - (point.timeSeconds - base) % period;
    merged[{time, std::move(point.unit)}].add(point.samples);
  }
  std::vector<Point> points;
  points.reserve(merged.size());
  for (auto& [key, samples] : merged) points.push_back({key.first, key.second, std::move(samples)});
  return points;
}

Outcome<void> checkPeriod(int64_t seconds) {
  constexpr int64_t kMinute = 60;
  bool fits = seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 || seconds == 30 ||
              (seconds > 0 && seconds % kMinute == 0);
  if (fits) return {};
  return invalidParameterValueException(
      "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
}

DimensionList sortedDimensions(DimensionList dimensions) {
  std::sort(dimensions.begin(), dimensions.end());
  return dimensions;
}

}  // namespace millrace::cloudwatch
