#include "companions/iam/identity_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "access/access_control.h"
#include "access/identity/record_codec.h"
#include "aws/model/generated/iam/errors.h"

namespace millrace::iam {

namespace {

constexpr size_t kMaxAttached = 10;
constexpr size_t kMaxTags = 50;
constexpr size_t kTrustSize = 2048;

size_t inlineSize(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::kUser:
      return 2048;
    case IdentityKind::kGroup:
      return 5120;
    case IdentityKind::kRole:
      return 10240;
  }
  return 0;
}

std::string_view perKind(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::kUser:
      return "PoliciesPerUser";
    case IdentityKind::kGroup:
      return "PoliciesPerGroup";
    case IdentityKind::kRole:
      return "PoliciesPerRole";
  }
  return "";
}

ApiError notFound(IdentityKind kind, std::string_view name) {
  return noSuchEntityException(
      fmt::format("The {} with name {} cannot be found.", kindName(kind), name));
}

template <typename Record>
Outcome<std::shared_ptr<const Record>> orNotFound(std::shared_ptr<const Record> record,
                                                  IdentityKind kind, std::string_view name) {
  if (!record) return notFound(kind, name);
  return record;
}

template <typename Record, typename Edit>
Outcome<void> editRecord(IdentityState::Table<Record>& table, std::string_view key,
                         const Record& record, const Edit& edit) {
  auto copy = std::make_shared<Record>(record);
  TRY(edit(*copy));
  table.find(key)->second = std::move(copy);
  return Outcome<void>();
}

}  // namespace

std::string_view kindName(IdentityKind kind) {
  switch (kind) {
    case IdentityKind::kUser:
      return "user";
    case IdentityKind::kGroup:
      return "group";
    case IdentityKind::kRole:
      return "role";
  }
  return "";
}

Outcome<std::shared_ptr<const UserRecord>> findUser(const IdentityState& state,
                                                    std::string_view name) {
  return orNotFound(state.user(name), IdentityKind::kUser, name);
}

Outcome<std::shared_ptr<const GroupRecord>> findGroup(const IdentityState& state,
                                                      std::string_view name) {
  return orNotFound(state.group(name), IdentityKind::kGroup, name);
}

Outcome<std::shared_ptr<const RoleRecord>> findRole(const IdentityState& state,
                                                    std::string_view name) {
  return orNotFound(state.role(name), IdentityKind::kRole, name);
}

Outcome<std::shared_ptr<const IdentityRecord>> findIdentity(const IdentityState& state,
                                                            IdentityKind kind,
                                                            std::string_view name) {
  std::shared_ptr<const IdentityRecord> record;
  switch (kind) {
    case IdentityKind::kUser:
      record = state.user(name);
      break;
    case IdentityKind::kGroup:
      record = state.group(name);
      break;
    case IdentityKind::kRole:
      record = state.role(name);
      break;
  }
  return orNotFound(std::move(record), kind, name);
}

Outcome<std::shared_ptr<const PolicyRecord>> findPolicy(const IdentityState& state,
                                                        std::string_view arn) {
  if (!arn.starts_with("arn:")) {
    return invalidInputException(fmt::format("ARN {} is not valid.", arn));
  }
  auto policy = state.policy(arn);
  if (!policy) return noSuchEntityException(fmt::format("Policy {} was not found.", arn));
  return policy;
}

Outcome<void> editUser(IdentityState& state, std::string_view name,
                       const std::function<Outcome<void>(UserRecord&)>& edit) {
  auto record = TRY(findUser(state, name));
  return editRecord(state.users, inLowerCase(name), *record, edit);
}

Outcome<void> editGroup(IdentityState& state, std::string_view name,
                        const std::function<Outcome<void>(GroupRecord&)>& edit) {
  auto record = TRY(findGroup(state, name));
  return editRecord(state.groups, inLowerCase(name), *record, edit);
}

Outcome<void> editRole(IdentityState& state, std::string_view name,
                       const std::function<Outcome<void>(RoleRecord&)>& edit) {
  auto record = TRY(findRole(state, name));
  return editRecord(state.roles, inLowerCase(name), *record, edit);
}

Outcome<void> editIdentity(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::function<Outcome<void>(IdentityRecord&)>& edit) {
  switch (kind) {
    case IdentityKind::kUser:
      return editUser(state, name, edit);
    case IdentityKind::kGroup:
      return editGroup(state, name, edit);
    case IdentityKind::kRole:
      return editRole(state, name, edit);
  }
  return Outcome<void>();
}

Outcome<void> editPolicy(IdentityState& state, std::string_view arn,
                         const std::function<Outcome<void>(PolicyRecord&)>& edit) {
  auto record = TRY(findPolicy(state, arn));
  if (record->awsManaged) {
    return ApiError("AccessDenied", 403, fmt::format("Policy {} is managed by AWS.", arn));
  }
  return editRecord(state.policies, arn, *record, edit);
}

Outcome<void> putInlinePolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                              const std::string& policyName, const std::string& document) {
  auto parsed = TRY(parseDocument(document, PolicyUse::kInline));
  return editIdentity(state, kind, name, [&](IdentityRecord& record) -> Outcome<void> {
    record.inlinePolicies[policyName] = InlinePolicy{document, parsed};
    size_t size = 0;
    for (const auto& [_, policy] : record.inlinePolicies) size += countedSize(policy.document);
    if (size > inlineSize(kind)) {
      return limitExceededException(
          fmt::format("Maximum policy size of {} bytes exceeded for {} {}", inlineSize(kind),
                      kindName(kind), name));
    }
    return Outcome<void>();
  });
}

namespace {

ApiError noInlinePolicy(IdentityKind kind, std::string_view policyName) {
  return noSuchEntityException(
      fmt::format("The {} policy with name {} cannot be found.", kindName(kind), policyName));
}

}  // namespace

Outcome<std::string> getInlinePolicy(const IdentityState& state, IdentityKind kind,
                                     std::string_view name, const std::string& policyName) {
  auto record = TRY(findIdentity(state, kind, name));
  auto found = record->inlinePolicies.find(policyName);
  if (found == record->inlinePolicies.end()) return noInlinePolicy(kind, policyName);
  return found->second.document;
}

Outcome<void> deleteInlinePolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                                 const std::string& policyName) {
  return editIdentity(state, kind, name, [&](IdentityRecord& record) -> Outcome<void> {
    if (record.inlinePolicies.erase(policyName) == 0) return noInlinePolicy(kind, policyName);
    return Outcome<void>();
  });
}

Outcome<std::vector<std::string>> inlinePolicyNames(const IdentityState& state, IdentityKind kind,
                                                    std::string_view name) {
  auto record = TRY(findIdentity(state, kind, name));
  std::vector<std::string> names;
  for (const auto& [policyName, _] : record->inlinePolicies) names.push_back(policyName);
  return names;
}

Outcome<void> attachPolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::string& arn) {
  if (!arn.starts_with("arn:")) {
    return invalidInputException(fmt::format("ARN {} is not valid.", arn));
  }
  TRY(findIdentity(state, kind, name));
  if (!state.policy(arn)) {
    return noSuchEntityException(
        fmt::format("Policy {} does not exist or is not attachable.", arn));
  }
  return editIdentity(state, kind, name, [&](IdentityRecord& record) -> Outcome<void> {
    record.attachedPolicies.insert(arn);
    if (record.attachedPolicies.size() <= kMaxAttached) return Outcome<void>();
    return limitExceededException(
        fmt::format("Cannot exceed quota for {}: {}", perKind(kind), kMaxAttached));
  });
}

Outcome<void> detachPolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::string& arn) {
  return editIdentity(state, kind, name, [&](IdentityRecord& record) -> Outcome<void> {
    if (record.attachedPolicies.erase(arn) > 0) return Outcome<void>();
    return noSuchEntityException(fmt::format("Policy {} was not found.", arn));
  });
}

Outcome<void> checkDeletable(const IdentityRecord& record) {
  if (!record.attachedPolicies.empty()) {
    return deleteConflictException("Cannot delete entity, must detach all policies first.");
  }
  if (!record.inlinePolicies.empty()) {
    return deleteConflictException("Cannot delete entity, must delete policies first.");
  }
  return Outcome<void>();
}

Outcome<void> setBoundary(IdentityState& state, IdentityKind kind, std::string_view name,
                          const std::string& arn) {
  if (!arn.empty() && !state.policy(arn)) {
    return noSuchEntityException(
        fmt::format("Scope ARN: {} does not exist or is not attachable.", arn));
  }
  return editIdentity(state, kind, name, [&](IdentityRecord& record) -> Outcome<void> {
    record.boundary = arn;
    return Outcome<void>();
  });
}

Outcome<PolicyDocumentPtr> parseDocument(const std::string& document, PolicyUse use) {
  auto parsed = parseShared(document, use);
  if (!parsed.ok()) return malformedPolicyDocumentException(parsed.error().message());
  return std::move(parsed).value();
}

namespace {

// The id of the user or role of this account that the ARN names; "" when it names neither.
Outcome<std::string> idOf(const IdentityState& state, const std::string& account,
                          const std::string& arn) {
  std::string prefix = fmt::format("arn:aws:iam::{}:", account);
  std::string_view rest = arn;
  if (!rest.starts_with(prefix)) return std::string();
  rest.remove_prefix(prefix.size());
  std::shared_ptr<const IdentityRecord> record;
  std::string_view kind = rest.substr(0, rest.find('/'));
  std::string_view name = rest.substr(rest.rfind('/') + 1);
  if (kind == "user") record = state.user(name);
  if (kind == "role") record = state.role(name);
  if (kind != "user" && kind != "role") return std::string();
  if (!record || identityArn(account, kind, record->path, record->name) != arn) {
    return malformedPolicyDocumentException(
        fmt::format("Invalid principal in policy: \"AWS\":\"{}\"", arn));
  }
  return record->id;
}

}  // namespace

Outcome<void> setTrust(const IdentityState& state, const std::string& account,
                       const std::string& document, RoleRecord& role) {
  auto parsed = TRY(parseDocument(document, PolicyUse::kTrust));
  if (countedSize(document) > kTrustSize) {
    return limitExceededException(
        fmt::format("Cannot exceed quota for ACLSizePerRole: {}", kTrustSize));
  }
  role.trustedIds.clear();
  for (const PolicyStatement& statement : parsed->statements) {
    for (const PolicyPrincipal& principal : statement.principals) {
      if (principal.kind != PolicyPrincipal::Kind::kAws) continue;
      std::string id = TRY(idOf(state, account, principal.value));
      if (!id.empty()) role.trustedIds[principal.value] = id;
    }
  }
  role.trustDocument = document;
  role.trust = TRY(parseTrust(document, role.trustedIds));
  return Outcome<void>();
}

size_t countedSize(std::string_view document) {
  return static_cast<size_t>(std::ranges::count_if(
      document, [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

Outcome<void> addTags(IdentityTags& tags, const std::vector<Tag>& added) {
  std::set<std::string> seen;
  for (const Tag& tag : added) {
    std::string key = inLowerCase(tag.key);
    if (!seen.insert(key).second) {
      return invalidInputException(
          "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (key.starts_with("aws:")) {
      return invalidInputException("Tag keys that begin with 'aws:' are reserved for system use.");
    }
    std::erase_if(tags, [&](const auto& old) { return inLowerCase(old.first) == key; });
    tags.emplace_back(tag.key, tag.value);
  }
  if (tags.size() > kMaxTags) {
    return limitExceededException(
        fmt::format("The number of tags has reached the maximum limit of {}.", kMaxTags));
  }
  return Outcome<void>();
}

void removeTags(IdentityTags& tags, const std::vector<std::string>& keys) {
  for (const std::string& removed : keys) {
    std::erase_if(tags,
                  [&](const auto& tag) { return inLowerCase(tag.first) == inLowerCase(removed); });
  }
}

}  // namespace millrace::iam
