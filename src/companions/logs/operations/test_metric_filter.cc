#include "aws/model/generated/logs/test_metric_filter.h"

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/pattern/filter_pattern.h"
#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<TestMetricFilterResponse> testMetricFilter(Service&, TestMetricFilterRequest& input,
                                                   RequestContext&) {
  Result<std::unique_ptr<FilterPattern>> pattern = FilterPattern::parse(input.filterPattern);
  if (!pattern.ok()) return invalidParameterException(pattern.error().message());
  TestMetricFilterResponse response;
  response.matches.emplace();
  int64_t number = 0;
  for (const std::string& message : input.logEventMessages) {
    ++number;
    if (!pattern.value()->matches(message)) continue;
    MetricFilterMatchRecord& match = response.matches->emplace_back();
    match.eventNumber = number;
    match.eventMessage = message;
    match.extractedValues = pattern.value()->extract(message);
  }
  return response;
}

}  // namespace millrace::logs
