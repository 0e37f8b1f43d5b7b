#include "access/condition_keys.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "aws/model/timestamp.h"

namespace millrace {

namespace {

using Values = std::vector<std::string>;

std::string_view principalType(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::kRoot:
      return "Account";
    case Principal::Kind::kUser:
      return "User";
    case Principal::Kind::kAssumedRole:
      return "AssumedRole";
    case Principal::Kind::kService:
      return "Service";
    case Principal::Kind::kAnonymous:
      break;
  }
  return "Anonymous";
}

Values tagOf(const Principal& principal, std::string_view key) {
  for (const auto& [name, value] : principal.tags) {
    if (inLowerCase(name) == key) return {value};
  }
  return {};
}

Values principalKey(const Principal& principal, std::string_view key) {
  bool service = principal.kind == Principal::Kind::kService;
  if (key == "aws:principalisawsservice") return {service ? "true" : "false"};
  if (key == "aws:principalservicename") return service ? Values{principal.arn} : Values{};
  if (principal.kind == Principal::Kind::kAnonymous) {
    return key == "aws:principaltype" ? Values{"Anonymous"} : Values{};
  }
  if (service) return {};
  if (key == "aws:principaltype") return {std::string(principalType(principal.kind))};
  if (key == "aws:principalarn") {
    return {principal.roleArn.empty() ? principal.arn : principal.roleArn};
  }
  if (key == "aws:principalaccount") return {principal.account};
  if (key == "aws:userid") return {principal.userId};
  if (key == "aws:username" && principal.kind == Principal::Kind::kUser) {
    return {principal.arn.substr(principal.arn.rfind('/') + 1)};
  }
  constexpr std::string_view kTag = "aws:principaltag/";
  if (key.starts_with(kTag)) return tagOf(principal, key.substr(kTag.size()));
  // Temporary credentials say it, long-term ones do not; there are no devices to ask.
  if (key == "aws:multifactorauthpresent" && !principal.sessionKeys.empty()) return {"false"};
  return {};
}

}  // namespace

ConditionKeys conditionKeysOf(const Principal& principal, const AccessRequest& access,
                              const Clock& clock) {
  return [&principal, &access, &clock](std::string_view key) -> Values {
    // First who it is: nothing in a request can say otherwise.
    if (Values values = principalKey(principal, key); !values.empty()) return values;
    std::string name(key);
    if (auto found = principal.sessionKeys.find(name); found != principal.sessionKeys.end()) {
      return {found->second};
    }
    if (auto found = access.conditions.find(name); found != access.conditions.end()) {
      return found->second;
    }
    if (key == "aws:currenttime") return {formatIso8601(Timestamp::fromMicros(clock.nowMicros()))};
    if (key == "aws:epochtime") return {fmt::format("{}", clock.nowMicros() / 1'000'000)};
    return {};
  };
}

}  // namespace millrace
