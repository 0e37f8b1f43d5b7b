// Principal: who made a request, as IAM sees it; KnownCredentials: what stands behind an access
// key.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

struct Principal {
  enum class Kind : uint8_t { kRoot, kUser, kAssumedRole, kService, kAnonymous };
  Kind kind = Kind::kAnonymous;
  std::string account;
  // arn:aws:iam::123456789012:root, ...:user/alice, arn:aws:sts::...:assumed-role/Role/session
  std::string arn;
  std::string userId;  // AIDA..., AROA...:session, or the account of the root user
  std::map<std::string, std::string> tags;
  std::string accessKeyId;  // with which the request was signed; "" when it was not
  // Of an assumed role: the role itself, and policies that narrow the session (JSON).
  std::string roleArn;
  std::vector<std::string> sessionPolicies;
  // Of temporary credentials: what they say for ever, as condition keys in lower case
  // ("aws:tokenissuetime", "aws:sourceidentity"). Empty for long-term keys.
  std::map<std::string, std::string> sessionKeys;
};

struct KnownCredentials {
  std::string secretKey;
  std::string sessionToken;  // "" for long-term keys
  std::optional<int64_t> expirationMicros;
  bool active = true;
  Principal principal;
};

// Thread-safe and fast: called for every request. The root user's keys and the IAM companion
// implement it.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;
  virtual std::optional<KnownCredentials> find(std::string_view accessKeyId) = 0;
};

}  // namespace millrace
