#include "aws/model/generated/cloudwatch/list_metrics.h"

#include <algorithm>
#include <charconv>

#include "aws/model/generated/cloudwatch/errors.h"
#include "companions/cloudwatch/service.h"

namespace millrace::cloudwatch {

namespace {

constexpr size_t kPage = 500;
constexpr int64_t kDayMillis = 86'400'000;
constexpr int64_t kListedMillis = 14 * kDayMillis;
constexpr int64_t kRecentMillis = kDayMillis / 8;

bool isWanted(const MetricRecord& metric, const ListMetricsInput& input) {
  if (input.metricName && metric.key.name != *input.metricName) return false;
  if (!input.dimensions) return true;
  return std::all_of(
      input.dimensions->begin(), input.dimensions->end(), [&](const DimensionFilter& filter) {
        return std::any_of(metric.key.dimensions.begin(), metric.key.dimensions.end(),
                           [&](const auto& dimension) {
                             return dimension.first == filter.name &&
                                    (!filter.value || dimension.second == *filter.value);
                           });
      });
}

}  // namespace

Outcome<ListMetricsOutput> listMetrics(Service& service, ListMetricsInput& input,
                                       RequestContext& context) {
  // The id of the last metric that was shown.
  int64_t after = 0;
  if (input.nextToken) {
    const std::string& token = *input.nextToken;
    auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), after);
    if (problem != std::errc() || end != token.data() + token.size()) {
      return invalidParameterValueException("The parameter NextToken is invalid.");
    }
  }
  std::vector<MetricRecord> metrics =
      TRY(service.store().metrics(context.account, context.region, input.namespace_.value_or("")));
  std::sort(metrics.begin(), metrics.end(),
            [](const MetricRecord& one, const MetricRecord& other) { return one.id < other.id; });
  int64_t oldest = context.now().millis - (input.recentlyActive ? kRecentMillis : kListedMillis);
  ListMetricsOutput output;
  output.metrics.emplace();
  int64_t last = 0;
  for (const MetricRecord& record : metrics) {
    if (record.id <= after || record.lastMillis < oldest || !isWanted(record, input)) continue;
    if (output.metrics->size() == kPage) {
      output.nextToken = std::to_string(last);
      break;
    }
    last = record.id;
    Metric& metric = output.metrics->emplace_back();
    metric.namespace_ = record.key.metricNamespace;
    metric.metricName = record.key.name;
    metric.dimensions.emplace();
    for (const auto& [name, value] : record.key.dimensions) {
      Dimension& dimension = metric.dimensions->emplace_back();
      dimension.name = name;
      dimension.value = value;
    }
  }
  return output;
}

}  // namespace millrace::cloudwatch
