#include "aws/model/generated/iam/list_attached_role_policies.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListAttachedRolePoliciesResponse> listAttachedRolePolicies(
    Service& service, ListAttachedRolePoliciesRequest& input, RequestContext&) {
  auto state = service.state();
  auto record = TRY(findIdentity(*state, IdentityKind::kRole, input.roleName));
  ListAttachedRolePoliciesResponse response;
  answerPage(input, response, response.attachedPolicies.emplace(),
             attachedPolicies(*state, *record, input.pathPrefix.value_or("/")),
             [](const AttachedPolicy& policy) { return *policy.policyName; });
  return response;
}

}  // namespace millrace::iam
