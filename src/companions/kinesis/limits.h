// Limits of an account and of a stream's settings, and what their violation says.
#pragma once

#include <cstdint>
#include <string>

#include "aws/model/api_error.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

size_t numOpenShards(Service& service, const std::string& account, const std::string& region);
// Whether the account may have that many open shards more.
Outcome<void> checkShardLimit(Service& service, const StreamKey& key, size_t additional);
// Whether a stream may keep its records for that long.
Outcome<void> checkRetention(int64_t hours);

}  // namespace millrace::kinesis
