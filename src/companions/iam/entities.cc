#include "companions/iam/entities.h"

#include <algorithm>
#include <optional>

#include "access/access_control.h"
#include "http/url.h"

namespace millrace::iam {

namespace {

std::optional<AttachedPermissionsBoundary> boundaryOf(const IdentityRecord& record) {
  if (record.boundary.empty()) return std::nullopt;
  AttachedPermissionsBoundary boundary;
  boundary.permissionsBoundaryType = "PermissionsBoundaryPolicy";
  boundary.permissionsBoundaryArn = record.boundary;
  return boundary;
}

template <typename Count>
int32_t countIdentities(const IdentityState& state, Count counts) {
  int32_t count = 0;
  for (const auto& [_, user] : state.users) count += counts(*user) ? 1 : 0;
  for (const auto& [_, group] : state.groups) count += counts(*group) ? 1 : 0;
  for (const auto& [_, role] : state.roles) count += counts(*role) ? 1 : 0;
  return count;
}

}  // namespace

std::string encodedDocument(std::string_view document) { return percentEncode(document); }

std::vector<Tag> toTags(const IdentityTags& tags) {
  std::vector<Tag> list;
  for (const auto& [key, value] : tags) {
    Tag& tag = list.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return list;
}

User toUser(const std::string& account, const UserRecord& record, Detail detail) {
  User user;
  user.path = record.path;
  user.userName = record.name;
  user.userId = record.id;
  user.arn = identityArn(account, "user", record.path, record.name);
  user.createDate = Timestamp{record.createdMillis};
  if (detail == Detail::kListed) return user;
  user.permissionsBoundary = boundaryOf(record);
  if (!record.tags.empty()) user.tags = toTags(record.tags);
  return user;
}

Group toGroup(const std::string& account, const GroupRecord& record) {
  Group group;
  group.path = record.path;
  group.groupName = record.name;
  group.groupId = record.id;
  group.arn = identityArn(account, "group", record.path, record.name);
  group.createDate = Timestamp{record.createdMillis};
  return group;
}

Role toRole(const std::string& account, const RoleRecord& record, Detail detail) {
  Role role;
  role.path = record.path;
  role.roleName = record.name;
  role.roleId = record.id;
  role.arn = identityArn(account, "role", record.path, record.name);
  role.createDate = Timestamp{record.createdMillis};
  role.assumeRolePolicyDocument = encodedDocument(record.trustDocument);
  if (!record.description.empty()) role.description = record.description;
  role.maxSessionDuration = static_cast<int32_t>(record.maxSessionSeconds);
  if (detail == Detail::kListed) return role;
  role.permissionsBoundary = boundaryOf(record);
  if (!record.tags.empty()) role.tags = toTags(record.tags);
  return role;
}

Policy toPolicy(const IdentityState& state, const PolicyRecord& record, Detail detail) {
  Policy policy;
  policy.policyName = record.name;
  policy.policyId = record.id;
  policy.arn = record.arn;
  policy.path = record.path;
  policy.defaultVersionId = policyVersionId(record.defaultVersion);
  policy.attachmentCount = attachmentCount(state, record.arn);
  policy.permissionsBoundaryUsageCount = boundaryCount(state, record.arn);
  policy.isAttachable = true;
  policy.createDate = Timestamp{record.createdMillis};
  policy.updateDate = Timestamp{record.updatedMillis};
  if (detail == Detail::kListed) return policy;
  if (!record.description.empty()) policy.description = record.description;
  policy.tags = toTags(record.tags);
  return policy;
}

PolicyVersion toPolicyVersion(const PolicyRecord& record, int64_t version, bool withDocument) {
  const PolicyVersionRecord& stored = record.versions.at(version);
  PolicyVersion shown;
  shown.versionId = policyVersionId(version);
  shown.isDefaultVersion = version == record.defaultVersion;
  shown.createDate = Timestamp{stored.createdMillis};
  if (withDocument) shown.document = encodedDocument(stored.document);
  return shown;
}

std::vector<AttachedPolicy> attachedPolicies(const IdentityState& state,
                                             const IdentityRecord& record,
                                             std::string_view pathPrefix) {
  std::vector<AttachedPolicy> policies;
  for (const std::string& arn : record.attachedPolicies) {
    auto policy = state.policy(arn);
    if (!policy || !policy->path.starts_with(pathPrefix)) continue;
    AttachedPolicy& shown = policies.emplace_back();
    shown.policyName = policy->name;
    shown.policyArn = arn;
  }
  std::ranges::sort(policies, {}, &AttachedPolicy::policyName);
  return policies;
}

int32_t attachmentCount(const IdentityState& state, std::string_view arn) {
  return countIdentities(state, [&](const IdentityRecord& record) {
    return record.attachedPolicies.contains(std::string(arn));
  });
}

int32_t boundaryCount(const IdentityState& state, std::string_view arn) {
  return countIdentities(state,
                         [&](const IdentityRecord& record) { return record.boundary == arn; });
}

}  // namespace millrace::iam
