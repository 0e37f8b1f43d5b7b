#include "aws/model/generated/kinesis/enable_enhanced_monitoring.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_metrics.h"

namespace millrace::kinesis {

Outcome<EnhancedMonitoringOutput> enableEnhancedMonitoring(Service& service,
                                                           EnableEnhancedMonitoringInput& input,
                                                           RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  std::set<std::string> named = namedMetrics(input.shardLevelMetrics);
  std::set<std::string> before;
  std::set<std::string> desired;
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    before = definition.shardMetrics;
    desired = before;
    desired.insert(named.begin(), named.end());
    definition.shardMetrics = desired;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return describeMetrics(stream->view()->definition.key, before, desired);
}

}  // namespace millrace::kinesis
