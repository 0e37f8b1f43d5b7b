#include "aws/model/generated/kinesis/update_stream_mode.h"

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/stream_mode.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<UpdateStreamModeResponse> updateStreamMode(Service& service, UpdateStreamModeInput& input,
                                                   RequestContext& context) {
  StreamPtr stream = TRY(service.find(std::nullopt, input.streamARN, context));
  if (input.warmThroughputMiBps) {
    return validationException(
        "WarmThroughputMiBps needs an account with MinimumThroughputBillingCommitment enabled.");
  }
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    // The shards stay as they are, as in Kinesis.
    definition.onDemand = input.streamModeDetails.streamMode == StreamMode::kOnDemand;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return UpdateStreamModeResponse();
}

}  // namespace millrace::kinesis
