#include "aws/model/generated/iam/put_user_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<PutUserPolicyResponse> putUserPolicy(Service& service, PutUserPolicyRequest& input,
                                             RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return putInlinePolicy(state, IdentityKind::kUser, input.userName, input.policyName,
                           input.policyDocument);
  }));
  return PutUserPolicyResponse();
}

}  // namespace millrace::iam
