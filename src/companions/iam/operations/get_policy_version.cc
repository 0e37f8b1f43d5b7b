#include "aws/model/generated/iam/get_policy_version.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/policy_version.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetPolicyVersionResponse> getPolicyVersion(Service& service, GetPolicyVersionRequest& input,
                                                   RequestContext&) {
  auto policy = TRY(findPolicy(*service.state(), input.policyArn));
  int64_t version = TRY(findVersion(*policy, input.versionId));
  GetPolicyVersionResponse response;
  response.policyVersion = toPolicyVersion(*policy, version, /*withDocument=*/true);
  return response;
}

}  // namespace millrace::iam
