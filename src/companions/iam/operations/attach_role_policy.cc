#include "aws/model/generated/iam/attach_role_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<AttachRolePolicyResponse> attachRolePolicy(Service& service, AttachRolePolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return attachPolicy(state, IdentityKind::kRole, input.roleName, input.policyArn);
  }));
  return AttachRolePolicyResponse();
}

}  // namespace millrace::iam
