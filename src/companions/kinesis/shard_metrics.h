// The shard-level metrics that EnableEnhancedMonitoring and DisableEnhancedMonitoring name.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "aws/model/generated/kinesis/shapes/enhanced_monitoring_output.h"
#include "companions/kinesis/stream/stream_key.h"

namespace millrace::kinesis {

// Without duplicates; ALL stands for every metric.
std::set<std::string> namedMetrics(const std::vector<std::string>& metrics);
EnhancedMonitoringOutput describeMetrics(const StreamKey& key, const std::set<std::string>& current,
                                         const std::set<std::string>& desired);

}  // namespace millrace::kinesis
