// Sessions: AccessControl's part of STS.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "access/access_control.h"
#include "access/identity/unique_id.h"
#include "aws/model/timestamp.h"

namespace millrace {

namespace {

constexpr int64_t kMaxChainedSeconds = 3600;
constexpr int64_t kMicrosPerSecond = 1'000'000;
// Of a session: which of its tags a role assumed by it inherits.
constexpr std::string_view kTransitiveKey = "sts:transitivetagkeys";

ApiError accessDenied(std::string message) {
  return ApiError("AccessDenied", 403, std::move(message));
}

ApiError validationError(std::string message) {
  return ApiError("ValidationError", 400, std::move(message));
}

// Null when the ARN is of another account, or of nothing.
std::shared_ptr<const RoleRecord> roleOf(const IdentityState& state, const std::string& account,
                                         const std::string& arn) {
  auto role = state.role(std::string_view(arn).substr(arn.rfind('/') + 1));
  if (!role || identityArn(account, "role", role->path, role->name) != arn) return nullptr;
  return role;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// The condition keys that AssumeRole adds to a request.
std::map<std::string, std::vector<std::string>> conditionsOf(const AssumeRoleCall& call) {
  auto conditions = call.conditions;
  conditions["sts:rolesessionname"] = {call.sessionName};
  if (!call.externalId.empty()) conditions["sts:externalid"] = {call.externalId};
  if (!call.sourceIdentity.empty()) conditions["sts:sourceidentity"] = {call.sourceIdentity};
  conditions["sts:durationseconds"] = {fmt::format("{}", call.durationSeconds)};
  for (const auto& [key, value] : call.tags) {
    conditions["aws:requesttag/" + inLowerCase(key)] = {value};
    conditions["aws:tagkeys"].push_back(key);
  }
  for (const std::string& key : call.transitiveTags) {
    conditions[std::string(kTransitiveKey)].push_back(key);
  }
  return conditions;
}

// A session hands on the tags that are transitive, and its source identity.
void inherit(const Principal& caller, AssumeRoleCall& call, Principal& session) {
  if (auto found = caller.sessionKeys.find(std::string(kTransitiveKey));
      found != caller.sessionKeys.end()) {
    for (std::string& key : split(found->second, '\n')) {
      if (auto tag = caller.tags.find(key); tag != caller.tags.end()) {
        call.tags.insert_or_assign(key, tag->second);
        call.transitiveTags.insert(std::move(key));
      }
    }
  }
  if (auto found = caller.sessionKeys.find("aws:sourceidentity");
      found != caller.sessionKeys.end()) {
    session.sessionKeys["aws:sourceidentity"] = found->second;
  }
}

}  // namespace

// The role, when it exists and the caller may assume it.
Outcome<std::shared_ptr<const RoleRecord>> AccessControl::assumableRole(
    const Principal& caller, const AssumeRoleCall& call) {
  auto denied = [&](std::string_view action, std::string_view reason) {
    return accessDenied(fmt::format("User: {} is not authorized to perform: {} on resource: {} {}",
                                    caller.arn, action, call.roleArn, reason));
  };
  if (caller.kind == Principal::Kind::kRoot && options_.enforced) {
    return accessDenied("Roles may not be assumed by root accounts.");
  }
  auto role = roleOf(*identities_->state(), options_.account, call.roleArn);
  if (!role) {  // nobody learns which roles exist
    return denied("sts:AssumeRole",
                  "because no role trust policy allows the sts:AssumeRole action");
  }
  if (!options_.enforced) return role;
  EffectivePolicies policies = policiesOf(caller);
  policies.resource = role->trust;
  policies.resourceIsTrust = true;
  std::vector<std::string_view> actions = {"sts:AssumeRole"};
  if (!call.tags.empty()) actions.push_back("sts:TagSession");
  if (!call.sourceIdentity.empty()) actions.push_back("sts:SetSourceIdentity");
  AccessRequest access;
  access.conditions = conditionsOf(call);
  for (const auto& [key, value] : role->tags) {
    access.conditions["aws:resourcetag/" + inLowerCase(key)] = {value};
    access.conditions["iam:resourcetag/" + inLowerCase(key)] = {value};
  }
  for (std::string_view action : actions) {
    access.action = action;
    AccessDecision decision = decide(policies, caller, access, call.roleArn);
    if (!decision.allowed) return denied(action, decision.reason);
  }
  return role;
}

Outcome<void> AccessControl::checkAssumeRole(const Principal& caller, const AssumeRoleCall& call) {
  TRY(assumableRole(caller, call));
  return Outcome<void>();
}

Outcome<TemporaryCredentials> AccessControl::assumeRole(const Principal& caller,
                                                        const AssumeRoleCall& requested) {
  AssumeRoleCall call = requested;
  Principal session;
  inherit(caller, call, session);
  auto role = TRY(assumableRole(caller, call));
  bool chained = caller.kind == Principal::Kind::kAssumedRole;
  if (chained && call.durationSeconds > kMaxChainedSeconds) {
    return validationError(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining");
  }
  if (call.durationSeconds > role->maxSessionSeconds) {
    return validationError(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  session.kind = Principal::Kind::kAssumedRole;
  session.account = options_.account;
  session.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", options_.account, role->name,
                            call.sessionName);
  session.userId = role->id + ":" + call.sessionName;
  session.roleArn = call.roleArn;
  session.tags = call.tags;
  session.sessionPolicies = call.sessionPolicies;
  if (!call.sourceIdentity.empty()) {
    session.sessionKeys["aws:sourceidentity"] = call.sourceIdentity;
  }
  if (!call.transitiveTags.empty()) {
    session.sessionKeys[std::string(kTransitiveKey)] =
        fmt::format("{}", fmt::join(call.transitiveTags, "\n"));
  }
  return addSession(std::move(session), call.durationSeconds);
}

Outcome<TemporaryCredentials> AccessControl::sessionOf(const Principal& caller,
                                                       int64_t durationSeconds) {
  return addSession(caller, durationSeconds);
}

Outcome<TemporaryCredentials> AccessControl::addSession(Principal principal,
                                                        int64_t durationSeconds) {
  Random& random = env_.random();
  int64_t now = env_.clock().nowMicros();
  principal.sessionKeys["aws:tokenissuetime"] = formatIso8601(Timestamp{now / 1'000'000 * 1000});
  SessionRecord session;
  session.accessKeyId = makeAccessKeyId(random, "ASIA");
  session.secretKey = makeSecretKey(random);
  session.sessionToken = makeSessionToken(random);
  // Whole seconds, as clients are told.
  session.expirationMicros = (now / kMicrosPerSecond + durationSeconds) * kMicrosPerSecond;
  session.principal = std::move(principal);
  TemporaryCredentials given{session.accessKeyId,   session.secretKey,
                             session.sessionToken,  session.expirationMicros,
                             session.principal.arn, session.principal.userId};
  TRY(sessions_->add(std::move(session), now));
  return given;
}

}  // namespace millrace
