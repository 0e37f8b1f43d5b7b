// Bucket policies: kept, given back, and looked at for whether they make a bucket public.
#pragma once

#include <string_view>

#include "aws/model/api_error.h"

namespace millrace::s3 {

inline constexpr std::string_view kPolicyConfiguration = "policy";

// MalformedPolicy, with the words of S3.
Outcome<void> checkPolicy(std::string_view policy);

// Whether a statement allows something to everybody without a condition. Requires a checked policy.
bool isPublic(std::string_view policy);

}  // namespace millrace::s3
