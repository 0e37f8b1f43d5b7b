#include "companions/kinesis/limits.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/error_texts.h"

namespace millrace::kinesis {

namespace {

constexpr int64_t kMinRetentionHours = 24;
constexpr int64_t kMaxRetentionHours = 8760;

}  // namespace

size_t numOpenShards(Service& service, const std::string& account, const std::string& region) {
  size_t count = 0;
  for (const StreamPtr& stream : service.streams().list(account, region)) {
    count += stream->view()->definition.numOpenShards();
  }
  return count;
}

Outcome<void> checkShardLimit(Service& service, const StreamKey& key, size_t additional) {
  size_t current = numOpenShards(service, key.account, key.region);
  int64_t limit = service.options().shardLimit;
  if (current + additional <= static_cast<size_t>(limit)) return {};
  return shardLimitExceeded(key, current, limit, additional);
}

Outcome<void> checkRetention(int64_t hours) {
  bool tooShort = hours < kMinRetentionHours;
  if (!tooShort && hours <= kMaxRetentionHours) return {};
  return invalidArgumentException(fmt::format(
      "{} allowed retention period is {} hours. Requested retention period ({} hours) is too {}.",
      tooShort ? "Minimum" : "Maximum", tooShort ? kMinRetentionHours : kMaxRetentionHours, hours,
      tooShort ? "short" : "long"));
}

}  // namespace millrace::kinesis
