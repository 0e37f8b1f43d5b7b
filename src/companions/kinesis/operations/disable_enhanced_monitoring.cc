#include "aws/model/generated/kinesis/disable_enhanced_monitoring.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_metrics.h"

namespace millrace::kinesis {

Outcome<EnhancedMonitoringOutput> disableEnhancedMonitoring(Service& service,
                                                            DisableEnhancedMonitoringInput& input,
                                                            RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  std::set<std::string> named = namedMetrics(input.shardLevelMetrics);
  std::set<std::string> before;
  std::set<std::string> desired;
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    before = definition.shardMetrics;
    desired = before;
    for (const std::string& metric : named) desired.erase(metric);
    definition.shardMetrics = desired;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return describeMetrics(stream->view()->definition.key, before, desired);
}

}  // namespace millrace::kinesis
