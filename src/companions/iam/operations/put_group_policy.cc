#include "aws/model/generated/iam/put_group_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<PutGroupPolicyResponse> putGroupPolicy(Service& service, PutGroupPolicyRequest& input,
                                               RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return putInlinePolicy(state, IdentityKind::kGroup, input.groupName, input.policyName,
                           input.policyDocument);
  }));
  return PutGroupPolicyResponse();
}

}  // namespace millrace::iam
