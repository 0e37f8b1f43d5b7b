#include "aws/model/generated/iam/get_policy.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetPolicyResponse> getPolicy(Service& service, GetPolicyRequest& input, RequestContext&) {
  auto state = service.state();
  auto policy = TRY(findPolicy(*state, input.policyArn));
  GetPolicyResponse response;
  response.policy = toPolicy(*state, *policy, Detail::kWhole);
  return response;
}

}  // namespace millrace::iam
