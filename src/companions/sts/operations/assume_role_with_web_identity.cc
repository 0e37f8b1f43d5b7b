// There are no identity providers in this account, so no token can be exchanged; the errors are
// those that AWS gives in such an account.
#include "aws/model/generated/sts/assume_role_with_web_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model/base64.h"
#include "aws/model/generated/sts/errors.h"
#include "companions/sts/service.h"

namespace millrace::sts {

namespace {

// Base64 with the characters that are safe in URLs.
std::optional<std::string> decodeBase64Url(std::string_view text) {
  std::string usual(text);
  std::ranges::replace(usual, '-', '+');
  std::ranges::replace(usual, '_', '/');
  return base64Decode(usual);
}

// Who issued a JSON web token; nothing when it is none.
std::optional<std::string> issuerOf(std::string_view token) {
  size_t first = token.find('.');
  size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto claims = decodeBase64Url(token.substr(first + 1, second - first - 1));
  if (!claims) return std::nullopt;
  auto json = nlohmann::json::parse(*claims, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  auto issuer = json.find("iss");
  if (issuer == json.end() || !issuer->is_string()) return std::nullopt;
  return issuer->get<std::string>();
}

}  // namespace

Outcome<AssumeRoleWithWebIdentityResponse> assumeRoleWithWebIdentity(
    Service&, AssumeRoleWithWebIdentityRequest& input, RequestContext&) {
  auto issuer = issuerOf(input.webIdentityToken);
  if (!issuer) {
    return invalidIdentityTokenException(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
        "Token)");
  }
  return invalidIdentityTokenException(
      fmt::format("No OpenIDConnect provider found in your account for {}", *issuer));
}

}  // namespace millrace::sts
