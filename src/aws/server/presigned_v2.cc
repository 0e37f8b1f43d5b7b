#include "aws/server/presigned_v2.h"

#include <fmt/format.h>

#include <charconv>

#include "aws/signature/signature_v2.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr std::string_view kToken = "x-amz-security-token";

ApiError denied(std::string message) {
  constexpr int kForbidden = 403;
  return ApiError("AccessDenied", kForbidden, std::move(message));
}

}  // namespace

Outcome<std::optional<PresignedV2>> parsePresignedV2(const HttpRequest& request) {
  if (!isPresignedV2(request.query)) return std::optional<PresignedV2>();
  QueryParameters query = parseQuery(request.query, false);
  auto get = [&](std::string_view name) {
    const std::string* value = findParameter(query, name);
    return value == nullptr ? std::string() : *value;
  };
  PresignedV2 input;
  input.accessKeyId = get("AWSAccessKeyId");
  input.signature = get("Signature");
  input.expires = get("Expires");
  if (input.accessKeyId.empty() || input.signature.empty() || input.expires.empty()) {
    return denied(
        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
        "parameters");
  }
  const char* end = input.expires.data() + input.expires.size();
  auto [at, error] = std::from_chars(input.expires.data(), end, input.expiresSeconds);
  if (error != std::errc() || at != end || input.expiresSeconds < 0) {
    return denied(fmt::format("Invalid date (should be seconds since epoch): {}",
                              input.expires.substr(0, 64)));
  }
  input.sessionToken = request.headers.get(kToken);
  if (input.sessionToken.empty()) input.sessionToken = get(kToken);
  return std::optional<PresignedV2>(std::move(input));
}

void takeHeadersFromQuery(HttpRequest& request) {
  for (auto& [name, value] : parseQuery(request.query, false)) {
    bool header = name.starts_with("x-amz-") || name == "content-type" || name == "content-md5";
    if (header && name != kToken && !request.headers.contains(name)) {
      request.headers.add(name, std::move(value));
    }
  }
}

}  // namespace millrace
