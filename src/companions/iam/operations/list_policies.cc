#include "aws/model/generated/iam/list_policies.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "access/identity/managed_policy.h"
#include "companions/iam/entities.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

namespace {

// Names are unique among the customer's policies, and among those of AWS.
std::string policyKey(const Policy& policy) {
  bool awsManaged = policy.arn->starts_with("arn:aws:iam::aws:");
  return *policy.policyName + (awsManaged ? "/aws" : "/local");
}

bool isWanted(const ListPoliciesRequest& input, const Policy& policy) {
  bool asBoundary = input.policyUsageFilter == "PermissionsBoundary";
  bool asPermissions = input.policyUsageFilter == "PermissionsPolicy";
  bool attached = !asBoundary && policy.attachmentCount.value_or(0) > 0;
  bool boundary = !asPermissions && policy.permissionsBoundaryUsageCount.value_or(0) > 0;
  return attached || boundary || (!input.onlyAttached.value_or(false) && !input.policyUsageFilter);
}

}  // namespace

Outcome<ListPoliciesResponse> listPolicies(Service& service, ListPoliciesRequest& input,
                                           RequestContext&) {
  auto state = service.state();
  std::string scope = input.scope.value_or("All");
  std::vector<Policy> policies;
  auto add = [&](const IdentityState::Table<PolicyRecord>& table) {
    for (const auto& [_, record] : table) {
      if (!record->path.starts_with(input.pathPrefix.value_or("/"))) continue;
      Policy policy = toPolicy(*state, *record, Detail::kListed);
      if (isWanted(input, policy)) policies.push_back(std::move(policy));
    }
  };
  if (scope != "AWS") add(state->policies);
  if (scope != "Local") add(managedPolicies());
  std::ranges::sort(policies, {}, policyKey);
  ListPoliciesResponse response;
  answerPage(input, response, response.policies.emplace(), std::move(policies), policyKey);
  return response;
}

}  // namespace millrace::iam
