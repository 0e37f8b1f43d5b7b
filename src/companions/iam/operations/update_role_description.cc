#include "aws/model/generated/iam/update_role_description.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateRoleDescriptionResponse> updateRoleDescription(Service& service,
                                                             UpdateRoleDescriptionRequest& input,
                                                             RequestContext& context) {
  UpdateRoleDescriptionResponse response;
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editRole(state, input.roleName, [&](RoleRecord& role) -> Outcome<void> {
      role.description = input.description;
      response.role = toRole(context.account, role, Detail::kWhole);
      return Outcome<void>();
    });
  }));
  return response;
}

}  // namespace millrace::iam
