// AccessControl: who is behind an access key, what they may do, and sessions of roles. It holds the
// account's state behind the IAM and STS services, and is what the other services ask.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/identity/identity_store.h"
#include "access/identity/usage_store.h"
#include "access/policy/policy_evaluator.h"
#include "access/policy/policy_parser.h"
#include "access/session/session_store.h"
#include "aws/server/authorizer.h"
#include "aws/server/principal.h"
#include "base/result.h"
#include "env/env.h"

namespace millrace {

struct AccessControlOptions {
  std::string directory;  // made before; the database in it has mode 600, as it holds secrets
  std::string account;
  // False: everyone may assume every role (--auth off).
  bool enforced = true;
};

// Temporary credentials as they are given to a client.
struct TemporaryCredentials {
  std::string accessKeyId;
  std::string secretKey;
  std::string sessionToken;
  int64_t expirationMicros = 0;
  std::string arn;     // of the principal they stand for
  std::string userId;  // "AROA...:session"
};

struct AssumeRoleCall {
  std::string roleArn;
  std::string sessionName;
  int64_t durationSeconds = 3600;
  std::vector<std::string> sessionPolicies;  // JSON, checked
  std::map<std::string, std::string> tags;
  std::set<std::string> transitiveTags;  // keys that a role assumed by this session inherits
  std::string externalId;
  std::string sourceIdentity;
  // Further condition keys of the request: aws:sourcearn, aws:sourceaccount, aws:sourceip.
  std::map<std::string, std::vector<std::string>> conditions;
};

// Thread-safe. Changes of users, roles and policies hold for the next request.
class AccessControl final : public CredentialStore, public Authorizer {
 public:
  static Result<std::unique_ptr<AccessControl>> open(Env& env, AccessControlOptions options);

  IdentityStore& identities() { return *identities_; }
  // When an access key (by its id) or a role (by its id) was last used.
  std::optional<Usage> lastUse(std::string_view id) const { return usage_->find(id); }
  const std::string& account() const { return options_.account; }

  // Users' keys and temporary credentials; nothing for those of users and roles that are gone.
  std::optional<KnownCredentials> find(std::string_view accessKeyId) override;

  Outcome<void> authorize(const Principal& principal, const AccessRequest& access) override;

  // The policies of a user or of the role of a session; what a simulation begins with.
  EffectivePolicies policiesOf(const Principal& principal);
  // A decision without an error, for one of the resources.
  AccessDecision decide(const EffectivePolicies& policies, const Principal& principal,
                        const AccessRequest& access, const std::string& resource) const;

  // Errors: AccessDenied with STS's text (also for a role that does not exist), ValidationError for
  // a session that is longer than the role or a chain of roles allows.
  Outcome<TemporaryCredentials> assumeRole(const Principal& caller, const AssumeRoleCall& call);
  // Whether assumeRole would be allowed.
  Outcome<void> checkAssumeRole(const Principal& caller, const AssumeRoleCall& call);
  // Credentials of the caller itself that expire.
  Outcome<TemporaryCredentials> sessionOf(const Principal& caller, int64_t durationSeconds);

 private:
  AccessControl(Env& env, AccessControlOptions options, std::unique_ptr<Database> database,
                std::unique_ptr<IdentityStore> identities, std::unique_ptr<SessionStore> sessions,
                std::unique_ptr<UsageStore> usage);

  // Parsed policies of sessions and resources, by their text.
  PolicyDocumentPtr parsedOnce(const std::string& document, PolicyUse use);
  Outcome<std::shared_ptr<const RoleRecord>> assumableRole(const Principal& caller,
                                                           const AssumeRoleCall& call);
  void noteUse(const Principal& principal, const AccessRequest& access);
  Outcome<TemporaryCredentials> addSession(Principal principal, int64_t durationSeconds);

  Env& env_;
  const AccessControlOptions options_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<IdentityStore> identities_;
  std::unique_ptr<SessionStore> sessions_;
  std::unique_ptr<UsageStore> usage_;

  std::mutex parsedMutex_;
  std::unordered_map<std::string, PolicyDocumentPtr> parsed_;
};

// "arn:aws:iam::123456789012:role/path/name"; kind is "user", "group", "role" or "policy".
std::string identityArn(std::string_view account, std::string_view kind, std::string_view path,
                        std::string_view name);

}  // namespace millrace
