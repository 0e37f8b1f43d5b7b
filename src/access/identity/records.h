// What an account's IAM knows: users, groups, roles, managed policies, access keys. Records are
// values; the store hands them out as constants that any thread may read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/policy/policy.h"

namespace millrace {

// Key and value, in the order they were given.
using IdentityTags = std::vector<std::pair<std::string, std::string>>;

struct InlinePolicy {
  std::string document;  // as it was given
  PolicyDocumentPtr parsed;
};

// What users, groups and roles have in common.
struct IdentityRecord {
  std::string name;
  std::string path = "/";
  std::string id;  // AIDA..., AGPA..., AROA...
  int64_t createdMillis = 0;
  IdentityTags tags;
  std::map<std::string, InlinePolicy> inlinePolicies;  // by name
  std::set<std::string> attachedPolicies;              // ARNs
  std::string boundary;                                // an ARN; "" = none
};

struct UserRecord : IdentityRecord {
  std::set<std::string> groups;  // names
};

struct GroupRecord : IdentityRecord {};

struct RoleRecord : IdentityRecord {
  std::string description;
  std::string trustDocument;
  // The trust policy as it is evaluated: users and roles of this account stand there with their
  // ids, so that a new user of the same name is not trusted.
  PolicyDocumentPtr trust;
  std::map<std::string, std::string> trustedIds;  // ARN to id
  int64_t maxSessionSeconds = 3600;
};

struct PolicyVersionRecord {
  std::string document;
  PolicyDocumentPtr parsed;
  int64_t createdMillis = 0;
};

struct PolicyRecord {
  std::string name;
  std::string path = "/";
  std::string arn;
  std::string id;  // ANPA...
  std::string description;
  int64_t createdMillis = 0;
  int64_t updatedMillis = 0;
  IdentityTags tags;
  std::map<int64_t, PolicyVersionRecord> versions;  // 1 is "v1"
  int64_t defaultVersion = 1;
  int64_t nextVersion = 2;  // numbers are never used again
  bool awsManaged = false;

  const PolicyVersionRecord& current() const { return versions.at(defaultVersion); }
};

struct AccessKeyRecord {
  std::string id;  // AKIA...
  std::string secret;
  std::string userName;
  bool active = true;
  int64_t createdMillis = 0;
};

// One moment of the account. Keys of users, groups, roles are their names in lower case, because
// names that differ in case only are the same; of policies their ARNs, of access keys their ids.
struct IdentityState {
  template <typename Record>
  using Table = std::map<std::string, std::shared_ptr<const Record>, std::less<>>;

  Table<UserRecord> users;
  Table<GroupRecord> groups;
  Table<RoleRecord> roles;
  Table<PolicyRecord> policies;  // the customer's own
  Table<AccessKeyRecord> accessKeys;
  std::string accountAlias;

  // Null when there is none of that name (in that case of letters).
  std::shared_ptr<const UserRecord> user(std::string_view name) const;
  std::shared_ptr<const GroupRecord> group(std::string_view name) const;
  std::shared_ptr<const RoleRecord> role(std::string_view name) const;
  // Also AWS's own.
  std::shared_ptr<const PolicyRecord> policy(std::string_view arn) const;
};

// "v3" and back; 0 when it is none.
std::string policyVersionId(int64_t version);
int64_t parsePolicyVersionId(std::string_view id);

}  // namespace millrace
