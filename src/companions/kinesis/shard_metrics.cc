#include "companions/kinesis/shard_metrics.h"

#include "aws/model/generated/kinesis/shapes/metrics_name.h"

namespace millrace::kinesis {

std::set<std::string> namedMetrics(const std::vector<std::string>& metrics) {
  std::set<std::string> named(metrics.begin(), metrics.end());
  if (named.erase(std::string(MetricsName::kAll)) == 0) return named;
  for (std::string_view metric :
       {MetricsName::kIncomingBytes, MetricsName::kIncomingRecords, MetricsName::kOutgoingBytes,
        MetricsName::kOutgoingRecords, MetricsName::kWriteProvisionedThroughputExceeded,
        MetricsName::kReadProvisionedThroughputExceeded, MetricsName::kIteratorAgeMilliseconds}) {
    named.emplace(metric);
  }
  return named;
}

EnhancedMonitoringOutput describeMetrics(const StreamKey& key, const std::set<std::string>& current,
                                         const std::set<std::string>& desired) {
  EnhancedMonitoringOutput output;
  output.streamName = key.name;
  output.streamARN = key.arn();
  output.currentShardLevelMetrics.emplace(current.begin(), current.end());
  output.desiredShardLevelMetrics.emplace(desired.begin(), desired.end());
  return output;
}

}  // namespace millrace::kinesis
