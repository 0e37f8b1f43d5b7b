// Signs requests: the client's side of signature version 4.
#pragma once

#include <cstdint>
#include <string>

#include "http/message.h"

namespace millrace {

struct SigningKeyPair {
  std::string accessKeyId;
  std::string secretKey;
  std::string sessionToken;  // "" = none
};

struct SigningScope {
  std::string region;
  std::string service;
  bool encodePathTwice = true;  // false for S3
};

// Adds X-Amz-Date, X-Amz-Content-Sha256 (of request.body, unless it is set already),
// X-Amz-Security-Token and Authorization. Host must be set.
void signRequest(HttpRequest& request, const SigningKeyPair& keys, const SigningScope& scope,
                 int64_t nowMicros);

// Adds the signature to the query, with UNSIGNED-PAYLOAD: a URL that works for `seconds`.
void presignRequest(HttpRequest& request, const SigningKeyPair& keys, const SigningScope& scope,
                    int64_t nowMicros, int64_t seconds);

}  // namespace millrace
