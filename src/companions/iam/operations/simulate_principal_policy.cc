#include "aws/model/generated/iam/simulate_principal_policy.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/service.h"
#include "companions/iam/simulation.h"

namespace millrace::iam {

namespace {

std::string nameOf(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

std::shared_ptr<const GroupRecord> groupOf(const IdentityState& state, const std::string& account,
                                           const std::string& arn) {
  auto group = state.group(nameOf(arn));
  if (!group || identityArn(account, "group", group->path, group->name) != arn) return nullptr;
  return group;
}

// The user, a session of the role, or nobody for a group; NoSuchEntity when there is none.
Outcome<Principal> principalOf(const IdentityState& state, const std::string& account,
                               const std::string& arn) {
  Principal principal;
  principal.account = account;
  std::string name = nameOf(arn);
  auto user = state.user(name);
  auto role = state.role(name);
  if (user && identityArn(account, "user", user->path, name) == arn) {
    principal.kind = Principal::Kind::kUser;
    principal.arn = arn;
    principal.userId = user->id;
    principal.tags = {user->tags.begin(), user->tags.end()};
    return principal;
  }
  if (role && identityArn(account, "role", role->path, name) == arn) {
    principal.kind = Principal::Kind::kAssumedRole;
    principal.arn = arn;
    principal.roleArn = arn;
    principal.userId = role->id;
    principal.tags = {role->tags.begin(), role->tags.end()};
    return principal;
  }
  if (groupOf(state, account, arn)) {
    principal.kind = Principal::Kind::kUser;
    principal.arn = arn;
    return principal;
  }
  return noSuchEntityException(fmt::format("The entity {} cannot be found.", arn));
}

}  // namespace

Outcome<SimulatePolicyResponse> simulatePrincipalPolicy(Service& service,
                                                        SimulatePrincipalPolicyRequest& input,
                                                        RequestContext& context) {
  auto state = service.state();
  Simulation simulation;
  simulation.principal = TRY(principalOf(*state, context.account, input.policySourceArn));
  simulation.policies = service.access().policiesOf(simulation.principal);
  if (auto group = groupOf(*state, context.account, input.policySourceArn)) {
    for (const auto& [_, policy] : group->inlinePolicies) {
      simulation.policies.identity.push_back(policy.parsed);
    }
    for (const std::string& arn : group->attachedPolicies) {
      if (auto policy = state->policy(arn)) {
        simulation.policies.identity.push_back(policy->current().parsed);
      }
    }
  }
  if (input.policyInputList) {
    TRY(addPolicies(*input.policyInputList, PolicyUse::kInline, simulation.policies.identity));
  }
  TRY(addBoundaries(input.permissionsBoundaryPolicyInputList, simulation.policies));
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
