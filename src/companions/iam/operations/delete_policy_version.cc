#include "aws/model/generated/iam/delete_policy_version.h"

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/policy_version.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeletePolicyVersionResponse> deletePolicyVersion(Service& service,
                                                         DeletePolicyVersionRequest& input,
                                                         RequestContext& context) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editPolicy(state, input.policyArn, [&](PolicyRecord& policy) -> Outcome<void> {
      int64_t version = TRY(findVersion(policy, input.versionId));
      if (version == policy.defaultVersion) {
        return deleteConflictException("Cannot delete the default version of a policy.");
      }
      policy.versions.erase(version);
      policy.updatedMillis = secondsOf(context);
      return Outcome<void>();
    });
  }));
  return DeletePolicyVersionResponse();
}

}  // namespace millrace::iam
