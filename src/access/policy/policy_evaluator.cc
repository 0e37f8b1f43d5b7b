#include "access/policy/policy_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

// Whether action, resource and conditions of the statement are those of the request.
bool applies(const PolicyStatement& statement, const PolicyRequest& request,
             const std::string& action) {
  bool actionListed = std::ranges::any_of(
      statement.actions, [&](const PolicyPattern& pattern) { return pattern.matches(action, {}); });
  if (actionListed == statement.notActions) return false;
  if (!statement.resources.empty()) {  // none: a trust policy, which speaks of its role
    PolicyVariables variables = variablesOf(request.keys);
    bool listed = std::ranges::any_of(statement.resources, [&](const PolicyPattern& pattern) {
      return pattern.matches(request.resource, variables);
    });
    if (listed == statement.notResources) return false;
  }
  return std::ranges::all_of(statement.conditions, [&](const PolicyCondition& condition) {
    return conditionHolds(condition, request.keys);
  });
}

PrincipalMatch matchPrincipals(const PolicyStatement& statement, const Principal& caller) {
  PrincipalMatch closest = PrincipalMatch::kNone;
  for (const PolicyPrincipal& principal : statement.principals) {
    closest = std::max(closest, matchPrincipal(principal, caller));
  }
  if (!statement.notPrincipals) return closest;
  return closest == PrincipalMatch::kNone ? PrincipalMatch::kIdentity : PrincipalMatch::kNone;
}

// The kinds of policies in AWS's words.
constexpr std::string_view kIdentityPolicy = "identity-based policy";
constexpr std::string_view kBoundary = "permissions boundary";
constexpr std::string_view kSessionPolicy = "session policy";
constexpr std::string_view kResourcePolicy = "resource-based policy";
constexpr std::string_view kTrustPolicy = "role trust policy";

AccessDecision denied(std::string_view kind) {
  std::string_view article = kind == kIdentityPolicy ? "an" : kind == kTrustPolicy ? "the" : "a";
  return {false, true, fmt::format("with an explicit deny in {} {}", article, kind)};
}

AccessDecision notAllowed(std::string_view kind, const PolicyRequest& request) {
  return {false, false, fmt::format("because no {} allows the {} action", kind, request.action)};
}

}  // namespace

PolicyVerdict evaluatePolicies(std::span<const PolicyDocumentPtr> policies,
                               const PolicyRequest& request) {
  std::string action = inLowerCase(request.action);
  PolicyVerdict verdict = PolicyVerdict::kSilent;
  for (const PolicyDocumentPtr& policy : policies) {
    for (const PolicyStatement& statement : policy->statements) {
      bool allow = statement.effect == PolicyEffect::kAllow;
      if (allow && verdict == PolicyVerdict::kAllow) continue;  // says nothing new
      if (!applies(statement, request, action)) continue;
      if (!allow) return PolicyVerdict::kDeny;
      verdict = PolicyVerdict::kAllow;
    }
  }
  return verdict;
}

ResourceVerdict evaluateResourcePolicy(const PolicyDocument& policy, const Principal& caller,
                                       const PolicyRequest& request) {
  std::string action = inLowerCase(request.action);
  ResourceVerdict verdict;
  for (const PolicyStatement& statement : policy.statements) {
    PrincipalMatch match = matchPrincipals(statement, caller);
    if (match == PrincipalMatch::kNone || !applies(statement, request, action)) continue;
    if (statement.effect == PolicyEffect::kDeny) {
      verdict.denied = true;
    } else {
      verdict.allowed = std::max(verdict.allowed, match);
    }
  }
  return verdict;
}

AccessDecision decideAccess(const EffectivePolicies& policies, const Principal& caller,
                            const PolicyRequest& request) {
  std::string_view resourceKind = policies.resourceIsTrust ? kTrustPolicy : kResourcePolicy;
  PolicyVerdict identity = evaluatePolicies(policies.identity, request);
  PolicyVerdict boundary = evaluatePolicies(policies.boundary, request);
  PolicyVerdict session = evaluatePolicies(policies.session, request);
  ResourceVerdict resource;
  if (policies.resource) {
    resource = evaluateResourcePolicy(*policies.resource, caller, request);
  }
  if (identity == PolicyVerdict::kDeny) return denied(kIdentityPolicy);
  if (resource.denied) return denied(resourceKind);
  if (boundary == PolicyVerdict::kDeny) return denied(kBoundary);
  if (session == PolicyVerdict::kDeny) return denied(kSessionPolicy);

  if (policies.resourceIsTrust && resource.allowed == PrincipalMatch::kNone) {
    return notAllowed(kTrustPolicy, request);
  }
  bool byRoot = caller.kind == Principal::Kind::kRoot;
  bool byService = caller.kind == Principal::Kind::kService;
  if (byRoot || (byService && !policies.resourceIsTrust)) return {true, false, {}};
  // A resource that names the user or this session grants by itself. One that names the role of a
  // session still leaves it within its boundary and its session policies.
  bool ofRole = caller.kind == Principal::Kind::kAssumedRole;
  bool named = resource.allowed >= PrincipalMatch::kIdentity;
  if (resource.allowed == PrincipalMatch::kSession || (named && !ofRole)) return {true, false, {}};
  if (identity != PolicyVerdict::kAllow && !named) {
    bool anonymous = caller.kind == Principal::Kind::kAnonymous;
    return notAllowed(anonymous ? kResourcePolicy : kIdentityPolicy, request);
  }
  if (policies.hasBoundary && boundary != PolicyVerdict::kAllow) {
    return notAllowed(kBoundary, request);
  }
  if (!policies.session.empty() && session != PolicyVerdict::kAllow) {
    return notAllowed(kSessionPolicy, request);
  }
  return {true, false, {}};
}

}  // namespace millrace
