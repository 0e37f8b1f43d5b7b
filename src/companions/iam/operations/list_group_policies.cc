#include "aws/model/generated/iam/list_group_policies.h"

#include <string>
#include <utility>

#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListGroupPoliciesResponse> listGroupPolicies(Service& service,
                                                     ListGroupPoliciesRequest& input,
                                                     RequestContext&) {
  auto names = TRY(inlinePolicyNames(*service.state(), IdentityKind::kGroup, input.groupName));
  ListGroupPoliciesResponse response;
  answerPage(input, response, response.policyNames, std::move(names),
             [](const std::string& name) { return name; });
  return response;
}

}  // namespace millrace::iam
