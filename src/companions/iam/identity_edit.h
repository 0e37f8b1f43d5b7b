// What IAM's operations share: finding users, groups and roles, and changing what all three have
// (inline policies, attached policies, tags, boundaries), with AWS's errors and quotas.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/records.h"
#include "access/policy/policy_parser.h"
#include "aws/model/api_error.h"
#include "aws/model/generated/iam/shapes/tag.h"

namespace millrace::iam {

enum class IdentityKind : uint8_t { kUser, kGroup, kRole };

std::string_view kindName(IdentityKind kind);  // "user"

Outcome<std::shared_ptr<const UserRecord>> findUser(const IdentityState& state,
                                                    std::string_view name);
Outcome<std::shared_ptr<const GroupRecord>> findGroup(const IdentityState& state,
                                                      std::string_view name);
Outcome<std::shared_ptr<const RoleRecord>> findRole(const IdentityState& state,
                                                    std::string_view name);
Outcome<std::shared_ptr<const IdentityRecord>> findIdentity(const IdentityState& state,
                                                            IdentityKind kind,
                                                            std::string_view name);
// A customer's policy or one of AWS.
Outcome<std::shared_ptr<const PolicyRecord>> findPolicy(const IdentityState& state,
                                                        std::string_view arn);

// Replace the record of that name by a copy that `edit` altered.
Outcome<void> editUser(IdentityState& state, std::string_view name,
                       const std::function<Outcome<void>(UserRecord&)>& edit);
Outcome<void> editGroup(IdentityState& state, std::string_view name,
                        const std::function<Outcome<void>(GroupRecord&)>& edit);
Outcome<void> editRole(IdentityState& state, std::string_view name,
                       const std::function<Outcome<void>(RoleRecord&)>& edit);
Outcome<void> editIdentity(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::function<Outcome<void>(IdentityRecord&)>& edit);
// A customer's policy; those of AWS cannot be altered.
Outcome<void> editPolicy(IdentityState& state, std::string_view arn,
                         const std::function<Outcome<void>(PolicyRecord&)>& edit);

Outcome<void> putInlinePolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                              const std::string& policyName, const std::string& document);
// The document as it was given.
Outcome<std::string> getInlinePolicy(const IdentityState& state, IdentityKind kind,
                                     std::string_view name, const std::string& policyName);
Outcome<void> deleteInlinePolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                                 const std::string& policyName);
Outcome<std::vector<std::string>> inlinePolicyNames(const IdentityState& state, IdentityKind kind,
                                                    std::string_view name);

Outcome<void> attachPolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::string& arn);
Outcome<void> detachPolicy(IdentityState& state, IdentityKind kind, std::string_view name,
                           const std::string& arn);
// Nothing may be attached to, or stand in, what is deleted.
Outcome<void> checkDeletable(const IdentityRecord& record);

Outcome<void> setBoundary(IdentityState& state, IdentityKind kind, std::string_view name,
                          const std::string& arn);

// MalformedPolicyDocument when it does not parse.
Outcome<PolicyDocumentPtr> parseDocument(const std::string& document, PolicyUse use);
// A role's trust policy; the users and roles of this account that it names must exist.
Outcome<void> setTrust(const IdentityState& state, const std::string& account,
                       const std::string& document, RoleRecord& role);
// The characters of a document that count for its quota: not the blanks.
size_t countedSize(std::string_view document);

// Adds or replaces; keys compare without case.
Outcome<void> addTags(IdentityTags& tags, const std::vector<Tag>& added);
void removeTags(IdentityTags& tags, const std::vector<std::string>& keys);

}  // namespace millrace::iam
