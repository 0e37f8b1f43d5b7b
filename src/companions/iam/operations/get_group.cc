#include "aws/model/generated/iam/get_group.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetGroupResponse> getGroup(Service& service, GetGroupRequest& input,
                                   RequestContext& context) {
  auto state = service.state();
  auto group = TRY(findGroup(*state, input.groupName));
  std::vector<User> users;
  for (const auto& [_, user] : state->users) {
    if (!user->groups.contains(group->name)) continue;
    users.push_back(toUser(context.account, *user, Detail::kListed));
  }
  std::ranges::sort(users, {}, &User::userName);
  GetGroupResponse response;
  response.group = toGroup(context.account, *group);
  answerPage(input, response, response.users, std::move(users),
             [](const User& user) { return user.userName; });
  return response;
}

}  // namespace millrace::iam
