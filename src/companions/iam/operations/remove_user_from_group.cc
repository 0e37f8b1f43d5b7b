#include "aws/model/generated/iam/remove_user_from_group.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<RemoveUserFromGroupResponse> removeUserFromGroup(Service& service,
                                                         RemoveUserFromGroupRequest& input,
                                                         RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(findGroup(state, input.groupName));
    return editUser(state, input.userName, [&](UserRecord& user) -> Outcome<void> {
      user.groups.erase(input.groupName);
      return Outcome<void>();
    });
  }));
  return RemoveUserFromGroupResponse();
}

}  // namespace millrace::iam
