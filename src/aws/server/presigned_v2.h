// URLs of S3 that are signed with version 2: their parameters, and what they turn into.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "aws/model/api_error.h"
#include "http/message.h"

namespace millrace {

struct PresignedV2 {
  std::string accessKeyId;
  std::string signature;
  std::string expires;  // as sent
  int64_t expiresSeconds = 0;
  std::string sessionToken;  // "" = none
};

// Nothing when the request is not signed so. Errors: a parameter is missing or malformed.
Outcome<std::optional<PresignedV2>> parsePresignedV2(const HttpRequest& request);

// Once the signature is verified, what the query says in place of headers becomes headers: there
// operations look for it.
void takeHeadersFromQuery(HttpRequest& request);

}  // namespace millrace
