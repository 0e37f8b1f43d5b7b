// Records as the API shows them. Lists show less than a Get: no tags, no boundary.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/records.h"
#include "aws/model/generated/iam/shapes/attached_permissions_boundary.h"
#include "aws/model/generated/iam/shapes/attached_policy.h"
#include "aws/model/generated/iam/shapes/group.h"
#include "aws/model/generated/iam/shapes/policy.h"
#include "aws/model/generated/iam/shapes/policy_version.h"
#include "aws/model/generated/iam/shapes/role.h"
#include "aws/model/generated/iam/shapes/tag.h"
#include "aws/model/generated/iam/shapes/user.h"

namespace millrace::iam {

enum class Detail : uint8_t { kListed, kWhole };

User toUser(const std::string& account, const UserRecord& record, Detail detail);
Group toGroup(const std::string& account, const GroupRecord& record);
Role toRole(const std::string& account, const RoleRecord& record, Detail detail);
Policy toPolicy(const IdentityState& state, const PolicyRecord& record, Detail detail);
PolicyVersion toPolicyVersion(const PolicyRecord& record, int64_t version, bool withDocument);
std::vector<Tag> toTags(const IdentityTags& tags);

// What is attached to a user, group or role, of the paths that begin so; by name.
std::vector<AttachedPolicy> attachedPolicies(const IdentityState& state,
                                             const IdentityRecord& record,
                                             std::string_view pathPrefix);

// Documents are percent-encoded in answers.
std::string encodedDocument(std::string_view document);

// How many users, groups and roles have the policy attached, or as their boundary.
int32_t attachmentCount(const IdentityState& state, std::string_view arn);
int32_t boundaryCount(const IdentityState& state, std::string_view arn);

}  // namespace millrace::iam
