#include "aws/model/generated/iam/get_group_policy.h"

#include <string>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetGroupPolicyResponse> getGroupPolicy(Service& service, GetGroupPolicyRequest& input,
                                               RequestContext&) {
  std::string document = TRY(
      getInlinePolicy(*service.state(), IdentityKind::kGroup, input.groupName, input.policyName));
  GetGroupPolicyResponse response;
  response.groupName = input.groupName;
  response.policyName = input.policyName;
  response.policyDocument = encodedDocument(document);
  return response;
}

}  // namespace millrace::iam
