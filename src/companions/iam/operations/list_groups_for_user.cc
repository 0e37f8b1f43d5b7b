#include "aws/model/generated/iam/list_groups_for_user.h"

#include <string>
#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListGroupsForUserResponse> listGroupsForUser(Service& service,
                                                     ListGroupsForUserRequest& input,
                                                     RequestContext& context) {
  auto state = service.state();
  auto user = TRY(findUser(*state, input.userName));
  std::vector<Group> groups;
  for (const std::string& name : user->groups) {
    if (auto group = state->group(name)) groups.push_back(toGroup(context.account, *group));
  }
  ListGroupsForUserResponse response;
  answerPage(input, response, response.groups, std::move(groups),
             [](const Group& group) { return group.groupName; });
  return response;
}

}  // namespace millrace::iam
