#include "aws/model/generated/kinesis/put_record.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/encryption_type.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/put_input.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

// Sequence numbers grow with every record of a shard, so the wish needs no help; it must only be
// one that can be fulfilled.
Outcome<void> checkOrdering(const std::string& number, const StreamDefinition& stream) {
  if (SequenceNumber::parse(number)) return {};
  return invalidArgumentException(
      fmt::format("ExclusiveMinimumSequenceNumber {} used in PutRecord on stream {} under account "
                  "{} is invalid.",
                  number, stream.key.name, stream.key.account));
}

}  // namespace

Outcome<PutRecordOutput> putRecord(Service& service, PutRecordInput& input,
                                   RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamViewPtr view = stream->view();
  TRY(checkWritable(view->definition));
  if (input.sequenceNumberForOrdering) {
    TRY(checkOrdering(*input.sequenceNumberForOrdering, view->definition));
  }
  PutEntry entry = TRY(checkEntry(input.partitionKey, input.explicitHashKey, input.data.bytes,
                                  view->definition, ""));
  if (input.dryRun.value_or(false)) return dryRunSucceeded();
  PutOutcome put = TRY(stream->put({&entry, 1}));
  const PutResult& result = put.results[0];
  if (result.state == PutResult::State::kThrottled) {
    return rateExceeded(result.shard->id, put.view->definition);
  }
  PutRecordOutput output;
  output.shardId = result.shard->id;
  output.sequenceNumber = result.shard->numberOf(result.position, result.arrivalMillis).text();
  if (!put.view->definition.kmsKeyId.empty()) output.encryptionType = EncryptionType::kKms;
  return output;
}

}  // namespace millrace::kinesis
