#include "aws/model/generated/iam/list_groups.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListGroupsResponse> listGroups(Service& service, ListGroupsRequest& input,
                                       RequestContext& context) {
  auto state = service.state();
  std::vector<Group> groups;
  for (const auto& [_, record] : state->groups) {
    if (!record->path.starts_with(input.pathPrefix.value_or("/"))) continue;
    groups.push_back(toGroup(context.account, *record));
  }
  std::ranges::sort(groups, {}, &Group::groupName);
  ListGroupsResponse response;
  answerPage(input, response, response.groups, std::move(groups),
             [](const Group& group) { return group.groupName; });
  return response;
}

}  // namespace millrace::iam
