// The principals of trust and resource policies: how they are written, and who they are.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "access/policy/policy.h"
#include "aws/server/principal.h"
#include "base/result.h"

namespace millrace {

// How a principal of a policy speaks of a caller.
enum class PrincipalMatch : uint8_t {
  kNone,
  kAccount,   // of the caller's whole account: it delegates, the caller's own policies decide
  kIdentity,  // of the caller (its user or role), or of everyone
  kSession,   // of this very session of a role
};

// `type` is a member of the policy's Principal: "AWS", "Service", ... Errors have AWS's text.
Result<PolicyPrincipal> parsePrincipal(std::string_view type, std::string value);

PrincipalMatch matchPrincipal(const PolicyPrincipal& principal, const Principal& caller);

}  // namespace millrace
