#include "aws/model/generated/iam/delete_user_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteUserPolicyResponse> deleteUserPolicy(Service& service, DeleteUserPolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return deleteInlinePolicy(state, IdentityKind::kUser, input.userName, input.policyName);
  }));
  return DeleteUserPolicyResponse();
}

}  // namespace millrace::iam
