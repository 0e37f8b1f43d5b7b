#include "aws/model/generated/iam/list_user_policies.h"

#include <string>
#include <utility>

#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListUserPoliciesResponse> listUserPolicies(Service& service, ListUserPoliciesRequest& input,
                                                   RequestContext&) {
  auto names = TRY(inlinePolicyNames(*service.state(), IdentityKind::kUser, input.userName));
  ListUserPoliciesResponse response;
  answerPage(input, response, response.policyNames, std::move(names),
             [](const std::string& name) { return name; });
  return response;
}

}  // namespace millrace::iam
