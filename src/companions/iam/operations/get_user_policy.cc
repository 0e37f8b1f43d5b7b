#include "aws/model/generated/iam/get_user_policy.h"

#include <string>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetUserPolicyResponse> getUserPolicy(Service& service, GetUserPolicyRequest& input,
                                             RequestContext&) {
  std::string document =
      TRY(getInlinePolicy(*service.state(), IdentityKind::kUser, input.userName, input.policyName));
  GetUserPolicyResponse response;
  response.userName = input.userName;
  response.policyName = input.policyName;
  response.policyDocument = encodedDocument(document);
  return response;
}

}  // namespace millrace::iam
