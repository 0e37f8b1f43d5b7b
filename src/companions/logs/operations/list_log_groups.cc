#include "aws/model/generated/logs/list_log_groups.h"

#include <string_view>

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/describe.h"
#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

namespace {

constexpr int32_t kDefaultListed = 50;

// "^/aws/lambda|discovery": alternatives; with ^ they are prefixes.
bool fits(std::string_view name, std::string_view pattern) {
  while (true) {
    size_t bar = pattern.find('|');
    std::string_view part = pattern.substr(0, bar);
    bool prefix = part.starts_with('^');
    if (prefix ? name.starts_with(part.substr(1)) : name.find(part) != std::string_view::npos) {
      return true;
    }
    if (bar == std::string_view::npos) return false;
    pattern.remove_prefix(bar + 1);
  }
}

}  // namespace

Outcome<ListLogGroupsResponse> listLogGroups(Service& service, ListLogGroupsRequest& input,
                                             RequestContext& context) {
  if (input.dataSources || input.fieldIndexNames || input.logGroupTags) {
    return invalidParameterException(
        "Log groups can be listed here by logGroupNamePattern and logGroupClass only.");
  }
  std::optional<std::string> after =
      input.nextToken ? decodePageToken(*input.nextToken) : std::string();
  if (!after) return invalidParameterException("The specified nextToken is invalid.");
  auto limit = static_cast<size_t>(input.limit.value_or(kDefaultListed));
  return service.store().read([&](Transaction& transaction) -> Outcome<ListLogGroupsResponse> {
    ListLogGroupsResponse response;
    response.logGroups.emplace();
    for (const LogGroupRecord& group :
         TRY(transaction.groups(context.account, context.region, "", *after))) {
      if (input.logGroupNamePattern && !fits(group.name, *input.logGroupNamePattern)) continue;
      if (input.logGroupClass && group.groupClass != *input.logGroupClass) continue;
      if (response.logGroups->size() == limit) {
        response.nextToken = encodePageToken(*response.logGroups->back().logGroupName);
        break;
      }
      LogGroupSummary& summary = response.logGroups->emplace_back();
      summary.logGroupName = group.name;
      summary.logGroupArn = nameOf(group).arn();
      summary.logGroupClass = group.groupClass;
    }
    return response;
  });
}

}  // namespace millrace::logs
