#include "aws/server/authenticator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "aws/server/router.h"
#include "aws/server/signed_payload.h"
#include "aws/signature/signature_v2.h"
#include "aws/signature/signing_time.h"

namespace millrace {

namespace {

constexpr int64_t kMicrosPerMinute = 60'000'000;
constexpr int64_t kSkewMinutes = 5;
constexpr int64_t kS3SkewMinutes = 15;

ApiError failed(AuthenticationFailure failure, const Authenticator::Rules& rules,
                std::string detail = {}) {
  return authenticationError(failure, rules.style, std::move(detail));
}

bool isSigned(const SignatureInput& input, std::string_view header) {
  return std::binary_search(input.signedHeaders.begin(), input.signedHeaders.end(), header);
}

// Host, so that a signature works for one server only; and, for S3, every header of Amazon's.
Outcome<void> checkSignedHeaders(const HttpRequest& request, const SignatureInput& input,
                                 const Authenticator::Rules& rules) {
  if (!isSigned(input, "host") && !isSigned(input, kAuthorityHeader)) {
    return failed(AuthenticationFailure::kUnsignedHeaders, rules,
                  rules.style == ErrorStyle::kS3
                      ? "host"
                      : "'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                        "Authorization.");
  }
  if (rules.style != ErrorStyle::kS3) return {};
  for (const auto& [field, value] : request.headers) {
    std::string name = field;
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    // The hash of a presigned request's body may come unsigned.
    if (!name.starts_with("x-amz-") || name == "x-amz-content-sha256") continue;
    if (!isSigned(input, name)) return failed(AuthenticationFailure::kUnsignedHeaders, rules, name);
  }
  return {};
}

}  // namespace

Outcome<KnownCredentials> Authenticator::credentialsOf(const std::string& accessKeyId,
                                                       const std::string& sessionToken,
                                                       const Rules& rules) const {
  std::optional<KnownCredentials> found;
  for (CredentialStore* store : stores_) {
    found = store->find(accessKeyId);
    if (found) break;
  }
  if (!found || !found->active) {
    return failed(AuthenticationFailure::kUnknownKey, rules, accessKeyId);
  }
  if (!equalInConstantTime(found->sessionToken, sessionToken)) {
    return failed(AuthenticationFailure::kTokenInvalid, rules);
  }
  if (found->expirationMicros && *found->expirationMicros <= env_.clock().nowMicros()) {
    return failed(AuthenticationFailure::kTokenExpired, rules);
  }
  return std::move(*found);
}

Outcome<void> Authenticator::checkScope(const SignatureInput& input, const Rules& rules) const {
  const CredentialScope& scope = input.scope;
  if (scope.date != std::string_view(input.time).substr(0, 8)) {
    return failed(AuthenticationFailure::kWrongScope, rules,
                  fmt::format("Date in Credential scope does not match YYYYMMDD from ISO-8601 "
                              "version of date from HTTP: '{}' != '{}', from '{}'.",
                              scope.date, input.time.substr(0, 8), input.time));
  }
  if (scope.region != options_.region && !(rules.global && scope.region == "us-east-1")) {
    if (rules.style != ErrorStyle::kS3) {
      return failed(
          AuthenticationFailure::kWrongScope, rules,
          fmt::format("Credential should be scoped to a valid region, not '{}'. ", scope.region));
    }
    return failed(AuthenticationFailure::kWrongScope, rules,
                  fmt::format("the region '{}' is wrong; expecting '{}'", scope.region,
                              options_.region))
        .with("Region", options_.region);
  }
  const auto& names = rules.signingNames;
  if (std::find(names.begin(), names.end(), scope.service) == names.end()) {
    return failed(AuthenticationFailure::kWrongScope, rules,
                  fmt::format("Credential should be scoped to correct service: '{}'. ", names[0]));
  }
  return {};
}

Outcome<void> Authenticator::checkTime(const SignatureInput& input, const Rules& rules) const {
  std::optional<int64_t> time = parseSigningTime(input.time);
  if (!time) {
    return failed(AuthenticationFailure::kIncomplete, rules,
                  fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'.",
                              input.time.substr(0, 64)));
  }
  int64_t now = env_.clock().nowMicros();
  int64_t minutes = rules.style == ErrorStyle::kS3 ? kS3SkewMinutes : kSkewMinutes;
  int64_t skew = minutes * kMicrosPerMinute;
  if (*time > now + skew) {
    return failed(AuthenticationFailure::kTimeSkew, rules,
                  fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)",
                              input.time, signingTime(now + skew), signingTime(now), minutes));
  }
  if (input.presigned) {
    int64_t end = *time + input.expiresSeconds * 1'000'000;
    if (now < end) return {};
    return failed(AuthenticationFailure::kExpired, rules,
                  fmt::format("Signature expired: {} is now later than {}", signingTime(now),
                              signingTime(end)));
  }
  if (*time < now - skew) {
    return failed(AuthenticationFailure::kTimeSkew, rules,
                  fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.)",
                              input.time, signingTime(now - skew), signingTime(now), minutes));
  }
  return {};
}

Outcome<Principal> Authenticator::authenticateV2(HttpRequest& request, const PresignedV2& input,
                                                 const Rules& rules) const {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  int64_t nowSeconds = env_.clock().nowMicros() / kMicrosPerSecond;
  if (input.expiresSeconds <= nowSeconds) return failed(AuthenticationFailure::kExpired, rules);
  KnownCredentials credentials = TRY(credentialsOf(input.accessKeyId, input.sessionToken, rules));
  std::string signature = signatureV2(
      credentials.secretKey, stringToSignV2(request, bucketOfHost(request.host()), input.expires));
  if (!equalInConstantTime(signature, input.signature)) {
    return failed(AuthenticationFailure::kMismatch, rules);
  }
  takeHeadersFromQuery(request);
  // There is no key to chunks that are signed: they do not match.
  ChunkSigning chunks;
  chunks.verify = true;
  TRY(unwrapPayload(request, rules.style, chunks, rules.bodyLimit));
  return std::move(credentials.principal);
}

Outcome<Principal> Authenticator::authenticate(HttpRequest& request, const Rules& rules) const {
  ChunkSigning chunks;
  if (!options_.verify) {
    TRY(unwrapPayload(request, rules.style, chunks, rules.bodyLimit));
    if (rules.style == ErrorStyle::kS3 && isPresignedV2(request.query)) {
      takeHeadersFromQuery(request);
    }
    return options_.anonymous;
  }
  if (rules.style == ErrorStyle::kS3 && !request.headers.contains("Authorization")) {
    std::optional<PresignedV2> presigned = TRY(parsePresignedV2(request));
    if (presigned) return authenticateV2(request, *presigned, rules);
  }
  std::optional<SignatureInput> input = TRY(parseSignature(request, rules.style));
  if (!input) {
    if (!rules.mayBeAnonymous) return failed(AuthenticationFailure::kMissing, rules);
    TRY(unwrapPayload(request, rules.style, chunks, rules.bodyLimit));
    return Principal();
  }
  TRY(checkScope(*input, rules));
  TRY(checkTime(*input, rules));
  TRY(checkSignedHeaders(request, *input, rules));
  KnownCredentials credentials = TRY(credentialsOf(input->accessKeyId, input->sessionToken, rules));

  CanonicalRequestOptions options;
  options.signedHeaders = input->signedHeaders;
  options.payloadHash = payloadHashOf(request, rules.style, input->presigned);
  options.encodePathTwice = rules.style != ErrorStyle::kS3;
  if (input->presigned) options.leftOutParameter = "X-Amz-Signature";
  chunks.verify = true;
  chunks.signingKey = signingKey(credentials.secretKey, input->scope);
  chunks.time = input->time;
  chunks.scope = input->scope;
  chunks.seedSignature =
      signatureOf(chunks.signingKey,
                  stringToSign(input->time, input->scope, canonicalRequest(request, options)));
  if (!equalInConstantTime(chunks.seedSignature, input->signature)) {
    return failed(AuthenticationFailure::kMismatch, rules);
  }
  TRY(unwrapPayload(request, rules.style, chunks, rules.bodyLimit));
  return std::move(credentials.principal);
}

}  // namespace millrace
