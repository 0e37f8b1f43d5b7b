#include "aws/model/generated/iam/list_users.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListUsersResponse> listUsers(Service& service, ListUsersRequest& input,
                                     RequestContext& context) {
  auto state = service.state();
  std::vector<User> users;
  for (const auto& [_, record] : state->users) {
    if (!record->path.starts_with(input.pathPrefix.value_or("/"))) continue;
    users.push_back(toUser(context.account, *record, Detail::kListed));
  }
  std::ranges::sort(users, {}, &User::userName);
  ListUsersResponse response;
  answerPage(input, response, response.users, std::move(users),
             [](const User& user) { return user.userName; });
  return response;
}

}  // namespace millrace::iam
