// Versions of a customer's managed policies.
#pragma once

#include <cstdint>
#include <string>

#include "access/identity/records.h"
#include "aws/model/api_error.h"
#include "aws/server/request_context.h"

namespace millrace::iam {

// MalformedPolicyDocument, or LimitExceeded for a document that is too long.
Outcome<PolicyVersionRecord> newVersion(const RequestContext& context, const std::string& document);

// The number of "v3"; NoSuchEntity when the policy has no such version.
Outcome<int64_t> findVersion(const PolicyRecord& policy, const std::string& id);

}  // namespace millrace::iam
