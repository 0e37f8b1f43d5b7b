#include "aws/model/generated/iam/list_roles.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListRolesResponse> listRoles(Service& service, ListRolesRequest& input,
                                     RequestContext& context) {
  auto state = service.state();
  std::vector<Role> roles;
  for (const auto& [_, record] : state->roles) {
    if (!record->path.starts_with(input.pathPrefix.value_or("/"))) continue;
    roles.push_back(toRole(context.account, *record, Detail::kListed));
  }
  std::ranges::sort(roles, {}, &Role::roleName);
  ListRolesResponse response;
  answerPage(input, response, response.roles, std::move(roles),
             [](const Role& role) { return role.roleName; });
  return response;
}

}  // namespace millrace::iam
