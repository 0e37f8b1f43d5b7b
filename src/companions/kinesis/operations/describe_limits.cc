#include "aws/model/generated/kinesis/describe_limits.h"

#include "companions/kinesis/limits.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

constexpr int32_t kOnDemandStreamLimit = 50;

}  // namespace

Outcome<DescribeLimitsOutput> describeLimits(Service& service, DescribeLimitsInput&,
                                             RequestContext& context) {
  DescribeLimitsOutput output;
  output.shardLimit = static_cast<int32_t>(service.options().shardLimit);
  output.openShardCount =
      static_cast<int32_t>(numOpenShards(service, context.account, context.region));
  output.onDemandStreamCount = 0;
  for (const StreamPtr& stream : service.streams().list(context.account, context.region)) {
    output.onDemandStreamCount += stream->view()->definition.onDemand ? 1 : 0;
  }
  output.onDemandStreamCountLimit = kOnDemandStreamLimit;
  return output;
}

}  // namespace millrace::kinesis
