#include "aws/model/generated/logs/describe_log_groups.h"

#include <algorithm>

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/describe.h"
#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

namespace {

constexpr int32_t kDefaultGroups = 50;

bool isWanted(const LogGroupRecord& group, const DescribeLogGroupsRequest& input) {
  if (input.logGroupNamePattern &&
      group.name.find(*input.logGroupNamePattern) == std::string::npos) {
    return false;
  }
  if (input.logGroupClass && group.groupClass != *input.logGroupClass) return false;
  if (!input.logGroupIdentifiers) return true;
  const std::vector<std::string>& named = *input.logGroupIdentifiers;
  return std::any_of(named.begin(), named.end(), [&](const std::string& name) {
    return name == group.name || name == nameOf(group).arn();
  });
}

}  // namespace

Outcome<DescribeLogGroupsResponse> describeLogGroups(Service& service,
                                                     DescribeLogGroupsRequest& input,
                                                     RequestContext& context) {
  if (input.logGroupNamePrefix && input.logGroupNamePattern) {
    return invalidParameterException(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  std::optional<std::string> after =
      input.nextToken ? decodePageToken(*input.nextToken) : std::string();
  if (!after) return invalidParameterException("The specified nextToken is invalid.");
  auto limit = static_cast<size_t>(input.limit.value_or(kDefaultGroups));
  return service.store().read([&](Transaction& transaction) -> Outcome<DescribeLogGroupsResponse> {
    DescribeLogGroupsResponse response;
    response.logGroups.emplace();
    for (const LogGroupRecord& group : TRY(transaction.groups(
             context.account, context.region, input.logGroupNamePrefix.value_or(""), *after))) {
      if (!isWanted(group, input)) continue;
      if (response.logGroups->size() == limit) {
        response.nextToken = encodePageToken(*response.logGroups->back().logGroupName);
        break;
      }
      response.logGroups->push_back(describeGroup(group));
    }
    return response;
  });
}

}  // namespace millrace::logs
