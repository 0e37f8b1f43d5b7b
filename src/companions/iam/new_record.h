// New users, groups, roles and policies: their names, ids and quotas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/identity/records.h"
#include "access/identity/unique_id.h"
#include "aws/model/api_error.h"
#include "aws/server/request_context.h"

namespace millrace::iam {

// Of an account, as AWS has them by default.
constexpr int32_t kMaxUsers = 5000;
constexpr int32_t kMaxGroups = 300;
constexpr int32_t kMaxRoles = 1000;
constexpr int32_t kMaxPolicies = 1500;

// Now, in milliseconds but whole seconds, as dates of IAM are.
int64_t secondsOf(const RequestContext& context);

template <typename Record>
void nameRecord(const RequestContext& context, std::string_view idPrefix, const std::string& name,
                const std::optional<std::string>& path, Record& record) {
  record.name = name;
  record.path = path.value_or("/");
  record.id = makeIdentityId(context.env.random(), idPrefix);
  record.createdMillis = secondsOf(context);
}

// EntityAlreadyExists when the name is taken (in any case of letters), LimitExceeded at the quota.
Outcome<void> checkNewUser(const IdentityState& state, std::string_view name);
Outcome<void> checkNewGroup(const IdentityState& state, std::string_view name);
Outcome<void> checkNewRole(const IdentityState& state, std::string_view name);
Outcome<void> checkNewPolicy(const IdentityState& state, std::string_view name);
// The policy of a boundary, when there is one, must exist.
Outcome<void> checkBoundary(const IdentityState& state, const std::string& arn);

}  // namespace millrace::iam
