#include "companions/logs/describe.h"

#include "companions/logs/tokens.h"

namespace millrace::logs {

LogGroup describeGroup(const LogGroupRecord& group) {
  LogGroup described;
  described.logGroupName = group.name;
  described.creationTime = group.createdMillis;
  if (group.retentionDays != 0) {
    described.retentionInDays = static_cast<int32_t>(group.retentionDays);
  }
  described.metricFilterCount = 0;
  described.arn = nameOf(group).arn() + ":*";
  described.logGroupArn = nameOf(group).arn();
  described.storedBytes = group.storedBytes;
  if (!group.kmsKeyId.empty()) described.kmsKeyId = group.kmsKeyId;
  described.logGroupClass = group.groupClass;
  described.deletionProtectionEnabled = group.isProtected;
  return described;
}

LogStream describeStream(const LogGroupRecord& group, const LogStreamRecord& stream,
                         std::optional<int64_t> firstEventMillis) {
  LogStream described;
  described.logStreamName = stream.name;
  described.creationTime = stream.createdMillis;
  if (firstEventMillis) {
    described.firstEventTimestamp = *firstEventMillis;
    described.lastEventTimestamp = stream.lastEventMillis;
  }
  if (stream.lastIngestionMillis != 0) described.lastIngestionTime = stream.lastIngestionMillis;
  described.uploadSequenceToken = sequenceToken(stream);
  described.arn = nameOf(group).streamArn(stream.name);
  described.storedBytes = 0;  // AWS has stopped to count them
  return described;
}

std::string sequenceToken(const LogStreamRecord& stream) {
  return eventId({stream.createdMillis, 0}, stream.id);
}

}  // namespace millrace::logs
