#include "aws/model/generated/iam/untag_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UntagPolicyResponse> untagPolicy(Service& service, UntagPolicyRequest& input,
                                         RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editPolicy(state, input.policyArn, [&](PolicyRecord& policy) {
      removeTags(policy.tags, input.tagKeys);
      return Outcome<void>();
    });
  }));
  return UntagPolicyResponse();
}

}  // namespace millrace::iam
