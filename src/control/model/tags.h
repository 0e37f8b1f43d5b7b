// Tags of applications.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/tag.h"
#include "control/lifecycle/limits.h"

namespace millrace::kinesisanalyticsv2 {

// Adds or replaces. InvalidArgumentException for a key that is given twice or is reserved,
// TooManyTagsException when there would be too many; nothing was changed then.
Outcome<void> addTags(const std::vector<Tag>& given, const Quotas& quotas,
                      std::map<std::string, std::string>& tags);

}  // namespace millrace::kinesisanalyticsv2
