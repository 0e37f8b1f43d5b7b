// Whether policies allow a request: AWS's evaluation logic for requests within one account. Pure
// functions of the policies, the caller and the request.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "access/policy/policy.h"
#include "access/policy/policy_principal.h"
#include "aws/server/principal.h"

namespace millrace {

struct PolicyRequest {
  std::string action;    // "kinesis:PutRecord"
  std::string resource;  // an ARN, or "*" when the action has no resource
  ConditionKeys keys;
};

enum class PolicyVerdict : uint8_t { kSilent, kAllow, kDeny };

// What policies without principals say together: a deny wins.
PolicyVerdict evaluatePolicies(std::span<const PolicyDocumentPtr> policies,
                               const PolicyRequest& request);

struct ResourceVerdict {
  bool denied = false;
  // How the statements that allow it speak of the caller, the closest of them.
  PrincipalMatch allowed = PrincipalMatch::kNone;
};
// The same for the policy of a bucket, or the trust policy of a role.
ResourceVerdict evaluateResourcePolicy(const PolicyDocument& policy, const Principal& caller,
                                       const PolicyRequest& request);

// The policies that bear on a caller's request.
struct EffectivePolicies {
  std::vector<PolicyDocumentPtr> identity;  // inline, attached, those of the user's groups
  bool hasBoundary = false;
  std::vector<PolicyDocumentPtr> boundary;  // empty with hasBoundary: it allows nothing
  std::vector<PolicyDocumentPtr> session;   // empty: the session is not narrowed
  PolicyDocumentPtr resource;               // may be null
  // The resource's policy must allow the request: a role's trust policy.
  bool resourceIsTrust = false;
};

struct AccessDecision {
  bool allowed = false;
  bool explicitDeny = false;
  // AWS's words behind "... on resource: <arn> ": which kind of policy is to blame.
  std::string reason;
};

AccessDecision decideAccess(const EffectivePolicies& policies, const Principal& caller,
                            const PolicyRequest& request);

}  // namespace millrace
