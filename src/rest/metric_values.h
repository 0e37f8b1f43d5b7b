// The numbers of a job under Flink's names, and the three ways in which they are asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rest/rest_question.h"

namespace millrace {

// Name -> value as text.
using MetricValues = std::map<std::string, std::string>;

MetricValues jobMetricValues(const RestQuestion& question);
// Of a subtask: its own, and those of its operators with their name in front.
MetricValues subtaskMetricValues(const RestQuestion& question, uint32_t task, uint32_t subtask);
MetricValues workerMetricValues(const RestQuestion& question);

// Without "get" the names, with it the values of those that are asked for and exist.
RestJson metricsAnswer(const RestQuestion& question, const MetricValues& values);
// The same of several things at once: names, or min, max, avg, sum and skew ("agg" chooses of
// them).
RestJson aggregatedAnswer(const RestQuestion& question, const std::vector<MetricValues>& all);

}  // namespace millrace
