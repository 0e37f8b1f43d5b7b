#include "companions/s3/bucket_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace millrace::s3 {

namespace {

using Json = nlohmann::json;

constexpr size_t kMaxPolicyBytes = 20 << 10;

ApiError malformed(std::string message) {
  return ApiError("MalformedPolicy", 400, std::move(message));
}

// One statement or a list of them.
std::vector<Json> statementsOf(const Json& policy) {
  const Json& statement = policy["Statement"];
  if (statement.is_array()) return statement.get<std::vector<Json>>();
  return {statement};
}

// "*", or {"AWS": "*"}, or {"AWS": ["*", ...]}
bool isEverybody(const Json& principal) {
  const Json& who =
      principal.is_object() && principal.contains("AWS") ? principal["AWS"] : principal;
  if (!who.is_array()) return who == "*";
  return std::find(who.begin(), who.end(), "*") != who.end();
}

Outcome<void> checkStatement(const Json& statement) {
  if (!statement.is_object()) return malformed("Policy has invalid statement");
  if (!statement.contains("Effect")) return malformed("Missing required field Effect");
  if (statement["Effect"] != "Allow" && statement["Effect"] != "Deny") {
    return malformed("Invalid effect: " + statement["Effect"].dump());
  }
  if (!statement.contains("Principal") && !statement.contains("NotPrincipal")) {
    return malformed("Missing required field Principal");
  }
  if (!statement.contains("Action") && !statement.contains("NotAction")) {
    return malformed("Missing required field Action");
  }
  if (!statement.contains("Resource") && !statement.contains("NotResource")) {
    return malformed("Missing required field Resource");
  }
  return {};
}

}  // namespace

Outcome<void> checkPolicy(std::string_view policy) {
  if (policy.size() > kMaxPolicyBytes) {
    return malformed("Policy exceeds the maximum allowed document size.");
  }
  Json json = Json::parse(policy, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (!json.contains("Statement")) return malformed("Missing required field Statement");
  for (const Json& statement : statementsOf(json)) TRY(checkStatement(statement));
  return {};
}

bool isPublic(std::string_view policy) {
  Json json = Json::parse(policy, nullptr, false);
  if (!json.is_object() || !json.contains("Statement")) return false;
  for (const Json& statement : statementsOf(json)) {
    if (statement.value("Effect", "") == "Allow" && !statement.contains("Condition") &&
        statement.contains("Principal") && isEverybody(statement["Principal"])) {
      return true;
    }
  }
  return false;
}

}  // namespace millrace::s3
