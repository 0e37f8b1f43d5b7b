#include "aws/signature/signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "aws/signature/canonical_request.h"
#include "aws/signature/signing_time.h"
#include "http/url.h"

namespace millrace {

namespace {

// Host, Content-Type and everything of Amazon's; what proxies change is left out.
std::vector<std::string> headersToSign(const HttpRequest& request) {
  std::vector<std::string> names;
  for (const auto& [field, value] : request.headers) {
    std::string name = field;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name == "host" || name == "content-type" || name.starts_with("x-amz-")) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

CredentialScope scopeOf(const std::string& time, const SigningScope& scope) {
  return {time.substr(0, 8), scope.region, scope.service};
}

std::string signatureFor(const HttpRequest& request, const CanonicalRequestOptions& options,
                         const std::string& time, const CredentialScope& scope,
                         const std::string& secretKey) {
  return signatureOf(signingKey(secretKey, scope),
                     stringToSign(time, scope, canonicalRequest(request, options)));
}

}  // namespace

void signRequest(HttpRequest& request, const SigningKeyPair& keys, const SigningScope& scope,
                 int64_t nowMicros) {
  std::string time = signingTime(nowMicros);
  CredentialScope credentialScope = scopeOf(time, scope);
  request.headers.set("X-Amz-Date", time);
  if (!request.headers.contains("X-Amz-Content-Sha256")) {
    request.headers.set("X-Amz-Content-Sha256", hexOf(sha256(request.body)));
  }
  if (!keys.sessionToken.empty()) request.headers.set("X-Amz-Security-Token", keys.sessionToken);
  request.headers.remove("Authorization");
  CanonicalRequestOptions options;
  options.signedHeaders = headersToSign(request);
  options.payloadHash = std::string(request.headers.get("X-Amz-Content-Sha256"));
  options.encodePathTwice = scope.encodePathTwice;
  request.headers.set(
      "Authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                  keys.accessKeyId, credentialScope.text(), fmt::join(options.signedHeaders, ";"),
                  signatureFor(request, options, time, credentialScope, keys.secretKey)));
}

void presignRequest(HttpRequest& request, const SigningKeyPair& keys, const SigningScope& scope,
                    int64_t nowMicros, int64_t seconds) {
  std::string time = signingTime(nowMicros);
  CredentialScope credentialScope = scopeOf(time, scope);
  CanonicalRequestOptions options;
  options.signedHeaders = {"host"};
  options.payloadHash = scope.encodePathTwice ? hexOf(sha256(request.body)) : "UNSIGNED-PAYLOAD";
  options.encodePathTwice = scope.encodePathTwice;
  auto add = [&](std::string_view name, std::string_view value) {
    if (!request.query.empty()) request.query += '&';
    request.query += fmt::format("{}={}", name, percentEncode(value));
  };
  add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  add("X-Amz-Credential", fmt::format("{}/{}", keys.accessKeyId, credentialScope.text()));
  add("X-Amz-Date", time);
  add("X-Amz-Expires", fmt::format("{}", seconds));
  if (!keys.sessionToken.empty()) add("X-Amz-Security-Token", keys.sessionToken);
  add("X-Amz-SignedHeaders", "host");
  add("X-Amz-Signature", signatureFor(request, options, time, credentialScope, keys.secretKey));
}

}  // namespace millrace
