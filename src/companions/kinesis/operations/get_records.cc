#include "aws/model/generated/kinesis/get_records.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/encryption_type.h"
#include "companions/kinesis/describe.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_iterator.h"

namespace millrace::kinesis {

namespace {

constexpr int32_t kMaxRecords = 10'000;
constexpr size_t kMaxBytes = 10 << 20;

// "Thu Jan 22 01:22:02 UTC 2015"
std::string timeText(int64_t millis) {
  return fmt::format("{:%a %b %d %H:%M:%S UTC %Y}", fmt::gmtime(millis / 1000));
}

Outcome<ShardPosition> checkIterator(const std::string& text, int64_t nowMillis) {
  std::optional<ShardPosition> position = ShardPosition::parse(text);
  if (!position) return invalidArgumentException("Invalid ShardIterator.");
  if (nowMillis - position->createdMillis > ShardPosition::kLifeMillis) {
    return expiredIteratorException(fmt::format(
        "Iterator expired. The iterator was created at time {} while right now it is "
        "{} which is further in the future than the tolerated delay of {} "
        "milliseconds.",
        timeText(position->createdMillis), timeText(nowMillis), ShardPosition::kLifeMillis));
  }
  return std::move(*position);
}

void addRecords(const LogRead& read, LiveShard& shard, GetRecordsOutput& output) {
  output.records.reserve(read.records.size());
  size_t bytes = 0;
  for (const StoredRecord& stored : read.records) {
    Record& record = output.records.emplace_back();
    record.sequenceNumber = shard.numberOf(stored).text();
    record.approximateArrivalTimestamp = Timestamp{stored.arrivalMillis};
    record.data.bytes = stored.data;
    record.partitionKey = std::string(stored.partitionKey);
    if (stored.encrypted) record.encryptionType = EncryptionType::kKms;
    bytes += stored.data.size() + stored.partitionKey.size();
  }
  shard.countRead(bytes);
}

}  // namespace

Outcome<GetRecordsOutput> getRecords(Service& service, GetRecordsInput& input,
                                     RequestContext& context) {
  int64_t nowMillis = context.now().millis;
  ShardPosition position = TRY(checkIterator(input.shardIterator, nowMillis));
  StreamPtr stream = service.streams().findById(position.streamId);
  // The view is older than the read: a shard that is closed in it gets no more records.
  StreamViewPtr view = stream != nullptr ? stream->view() : nullptr;
  LiveShardPtr shard = view != nullptr ? view->findShard(position.shardIndex) : nullptr;
  if (shard == nullptr) {
    ShardDefinition asked;
    asked.index = position.shardIndex;
    return shardDoesNotExist(asked.id(), {context.account, context.region, position.streamName});
  }
  const StreamDefinition& definition = view->definition;
  if (input.streamARN && *input.streamARN != definition.key.arn()) {
    return invalidArgumentException(
        fmt::format("The ShardIterator is not of the stream {}.", *input.streamARN));
  }
  if (input.dryRun.value_or(false)) return dryRunSucceeded();
  if (!shard->allowsRead(context.env.clock().monotonicNanos())) {
    return rateExceeded(shard->id, definition);
  }
  ShardLog* log = TRY(shard->log());
  LogRead read =
      TRY(log->read(position.position, static_cast<size_t>(input.limit.value_or(kMaxRecords)),
                    kMaxBytes, definition.trimHorizon(nowMillis)));
  GetRecordsOutput output;
  addRecords(read, *shard, output);
  output.millisBehindLatest =
      read.atEnd ? 0 : std::max<int64_t>(0, nowMillis - read.records.back().arrivalMillis);
  if (read.atEnd && !definition.findShard(position.shardIndex)->isOpen()) {
    output.childShards = describeChildren(definition, position.shardIndex);
    return output;
  }
  position.createdMillis = nowMillis;
  position.position = read.nextPosition;
  output.nextShardIterator = position.token();
  return output;
}

}  // namespace millrace::kinesis
