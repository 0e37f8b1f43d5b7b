#include "aws/model/generated/iam/delete_role.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteRoleResponse> deleteRole(Service& service, DeleteRoleRequest& input,
                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto role = TRY(findRole(state, input.roleName));
    TRY(checkDeletable(*role));
    state.roles.erase(inLowerCase(role->name));
    return Outcome<void>();
  }));
  return DeleteRoleResponse();
}

}  // namespace millrace::iam
