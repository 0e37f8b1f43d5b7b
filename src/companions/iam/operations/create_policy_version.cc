#include "aws/model/generated/iam/create_policy_version.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/policy_version.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreatePolicyVersionResponse> createPolicyVersion(Service& service,
                                                         CreatePolicyVersionRequest& input,
                                                         RequestContext& context) {
  constexpr size_t kMaxVersions = 5;
  PolicyVersionRecord version = TRY(newVersion(context, input.policyDocument));
  CreatePolicyVersionResponse response;
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editPolicy(state, input.policyArn, [&](PolicyRecord& policy) -> Outcome<void> {
      if (policy.versions.size() >= kMaxVersions) {
        return limitExceededException(fmt::format(
            "A managed policy can have up to {} versions. Before you create a new version, you "
            "must delete an existing version.",
            kMaxVersions));
      }
      int64_t number = policy.nextVersion++;
      policy.versions[number] = version;
      policy.updatedMillis = version.createdMillis;
      if (input.setAsDefault.value_or(false)) policy.defaultVersion = number;
      response.policyVersion = toPolicyVersion(policy, number, /*withDocument=*/false);
      return Outcome<void>();
    });
  }));
  return response;
}

}  // namespace millrace::iam
