#include "aws/model/generated/iam/list_role_policies.h"

#include <string>
#include <utility>

#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListRolePoliciesResponse> listRolePolicies(Service& service, ListRolePoliciesRequest& input,
                                                   RequestContext&) {
  auto names = TRY(inlinePolicyNames(*service.state(), IdentityKind::kRole, input.roleName));
  ListRolePoliciesResponse response;
  answerPage(input, response, response.policyNames, std::move(names),
             [](const std::string& name) { return name; });
  return response;
}

}  // namespace millrace::iam
