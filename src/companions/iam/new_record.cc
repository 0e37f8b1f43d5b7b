#include "companions/iam/new_record.h"

#include <fmt/format.h>

#include "access/policy/policy_pattern.h"
#include "aws/model/generated/iam/errors.h"

namespace millrace::iam {

namespace {

ApiError quota(std::string_view name, int32_t limit) {
  return limitExceededException(fmt::format("Cannot exceed quota for {}: {}", name, limit));
}

template <typename Record>
Outcome<void> checkNew(const IdentityState::Table<Record>& table, std::string_view kind,
                       std::string_view name, std::string_view quotaName, int32_t limit) {
  if (table.contains(inLowerCase(name))) {
    return entityAlreadyExistsException(fmt::format("{} with name {} already exists.", kind, name));
  }
  if (table.size() >= static_cast<size_t>(limit)) return quota(quotaName, limit);
  return Outcome<void>();
}

}  // namespace

int64_t secondsOf(const RequestContext& context) { return context.now().millis / 1000 * 1000; }

Outcome<void> checkNewUser(const IdentityState& state, std::string_view name) {
  return checkNew(state.users, "User", name, "UsersPerAccount", kMaxUsers);
}

Outcome<void> checkNewGroup(const IdentityState& state, std::string_view name) {
  return checkNew(state.groups, "Group", name, "GroupsPerAccount", kMaxGroups);
}

Outcome<void> checkNewRole(const IdentityState& state, std::string_view name) {
  return checkNew(state.roles, "Role", name, "RolesPerAccount", kMaxRoles);
}

Outcome<void> checkNewPolicy(const IdentityState& state, std::string_view name) {
  // Unique whatever the path.
  for (const auto& [_, policy] : state.policies) {
    if (inLowerCase(policy->name) != inLowerCase(name)) continue;
    return entityAlreadyExistsException(
        fmt::format("A policy called {} already exists. Duplicate names are not allowed.", name));
  }
  if (state.policies.size() >= static_cast<size_t>(kMaxPolicies)) {
    return quota("PoliciesPerAccount", kMaxPolicies);
  }
  return Outcome<void>();
}

Outcome<void> checkBoundary(const IdentityState& state, const std::string& arn) {
  if (arn.empty() || state.policy(arn)) return Outcome<void>();
  return noSuchEntityException(
      fmt::format("Scope ARN: {} does not exist or is not attachable.", arn));
}

}  // namespace millrace::iam
