// Authenticator: who sent a request. Verifies signature version 4 in header or query (and version 2
// in the query, which S3 still takes), the clock, the scope and session tokens, and unwraps bodies
// that are signed chunk by chunk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aws/server/authentication_error.h"
#include "aws/server/presigned_v2.h"
#include "aws/server/principal.h"
#include "aws/server/signature_input.h"
#include "env/env.h"
#include "http/message.h"

namespace millrace {

struct AuthenticatorOptions {
  std::string region;
  bool verify = true;  // false: everybody is `anonymous`, signatures are not looked at
  Principal anonymous;
};

// Thread-safe.
class Authenticator {
 public:
  // What it is given outlives it.
  Authenticator(Env& env, std::vector<CredentialStore*> stores, AuthenticatorOptions options)
      : env_(env), stores_(std::move(stores)), options_(std::move(options)) {}

  // `signingNames`: those that the service answers to; `global`: it also takes us-east-1 in every
  // region, as IAM does. `mayBeAnonymous`: a request without signature is nobody's instead of an
  // error. The body becomes what was signed: chunks are unwrapped, hashes checked (for streams
  // while they are read; bodyError() says what a failure means).
  struct Rules {
    std::vector<std::string_view> signingNames;
    bool global = false;
    bool mayBeAnonymous = false;
    ErrorStyle style = ErrorStyle::kJson;
    uint64_t bodyLimit = 0;
  };
  Outcome<Principal> authenticate(HttpRequest& request, const Rules& rules) const;

 private:
  Outcome<Principal> authenticateV2(HttpRequest& request, const PresignedV2& input,
                                    const Rules& rules) const;
  Outcome<KnownCredentials> credentialsOf(const std::string& accessKeyId,
                                          const std::string& sessionToken,
                                          const Rules& rules) const;
  Outcome<void> checkScope(const SignatureInput& input, const Rules& rules) const;
  Outcome<void> checkTime(const SignatureInput& input, const Rules& rules) const;

  Env& env_;
  std::vector<CredentialStore*> stores_;
  AuthenticatorOptions options_;
};

}  // namespace millrace
