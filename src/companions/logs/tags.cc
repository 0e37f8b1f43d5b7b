#include "companions/logs/tags.h"

#include <fmt/format.h>

#include "aws/model/generated/logs/errors.h"

namespace millrace::logs {

namespace {

constexpr size_t kMaxTags = 50;

}  // namespace

Outcome<LogGroupRecord> requireTagged(Transaction& transaction, const std::string& resourceArn) {
  std::optional<GroupName> name = parseGroupArn(resourceArn);
  if (!name) {
    return invalidParameterException(
        fmt::format("'{}' is not the ARN of a log group.", resourceArn));
  }
  return requireGroup(transaction, *name);
}

Outcome<void> addTags(Transaction& transaction, const LogGroupRecord& group,
                      const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    if (key.starts_with("aws:")) {
      return invalidParameterException("Tag keys cannot begin with 'aws:'.");
    }
    TRY(transaction.putTag(group.id, key, value));
  }
  if (TRY(transaction.tags(group.id)).size() <= kMaxTags) return {};
  return tooManyTagsException(fmt::format("A log group can have {} tags.", kMaxTags))
      .with("resourceName", group.name);
}

Outcome<void> removeTags(Transaction& transaction, const LogGroupRecord& group,
                         const std::vector<std::string>& keys) {
  for (const std::string& key : keys) TRY(transaction.deleteTag(group.id, key));
  return {};
}

}  // namespace millrace::logs
