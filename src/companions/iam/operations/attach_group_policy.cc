#include "aws/model/generated/iam/attach_group_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<AttachGroupPolicyResponse> attachGroupPolicy(Service& service,
                                                     AttachGroupPolicyRequest& input,
                                                     RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return attachPolicy(state, IdentityKind::kGroup, input.groupName, input.policyArn);
  }));
  return AttachGroupPolicyResponse();
}

}  // namespace millrace::iam
