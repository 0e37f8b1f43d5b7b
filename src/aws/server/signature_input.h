// The parts of a signature in a request: from the Authorization header or a presigned URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aws/server/authentication_error.h"
#include "aws/signature/canonical_request.h"
#include "http/message.h"

namespace millrace {

struct SignatureInput {
  std::string accessKeyId;
  CredentialScope scope;
  std::vector<std::string> signedHeaders;  // lower case, sorted
  std::string signature;
  std::string time;  // 20260131T102030Z
  std::string sessionToken;
  bool presigned = false;
  int64_t expiresSeconds = 0;  // presigned only
};

// Nothing when the request is not signed.
Outcome<std::optional<SignatureInput>> parseSignature(const HttpRequest& request, ErrorStyle style);

// The name of the service in a request's credential scope, without judging the rest; "" = unsigned.
std::string scopeService(const HttpRequest& request);

}  // namespace millrace
