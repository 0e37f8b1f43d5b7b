#include "aws/model/generated/iam/detach_user_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DetachUserPolicyResponse> detachUserPolicy(Service& service, DetachUserPolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return detachPolicy(state, IdentityKind::kUser, input.userName, input.policyArn);
  }));
  return DetachUserPolicyResponse();
}

}  // namespace millrace::iam
