// Signature version 4 as text: the canonical request, the string to sign, the signing key. Both
// sides, verifying and signing, compute with these.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace millrace {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest sha256(std::string_view bytes);
Sha256Digest hmacSha256(std::string_view key, std::string_view bytes);
std::string hexOf(const Sha256Digest& digest);  // lower case
// Time does not depend on where the texts differ.
bool equalInConstantTime(std::string_view a, std::string_view b);

// "<date>/<region>/<service>/aws4_request"
struct CredentialScope {
  std::string date;  // 20260131
  std::string region;
  std::string service;
  std::string text() const;
};

// How HTTP/2 spells Host; an HttpRequest has Host either way.
constexpr std::string_view kAuthorityHeader = ":authority";

struct CanonicalRequestOptions {
  // Header names in lower case, sorted; ":authority" may stand for "host".
  std::vector<std::string> signedHeaders;
  std::string payloadHash;  // hex, or a word such as UNSIGNED-PAYLOAD
  // S3 signs the path as it is sent, everyone else encodes it once more and removes dots.
  bool encodePathTwice = true;
  // The parameter that is no part of the signature it carries: X-Amz-Signature when presigned.
  std::string_view leftOutParameter;
};

std::string canonicalRequest(const HttpRequest& request, const CanonicalRequestOptions& options);

// `time` is 20260131T102030Z.
std::string stringToSign(std::string_view time, const CredentialScope& scope,
                         std::string_view canonicalRequest);

Sha256Digest signingKey(std::string_view secretKey, const CredentialScope& scope);
std::string signatureOf(const Sha256Digest& signingKey, std::string_view stringToSign);

}  // namespace millrace
