#include "aws/model/generated/iam/get_role_policy.h"

#include <string>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetRolePolicyResponse> getRolePolicy(Service& service, GetRolePolicyRequest& input,
                                             RequestContext&) {
  std::string document =
      TRY(getInlinePolicy(*service.state(), IdentityKind::kRole, input.roleName, input.policyName));
  GetRolePolicyResponse response;
  response.roleName = input.roleName;
  response.policyName = input.policyName;
  response.policyDocument = encodedDocument(document);
  return response;
}

}  // namespace millrace::iam
