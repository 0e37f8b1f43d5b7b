#include "aws/model/generated/iam/delete_group.h"

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteGroupResponse> deleteGroup(Service& service, DeleteGroupRequest& input,
                                         RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto group = TRY(findGroup(state, input.groupName));
    TRY(checkDeletable(*group));
    for (const auto& [_, user] : state.users) {
      if (!user->groups.contains(group->name)) continue;
      return deleteConflictException("Cannot delete entity, must remove users from group first.");
    }
    state.groups.erase(inLowerCase(group->name));
    return Outcome<void>();
  }));
  return DeleteGroupResponse();
}

}  // namespace millrace::iam
