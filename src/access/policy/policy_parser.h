// From the JSON of a policy to a PolicyDocument, with the checks that IAM makes when one is stored.
#pragma once

#include <cstdint>
#include <string_view>

#include "access/policy/policy.h"
#include "base/result.h"

namespace millrace {

// What a policy is for decides which elements it must have and which it may not.
enum class PolicyUse : uint8_t {
  kManaged,   // attached to identities; must be of version 2012-10-17
  kInline,    // of one identity
  kSession,   // narrows a session
  kTrust,     // who may assume a role
  kResource,  // of a bucket and the like
};

// The error's message is AWS's text for MalformedPolicyDocument, with its capitals and full stop.
Result<PolicyDocument> parsePolicy(std::string_view json, PolicyUse use);

}  // namespace millrace
