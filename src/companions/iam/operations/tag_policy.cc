#include "aws/model/generated/iam/tag_policy.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<TagPolicyResponse> tagPolicy(Service& service, TagPolicyRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editPolicy(state, input.policyArn,
                      [&](PolicyRecord& policy) { return addTags(policy.tags, input.tags); });
  }));
  return TagPolicyResponse();
}

}  // namespace millrace::iam
