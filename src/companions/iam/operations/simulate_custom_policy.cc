#include "aws/model/generated/iam/simulate_custom_policy.h"

#include <string>
#include <vector>

#include "companions/iam/service.h"
#include "companions/iam/simulation.h"

namespace millrace::iam {

Outcome<SimulatePolicyResponse> simulateCustomPolicy(Service& service,
                                                     SimulateCustomPolicyRequest& input,
                                                     RequestContext& context) {
  Simulation simulation;
  TRY(addPolicies(input.policyInputList, PolicyUse::kInline, simulation.policies.identity));
  TRY(addBoundaries(input.permissionsBoundaryPolicyInputList, simulation.policies));
  simulation.principal.kind = Principal::Kind::kUser;
  simulation.principal.account = context.account;
  simulation.principal.arn =
      input.callerArn.value_or(identityArn(context.account, "user", "/", "simulated"));
  if (input.resourcePolicy) {
    std::vector<PolicyDocumentPtr> policies;
    TRY(addPolicies({*input.resourcePolicy}, PolicyUse::kResource, policies));
    simulation.policies.resource = policies[0];
  }
  simulation.actions = input.actionNames;
  simulation.resources = input.resourceArns.value_or(std::vector<std::string>());
  simulation.context = input.contextEntries.value_or(std::vector<ContextEntry>());
  return pageOfResults(simulate(service.access(), simulation), input.marker, input.maxItems);
}

}  // namespace millrace::iam
