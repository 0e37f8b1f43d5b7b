#include "companions/kinesis/put_input.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/error_texts.h"

namespace millrace::kinesis {

Outcome<void> checkWritable(const StreamDefinition& stream) {
  bool writable =
      stream.lifecycle == Lifecycle::kActive || stream.lifecycle == Lifecycle::kUpdating;
  if (!writable) return streamNotFound(stream.key);
  return {};
}

Outcome<PutEntry> checkEntry(const std::optional<std::string>& partitionKey,
                             const std::optional<std::string>& explicitHashKey,
                             std::string_view data, const StreamDefinition& stream,
                             std::string_view memberPath) {
  if (!partitionKey) {
    return constraintBroken("null", fmt::format("{}partitionKey", memberPath),
                            "Member must not be null");
  }
  auto maxBytes = static_cast<size_t>(stream.maxRecordKib) << 10;
  if (data.size() + partitionKey->size() > maxBytes) {
    return constraintBroken(
        fmt::format("'java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]'", data.size()),
        fmt::format("{}data", memberPath),
        fmt::format("Member must have length less than or equal to {}", maxBytes));
  }
  PutEntry entry{*partitionKey, data, 0};
  if (!explicitHashKey) {
    entry.hash = hashOfPartitionKey(*partitionKey);
    return entry;
  }
  std::optional<HashKeyValue> hash = parseHashKey(*explicitHashKey);
  if (!hash) {
    return invalidArgumentException(
        fmt::format("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                    "Specified value was {}",
                    *explicitHashKey));
  }
  entry.hash = *hash;
  return entry;
}

}  // namespace millrace::kinesis
