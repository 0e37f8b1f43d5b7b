#include "aws/model/generated/iam/delete_role_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteRolePolicyResponse> deleteRolePolicy(Service& service, DeleteRolePolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return deleteInlinePolicy(state, IdentityKind::kRole, input.roleName, input.policyName);
  }));
  return DeleteRolePolicyResponse();
}

}  // namespace millrace::iam
