#include "aws/model/generated/iam/put_role_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<PutRolePolicyResponse> putRolePolicy(Service& service, PutRolePolicyRequest& input,
                                             RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return putInlinePolicy(state, IdentityKind::kRole, input.roleName, input.policyName,
                           input.policyDocument);
  }));
  return PutRolePolicyResponse();
}

}  // namespace millrace::iam
