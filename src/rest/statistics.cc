#include "rest/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace millrace {

namespace {

// Of sorted values, with interpolation between neighbours: position p * (n + 1), as in the
// statistics library that Flink uses.
double quantile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return NAN;
  double position = p * static_cast<double>(sorted.size() + 1);
  if (position < 1) return sorted.front();
  if (position >= static_cast<double>(sorted.size())) return sorted.back();
  auto below = static_cast<size_t>(position);
  double rest = position - static_cast<double>(below);
  return sorted[below - 1] + rest * (sorted[below] - sorted[below - 1]);
}

// Flink writes NaN as text.
RestJson numberOrNan(double value) {
  if (std::isnan(value)) return "NaN";
  return value;
}

int64_t whole(double value) { return static_cast<int64_t>(value); }

}  // namespace

RestJson checkpointSummary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = std::accumulate(values.begin(), values.end(), 0.0);
  bool none = values.empty();
  return {{"min", none ? 0 : whole(values.front())},
          {"max", none ? 0 : whole(values.back())},
          {"avg", none ? 0 : whole(sum / static_cast<double>(values.size()))},
          {"p50", numberOrNan(quantile(values, 0.5))},
          {"p90", numberOrNan(quantile(values, 0.9))},
          {"p95", numberOrNan(quantile(values, 0.95))},
          {"p99", numberOrNan(quantile(values, 0.99))},
          {"p999", numberOrNan(quantile(values, 0.999))}};
}

RestJson subtaskSummary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (values.empty()) values.push_back(0);
  return {{"min", whole(values.front())},
          {"max", whole(values.back())},
          {"avg", whole(sum / static_cast<double>(values.size()))},
          {"sum", whole(sum)},
          {"median", whole(quantile(values, 0.5))},
          {"p25", whole(quantile(values, 0.25))},
          {"p75", whole(quantile(values, 0.75))},
          {"p95", whole(quantile(values, 0.95))}};
}

}  // namespace millrace
