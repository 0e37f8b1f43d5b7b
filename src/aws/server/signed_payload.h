// The body of a request as its signature covers it.
#pragma once

#include <cstdint>
#include <string>

#include "aws/server/authentication_error.h"
#include "aws/signature/canonical_request.h"
#include "http/message.h"

namespace millrace {

// What X-Amz-Content-Sha256 says, or the hash of the body: the last line of the canonical request.
std::string payloadHashOf(const HttpRequest& request, ErrorStyle style, bool presigned);

struct ChunkSigning {
  bool verify = false;
  Sha256Digest signingKey{};
  std::string seedSignature;
  std::string time;
  CredentialScope scope;
};

// Replaces the body by its content: aws-chunked is unwrapped, and what a hash or signature covers
// is checked, at once when it is in memory, while it is read when it streams.
Outcome<void> unwrapPayload(HttpRequest& request, ErrorStyle style, const ChunkSigning& signing,
                            uint64_t limit);

// Inflates a body with Content-Encoding: gzip, up to `limit` bytes.
Outcome<void> inflateBody(HttpRequest& request, uint64_t limit);

}  // namespace millrace
