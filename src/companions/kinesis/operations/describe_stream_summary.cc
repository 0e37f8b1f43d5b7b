#include "aws/model/generated/kinesis/describe_stream_summary.h"

#include "companions/kinesis/describe.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<DescribeStreamSummaryOutput> describeStreamSummary(Service& service,
                                                           DescribeStreamSummaryInput& input,
                                                           RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamViewPtr view = stream->view();
  const StreamDefinition& definition = view->definition;
  DescribeStreamSummaryOutput output;
  StreamDescriptionSummary& summary = output.streamDescriptionSummary;
  summary.streamName = definition.key.name;
  summary.streamARN = definition.key.arn();
  summary.streamStatus = lifecycleName(definition.lifecycle);
  summary.streamModeDetails = describeMode(definition);
  summary.retentionPeriodHours = static_cast<int32_t>(definition.retentionHours);
  summary.streamCreationTimestamp = Timestamp{definition.createdMillis / 1000 * 1000};
  summary.enhancedMonitoring = describeMonitoring(definition);
  summary.encryptionType = describeEncryption(definition);
  if (!definition.kmsKeyId.empty()) summary.keyId = definition.kmsKeyId;
  bool creating = definition.lifecycle == Lifecycle::kCreating;
  summary.openShardCount = creating ? 0 : static_cast<int32_t>(definition.numOpenShards());
  summary.consumerCount = 0;
  summary.maxRecordSizeInKiB = static_cast<int32_t>(definition.maxRecordKib);
  return output;
}

}  // namespace millrace::kinesis
