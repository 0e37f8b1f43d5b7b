// Lowest, highest, average and quantiles of some numbers, as Flink shows them.
#pragma once

#include <vector>

#include "rest/rest_question.h"

namespace millrace {

// min, max, avg and the quantiles p50, p90, p95, p99, p999: of checkpoints.
RestJson checkpointSummary(std::vector<double> values);
// min, max, avg, sum, median, p25, p75, p95: of the subtasks of a task.
RestJson subtaskSummary(std::vector<double> values);

}  // namespace millrace
