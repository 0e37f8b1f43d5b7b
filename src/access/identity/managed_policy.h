// The policies that AWS manages ("arn:aws:iam::aws:policy/AmazonKinesisFullAccess"): facts, one
// file each in access/managed_policies/, built into the program. Adding a file adds the policy.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "access/identity/records.h"

namespace millrace {

// Null when there is none. Thread-safe.
std::shared_ptr<const PolicyRecord> findManagedPolicy(std::string_view arn);

// All of them, by ARN.
const IdentityState::Table<PolicyRecord>& managedPolicies();

// Generated from the files: their contents.
std::span<const std::string_view> managedPolicyTexts();

}  // namespace millrace
