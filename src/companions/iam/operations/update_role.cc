#include "aws/model/generated/iam/update_role.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateRoleResponse> updateRole(Service& service, UpdateRoleRequest& input,
                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editRole(state, input.roleName, [&](RoleRecord& role) -> Outcome<void> {
      if (input.description) role.description = *input.description;
      if (input.maxSessionDuration) role.maxSessionSeconds = *input.maxSessionDuration;
      return Outcome<void>();
    });
  }));
  return UpdateRoleResponse();
}

}  // namespace millrace::iam
