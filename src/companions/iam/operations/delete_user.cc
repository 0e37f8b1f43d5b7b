#include "aws/model/generated/iam/delete_user.h"

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteUserResponse> deleteUser(Service& service, DeleteUserRequest& input,
                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto user = TRY(findUser(state, input.userName));
    TRY(checkDeletable(*user));
    for (const auto& [_, key] : state.accessKeys) {
      if (key->userName != user->name) continue;
      return deleteConflictException("Cannot delete entity, must delete access keys first.");
    }
    if (!user->groups.empty()) {
      return deleteConflictException("Cannot delete entity, must remove users from group first.");
    }
    state.users.erase(inLowerCase(user->name));
    return Outcome<void>();
  }));
  return DeleteUserResponse();
}

}  // namespace millrace::iam
