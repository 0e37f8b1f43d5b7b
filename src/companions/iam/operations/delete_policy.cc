#include "aws/model/generated/iam/delete_policy.h"

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeletePolicyResponse> deletePolicy(Service& service, DeletePolicyRequest& input,
                                           RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto policy = TRY(findPolicy(state, input.policyArn));
    if (attachmentCount(state, policy->arn) > 0 || boundaryCount(state, policy->arn) > 0) {
      return deleteConflictException("Cannot delete a policy attached to entities.");
    }
    if (policy->versions.size() > 1) {
      return deleteConflictException(
          "This policy has more than one version. Before you delete a policy, you must delete the "
          "policy's versions. The default version is deleted with the policy.");
    }
    TRY(editPolicy(state, input.policyArn, [](PolicyRecord&) { return Outcome<void>(); }));
    state.policies.erase(input.policyArn);
    return Outcome<void>();
  }));
  return DeletePolicyResponse();
}

}  // namespace millrace::iam
