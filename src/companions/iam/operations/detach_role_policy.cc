#include "aws/model/generated/iam/detach_role_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DetachRolePolicyResponse> detachRolePolicy(Service& service, DetachRolePolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return detachPolicy(state, IdentityKind::kRole, input.roleName, input.policyArn);
  }));
  return DetachRolePolicyResponse();
}

}  // namespace millrace::iam
