// Groups and streams as the API shows them.
#pragma once

#include "aws/model/generated/logs/shapes/log_group.h"
#include "aws/model/generated/logs/shapes/log_stream.h"
#include "companions/logs/names.h"
#include "companions/logs/store/log_store.h"

namespace millrace::logs {

LogGroup describeGroup(const LogGroupRecord& group);
LogStream describeStream(const LogGroupRecord& group, const LogStreamRecord& stream,
                         std::optional<int64_t> firstEventMillis);
// Sequence tokens are given out for old clients, and ignored.
std::string sequenceToken(const LogStreamRecord& stream);

inline GroupName nameOf(const LogGroupRecord& group) {
  return {group.account, group.region, group.name};
}

}  // namespace millrace::logs
