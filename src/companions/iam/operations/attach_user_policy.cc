#include "aws/model/generated/iam/attach_user_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<AttachUserPolicyResponse> attachUserPolicy(Service& service, AttachUserPolicyRequest& input,
                                                   RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return attachPolicy(state, IdentityKind::kUser, input.userName, input.policyArn);
  }));
  return AttachUserPolicyResponse();
}

}  // namespace millrace::iam
