#include "aws/model/generated/iam/add_user_to_group.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<AddUserToGroupResponse> addUserToGroup(Service& service, AddUserToGroupRequest& input,
                                               RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    constexpr size_t kMaxGroups = 10;
    TRY(findGroup(state, input.groupName));
    return editUser(state, input.userName, [&](UserRecord& user) -> Outcome<void> {
      user.groups.insert(input.groupName);
      if (user.groups.size() <= kMaxGroups) return Outcome<void>();
      return limitExceededException(
          fmt::format("Cannot exceed quota for GroupsPerUser: {}", kMaxGroups));
    });
  }));
  return AddUserToGroupResponse();
}

}  // namespace millrace::iam
