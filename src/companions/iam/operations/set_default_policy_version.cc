#include "aws/model/generated/iam/set_default_policy_version.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/policy_version.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<SetDefaultPolicyVersionResponse> setDefaultPolicyVersion(
    Service& service, SetDefaultPolicyVersionRequest& input, RequestContext& context) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editPolicy(state, input.policyArn, [&](PolicyRecord& policy) -> Outcome<void> {
      policy.defaultVersion = TRY(findVersion(policy, input.versionId));
      policy.updatedMillis = secondsOf(context);
      return Outcome<void>();
    });
  }));
  return SetDefaultPolicyVersionResponse();
}

}  // namespace millrace::iam
