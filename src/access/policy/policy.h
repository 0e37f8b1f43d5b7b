// PolicyDocument: a policy of AWS's access language, parsed and checked once, evaluated often.
// Immutable after parsing, so any number of threads may read one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "access/policy/condition.h"
#include "access/policy/policy_pattern.h"

namespace millrace {

enum class PolicyEffect : uint8_t { kAllow, kDeny };

// Whom a statement of a trust or resource policy speaks of.
struct PolicyPrincipal {
  enum class Kind : uint8_t { kEveryone, kAws, kService, kFederated, kCanonicalUser };
  Kind kind = Kind::kEveryone;
  // An ARN, twelve digits of an account, or an id of a principal (kAws); a host name (kService).
  std::string value;
};

struct PolicyStatement {
  std::string sid;
  PolicyEffect effect = PolicyEffect::kDeny;
  bool notPrincipals = false;  // NotPrincipal; the same for the two below
  std::vector<PolicyPrincipal> principals;
  bool notActions = false;
  std::vector<PolicyPattern> actions;  // in lower case
  bool notResources = false;
  std::vector<PolicyPattern> resources;     // empty in trust policies: the role itself
  std::vector<PolicyCondition> conditions;  // all must hold
};

struct PolicyDocument {
  std::string version;  // "2012-10-17"; variables are replaced in that version only
  std::string id;
  std::vector<PolicyStatement> statements;
};

// Shared between the records of several versions of the account's state.
using PolicyDocumentPtr = std::shared_ptr<const PolicyDocument>;

}  // namespace millrace
