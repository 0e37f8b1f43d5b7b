#include "server/credentials_endpoint.h"

#include <nlohmann/json.hpp>

#include "aws/model/timestamp.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

HttpResponse jsonResponse(int status, const Json& json) {
  return textResponse(status, json.dump(), "application/json");
}

}  // namespace

HttpResponse CredentialsEndpoint::answer(const HttpRequest& request) {
  if (request.method != "GET") return textResponse(405, "GET only\n");
  const std::string* token = request.headers.find("Authorization");
  std::optional<CredentialGrant> grant;
  if (token != nullptr) grant = engine_.grantOf(*token);
  if (!grant) {
    return jsonResponse(401, {{"code", "InvalidToken"}, {"message", "Unknown token"}});
  }
  CredentialsPtr session =
      roles_.of({grant->roleArn, grant->applicationArn}, grant->applicationName);
  Result<Credentials> credentials = requireCredentials(*session);
  if (!credentials.ok()) {
    bool denied = credentials.error().kind() == ErrorKind::kPermission;
    return jsonResponse(denied ? 403 : 503, {{"code", denied ? "AccessDenied" : "Unavailable"},
                                             {"message", credentials.error().message()}});
  }
  const Credentials& given = credentials.value();
  Json answer = {{"RoleArn", grant->roleArn},
                 {"AccessKeyId", given.keys.accessKeyId},
                 {"SecretAccessKey", given.keys.secretKey},
                 {"Token", given.keys.sessionToken}};
  if (given.expiresMicros) {
    answer["Expiration"] = formatIso8601(Timestamp::fromMicros(*given.expiresMicros));
  }
  return jsonResponse(200, answer);
}

}  // namespace millrace
