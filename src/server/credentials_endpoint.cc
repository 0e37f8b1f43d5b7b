#include "server/credentials_endpoint.h"

#include <nlohmann/json.hpp>

#include "aws/model/timestamp.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kService = "kinesisanalytics.amazonaws.com";
constexpr size_t kLongestSessionName = 64;
constexpr size_t kShortestSessionName = 2;

HttpResponse jsonResponse(int status, const Json& json) {
  return textResponse(status, json.dump(), "application/json");
}

std::string sessionName(const std::string& applicationName) {
  std::string name = applicationName.substr(0, kLongestSessionName);
  while (name.size() < kShortestSessionName) name += '_';
  return name;
}

}  // namespace

std::shared_ptr<ServiceRole> CredentialsEndpoint::roleOf(const CredentialGrant& grant) {
  std::lock_guard lock(mutex_);
  auto& [arn, role] = roles_[grant.application];
  if (role && arn == grant.roleArn) return role;
  arn = grant.roleArn;
  role = std::make_shared<ServiceRole>(
      access_, env_,
      ServiceRoleOptions{.roleArn = grant.roleArn,
                         .service = kService,
                         .sessionName = sessionName(grant.applicationName),
                         .sourceArn = grant.applicationArn});
  return role;
}

HttpResponse CredentialsEndpoint::answer(const HttpRequest& request) {
  if (request.method != "GET") return textResponse(405, "GET only\n");
  const std::string* token = request.headers.find("Authorization");
  std::optional<CredentialGrant> grant;
  if (token != nullptr) grant = engine_.grantOf(*token);
  if (!grant) {
    return jsonResponse(401, {{"code", "InvalidToken"}, {"message", "Unknown token"}});
  }
  Outcome<TemporaryCredentials> credentials = roleOf(*grant)->credentials();
  if (!credentials.ok()) {
    return jsonResponse(
        403, {{"code", credentials.error().code()}, {"message", credentials.error().message()}});
  }
  const TemporaryCredentials& given = credentials.value();
  return jsonResponse(
      200, {{"RoleArn", grant->roleArn},
            {"AccessKeyId", given.accessKeyId},
            {"SecretAccessKey", given.secretKey},
            {"Token", given.sessionToken},
            {"Expiration", formatIso8601(Timestamp::fromMicros(given.expirationMicros))}});
}

}  // namespace millrace
