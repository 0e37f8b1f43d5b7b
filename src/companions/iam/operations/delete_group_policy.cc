#include "aws/model/generated/iam/delete_group_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteGroupPolicyResponse> deleteGroupPolicy(Service& service,
                                                     DeleteGroupPolicyRequest& input,
                                                     RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return deleteInlinePolicy(state, IdentityKind::kGroup, input.groupName, input.policyName);
  }));
  return DeleteGroupPolicyResponse();
}

}  // namespace millrace::iam
