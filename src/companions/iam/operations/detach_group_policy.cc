#include "aws/model/generated/iam/detach_group_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DetachGroupPolicyResponse> detachGroupPolicy(Service& service,
                                                     DetachGroupPolicyRequest& input,
                                                     RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return detachPolicy(state, IdentityKind::kGroup, input.groupName, input.policyArn);
  }));
  return DetachGroupPolicyResponse();
}

}  // namespace millrace::iam
