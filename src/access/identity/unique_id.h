// The ids and secrets that IAM and STS give out, in AWS's form.
#pragma once

#include <string>
#include <string_view>

#include "env/env.h"

namespace millrace {

// `prefix` and 17 letters and digits: "AIDA" of users, "AGPA" of groups, "AROA" of roles, "ANPA" of
// policies.
std::string makeIdentityId(Random& random, std::string_view prefix);
// 20 characters: "AKIA" of long-term keys, "ASIA" of temporary ones.
std::string makeAccessKeyId(Random& random, std::string_view prefix);
std::string makeSecretKey(Random& random);     // 40 characters
std::string makeSessionToken(Random& random);  // says nothing to who reads it

}  // namespace millrace
