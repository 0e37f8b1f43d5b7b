#include "aws/model/generated/iam/create_policy.h"

#include <memory>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/policy_version.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreatePolicyResponse> createPolicy(Service& service, CreatePolicyRequest& input,
                                           RequestContext& context) {
  PolicyRecord policy;
  nameRecord(context, "ANPA", input.policyName, input.path, policy);
  policy.arn = identityArn(context.account, "policy", policy.path, policy.name);
  policy.updatedMillis = policy.createdMillis;
  policy.description = input.description.value_or("");
  if (input.tags) TRY(addTags(policy.tags, *input.tags));
  policy.versions[1] = TRY(newVersion(context, input.policyDocument));
  CreatePolicyResponse response;
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(checkNewPolicy(state, input.policyName));
    state.policies[policy.arn] = std::make_shared<const PolicyRecord>(policy);
    response.policy = toPolicy(state, policy, Detail::kWhole);
    return Outcome<void>();
  }));
  return response;
}

}  // namespace millrace::iam
