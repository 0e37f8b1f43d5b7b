// Tags of log groups: what is allowed, and the group that a resource ARN names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "companions/logs/service.h"

namespace millrace::logs {

// Only log groups have tags here; both forms of the ARN are understood.
Outcome<LogGroupRecord> requireTagged(Transaction& transaction, const std::string& resourceArn);

Outcome<void> addTags(Transaction& transaction, const LogGroupRecord& group,
                      const std::map<std::string, std::string>& tags);
Outcome<void> removeTags(Transaction& transaction, const LogGroupRecord& group,
                         const std::vector<std::string>& keys);

}  // namespace millrace::logs
