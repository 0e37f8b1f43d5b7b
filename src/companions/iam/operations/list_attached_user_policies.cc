#include "aws/model/generated/iam/list_attached_user_policies.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListAttachedUserPoliciesResponse> listAttachedUserPolicies(
    Service& service, ListAttachedUserPoliciesRequest& input, RequestContext&) {
  auto state = service.state();
  auto record = TRY(findIdentity(*state, IdentityKind::kUser, input.userName));
  ListAttachedUserPoliciesResponse response;
  answerPage(input, response, response.attachedPolicies.emplace(),
             attachedPolicies(*state, *record, input.pathPrefix.value_or("/")),
             [](const AttachedPolicy& policy) { return *policy.policyName; });
  return response;
}

}  // namespace millrace::iam
