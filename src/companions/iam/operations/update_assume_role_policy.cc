#include "aws/model/generated/iam/update_assume_role_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateAssumeRolePolicyResponse> updateAssumeRolePolicy(Service& service,
                                                               UpdateAssumeRolePolicyRequest& input,
                                                               RequestContext& context) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editRole(state, input.roleName, [&](RoleRecord& role) {
      return setTrust(state, context.account, input.policyDocument, role);
    });
  }));
  return UpdateAssumeRolePolicyResponse();
}

}  // namespace millrace::iam
