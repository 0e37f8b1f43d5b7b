#include "access/access_control.h"

#include <fmt/format.h>

#include <utility>

#include "access/condition_keys.h"
#include "database/record_table.h"
#include "env/file_system.h"
#include "env/private_file.h"

namespace millrace {

namespace {

// More texts than this mean that somebody makes a new policy for every session.
constexpr size_t kMaxParsed = 1000;

std::string_view nameOf(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

bool sameIdentity(const IdentityRecord* record, std::string_view userId) {
  return record != nullptr && record->id == userId.substr(0, userId.find(':'));
}

void addGrants(const IdentityState& state, const IdentityRecord& record,
               std::vector<PolicyDocumentPtr>& policies) {
  for (const auto& [name, policy] : record.inlinePolicies) policies.push_back(policy.parsed);
  for (const std::string& arn : record.attachedPolicies) {
    if (auto policy = state.policy(arn)) policies.push_back(policy->current().parsed);
  }
}

void addBoundary(const IdentityState& state, const IdentityRecord& record,
                 EffectivePolicies& policies) {
  if (record.boundary.empty()) return;
  policies.hasBoundary = true;
  if (auto policy = state.policy(record.boundary)) {
    policies.boundary.push_back(policy->current().parsed);
  }
}

// A policy that allows nothing, for a text that no longer parses.
PolicyDocumentPtr emptyPolicy() {
  static const auto policy = std::make_shared<const PolicyDocument>();
  return policy;
}

}  // namespace

std::string identityArn(std::string_view account, std::string_view kind, std::string_view path,
                        std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", account, kind, path, name);
}

AccessControl::AccessControl(Env& env, AccessControlOptions options,
                             std::unique_ptr<Database> database,
                             std::unique_ptr<IdentityStore> identities,
                             std::unique_ptr<SessionStore> sessions,
                             std::unique_ptr<UsageStore> usage)
    : env_(env),
      options_(std::move(options)),
      database_(std::move(database)),
      identities_(std::move(identities)),
      sessions_(std::move(sessions)),
      usage_(std::move(usage)) {}

Result<std::unique_ptr<AccessControl>> AccessControl::open(Env& env, AccessControlOptions options) {
  const std::string_view migrations[] = {kRecordTableMigration};
  std::string path = options.directory + "/identities.db";
  // The files that the database makes beside this one have its mode. Databases are on the machine,
  // whatever the world of `env` is: there it would seem missing, and be emptied.
  if (!realEnv().files().exists(path)) TRY(writePrivateFile(path, ""));
  auto database = TRY(Database::open(path, migrations));
  auto identities = TRY(IdentityStore::open(*database));
  auto sessions = TRY(SessionStore::open(*database));
  auto usage = TRY(UsageStore::open(*database));
  return std::unique_ptr<AccessControl>(
      new AccessControl(env, std::move(options), std::move(database), std::move(identities),
                        std::move(sessions), std::move(usage)));
}

std::optional<KnownCredentials> AccessControl::find(std::string_view accessKeyId) {
  auto state = identities_->state();
  KnownCredentials found;
  if (auto key = state->accessKeys.find(accessKeyId); key != state->accessKeys.end()) {
    auto user = state->user(key->second->userName);
    if (!user) return std::nullopt;
    found.secretKey = key->second->secret;
    found.active = key->second->active;
    found.principal.kind = Principal::Kind::kUser;
    found.principal.account = options_.account;
    found.principal.arn = identityArn(options_.account, "user", user->path, user->name);
    found.principal.userId = user->id;
    found.principal.accessKeyId = key->second->id;
    found.principal.tags = {user->tags.begin(), user->tags.end()};
    return found;
  }
  auto session = sessions_->find(accessKeyId);
  if (!session) return std::nullopt;
  found.secretKey = session->secretKey;
  found.sessionToken = session->sessionToken;
  found.expirationMicros = session->expirationMicros;
  found.principal = session->principal;
  found.principal.accessKeyId = session->accessKeyId;
  Principal& principal = found.principal;
  std::shared_ptr<const IdentityRecord> record;
  if (principal.kind == Principal::Kind::kUser) record = state->user(nameOf(principal.arn));
  if (principal.kind == Principal::Kind::kAssumedRole) {
    record = state->role(nameOf(principal.roleArn));
  }
  if (principal.kind != Principal::Kind::kRoot && !sameIdentity(record.get(), principal.userId)) {
    return std::nullopt;
  }
  // Tags of the session go before those of the user or role.
  if (record) principal.tags.insert(record->tags.begin(), record->tags.end());
  return found;
}

EffectivePolicies AccessControl::policiesOf(const Principal& principal) {
  EffectivePolicies policies;
  auto state = identities_->state();
  if (principal.kind == Principal::Kind::kUser) {
    auto user = state->user(nameOf(principal.arn));
    if (!sameIdentity(user.get(), principal.userId)) return policies;
    addGrants(*state, *user, policies.identity);
    for (const std::string& name : user->groups) {
      if (auto group = state->group(name)) addGrants(*state, *group, policies.identity);
    }
    addBoundary(*state, *user, policies);
  } else if (principal.kind == Principal::Kind::kAssumedRole) {
    auto role = state->role(nameOf(principal.roleArn));
    if (!sameIdentity(role.get(), principal.userId)) return policies;
    addGrants(*state, *role, policies.identity);
    addBoundary(*state, *role, policies);
  }
  for (const std::string& document : principal.sessionPolicies) {
    policies.session.push_back(parsedOnce(document, PolicyUse::kSession));
  }
  return policies;
}

PolicyDocumentPtr AccessControl::parsedOnce(const std::string& document, PolicyUse use) {
  std::lock_guard lock(parsedMutex_);
  std::string key = fmt::format("{} {}", static_cast<int>(use), document);
  if (auto found = parsed_.find(key); found != parsed_.end()) return found->second;
  auto policy = parsePolicy(document, use);
  if (!policy.ok()) return emptyPolicy();
  if (parsed_.size() >= kMaxParsed) parsed_.clear();
  auto shared = std::make_shared<const PolicyDocument>(std::move(policy).value());
  parsed_.emplace(std::move(key), shared);
  return shared;
}

AccessDecision AccessControl::decide(const EffectivePolicies& policies, const Principal& principal,
                                     const AccessRequest& access,
                                     const std::string& resource) const {
  PolicyRequest request;
  request.action = access.action;
  request.keys = conditionKeysOf(principal, access, env_.clock());
  request.resource = resource;
  return decideAccess(policies, principal, request);
}

void AccessControl::noteUse(const Principal& principal, const AccessRequest& access) {
  Usage usage;
  usage.millis = env_.clock().nowMillis();
  usage.service = access.action.substr(0, access.action.find(':'));
  if (auto region = access.conditions.find("aws:requestedregion");
      region != access.conditions.end() && !region->second.empty()) {
    usage.region = region->second[0];
  }
  if (principal.kind == Principal::Kind::kAssumedRole) {
    usage_->note(principal.userId.substr(0, principal.userId.find(':')), std::move(usage));
  } else if (principal.kind == Principal::Kind::kUser && !principal.accessKeyId.empty()) {
    usage_->note(principal.accessKeyId, std::move(usage));
  }
}

Outcome<void> AccessControl::authorize(const Principal& principal, const AccessRequest& access) {
  if (access.action.empty()) return Outcome<void>();
  noteUse(principal, access);
  bool sessionOfUser =
      principal.kind != Principal::Kind::kAssumedRole && !principal.sessionKeys.empty();
  if (sessionOfUser && access.action.starts_with("iam:")) {
    // Such sessions reach IAM with a second factor only.
    return ApiError("InvalidClientTokenId", 403,
                    "The security token included in the request is invalid");
  }
  EffectivePolicies policies = policiesOf(principal);
  if (!access.resourcePolicy.empty()) {
    policies.resource = parsedOnce(access.resourcePolicy, PolicyUse::kResource);
  }
  for (const std::string& resource : access.resources) {
    AccessDecision decision = decide(policies, principal, access, resource);
    if (decision.allowed) continue;
    return ApiError(
        "AccessDeniedException", 400,
        fmt::format("User: {} is not authorized to perform: {} on resource: {} {}",
                    principal.kind == Principal::Kind::kAnonymous ? "anonymous" : principal.arn,
                    access.action, resource, decision.reason));
  }
  return Outcome<void>();
}

}  // namespace millrace
