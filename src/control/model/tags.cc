#include "control/model/tags.h"

#include <fmt/format.h>

#include <set>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<void> addTags(const std::vector<Tag>& given, const Quotas& quotas,
                      std::map<std::string, std::string>& tags) {
  std::map<std::string, std::string> next = tags;
  std::set<std::string> seen;
  for (const Tag& tag : given) {
    if (!seen.insert(tag.key).second) {
      return invalidArgumentException(fmt::format("Tag key {} is given twice.", tag.key));
    }
    if (tag.key.starts_with("aws:")) {
      return invalidArgumentException(fmt::format(
          "Tag key {} is not allowed: keys that begin with aws: are reserved.", tag.key));
    }
    next[tag.key] = tag.value.value_or("");
  }
  if (static_cast<int64_t>(next.size()) > quotas.tags) {
    return tooManyTagsException(
        fmt::format("An application can have at most {} tags.", quotas.tags));
  }
  tags = std::move(next);
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
