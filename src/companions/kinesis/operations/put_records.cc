#include "aws/model/generated/kinesis/put_records.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/encryption_type.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/put_input.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

constexpr size_t kMaxBytes = 10 << 20;

Outcome<std::vector<PutEntry>> checkEntries(const PutRecordsInput& input,
                                            const StreamDefinition& stream) {
  std::vector<PutEntry> entries;
  entries.reserve(input.records.size());
  size_t bytes = 0;
  std::string path;
  for (const PutRecordsRequestEntry& record : input.records) {
    path.clear();
    fmt::format_to(std::back_inserter(path), "records.{}.member.", entries.size() + 1);
    entries.push_back(TRY(
        checkEntry(record.partitionKey, record.explicitHashKey, record.data.bytes, stream, path)));
    bytes += record.data.bytes.size() + record.partitionKey->size();
  }
  if (bytes > kMaxBytes) return invalidArgumentException("Records size exceeds 10 MB limit");
  return entries;
}

PutRecordsResultEntry describeResult(const PutResult& result, const StreamDefinition& stream) {
  PutRecordsResultEntry entry;
  switch (result.state) {
    case PutResult::State::kStored:
      entry.shardId = result.shard->id;
      entry.sequenceNumber = result.shard->numberOf(result.position, result.arrivalMillis).text();
      break;
    case PutResult::State::kThrottled:
      entry.errorCode = "ProvisionedThroughputExceededException";
      entry.errorMessage = rateExceededText(result.shard->id, stream);
      break;
    case PutResult::State::kFailed:
      entry.errorCode = "InternalFailure";
      entry.errorMessage = "Internal Service Failure";
      break;
  }
  return entry;
}

}  // namespace

Outcome<PutRecordsOutput> putRecords(Service& service, PutRecordsInput& input,
                                     RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamViewPtr view = stream->view();
  TRY(checkWritable(view->definition));
  std::vector<PutEntry> entries = TRY(checkEntries(input, view->definition));
  if (input.dryRun.value_or(false)) return dryRunSucceeded();
  PutOutcome put = TRY(stream->put(entries));
  PutRecordsOutput output;
  output.failedRecordCount = 0;
  output.records.reserve(put.results.size());
  for (const PutResult& result : put.results) {
    output.records.push_back(describeResult(result, put.view->definition));
    if (result.state != PutResult::State::kStored) ++*output.failedRecordCount;
  }
  if (!put.view->definition.kmsKeyId.empty()) output.encryptionType = EncryptionType::kKms;
  return output;
}

}  // namespace millrace::kinesis
