#include "aws/model/generated/sts/assume_role.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "access/policy/policy_pattern.h"
#include "aws/model/generated/sts/errors.h"
#include "companions/sts/service.h"
#include "companions/sts/session_credentials.h"

namespace millrace::sts {

namespace {

constexpr int32_t kDefaultSeconds = 3600;
constexpr size_t kMaxPolicyArns = 10;
constexpr size_t kMaxSessionSize = 2048;  // of inline policy and tags

ApiError validationError(std::string message) {
  return ApiError("ValidationError", 400, std::move(message));
}

Outcome<void> addPolicies(Service& service, const AssumeRoleRequest& input, AssumeRoleCall& call) {
  if (input.policy) {
    auto parsed = parsePolicy(*input.policy, PolicyUse::kSession);
    if (!parsed.ok()) return malformedPolicyDocumentException(parsed.error().message());
    call.sessionPolicies.push_back(*input.policy);
  }
  if (!input.policyArns) return Outcome<void>();
  if (input.policyArns->size() > kMaxPolicyArns) {
    return validationError(fmt::format("The number of policy ARNs exceeds {}.", kMaxPolicyArns));
  }
  auto state = service.access().identities().state();
  for (const PolicyDescriptorType& descriptor : *input.policyArns) {
    auto policy = state->policy(descriptor.arn.value_or(""));
    if (!policy) {
      return malformedPolicyDocumentException(
          fmt::format("The policy {} does not exist.", descriptor.arn.value_or("")));
    }
    call.sessionPolicies.push_back(policy->current().document);
  }
  return Outcome<void>();
}

Outcome<void> addTags(const AssumeRoleRequest& input, AssumeRoleCall& call) {
  std::set<std::string> seen;
  if (input.tags) {
    for (const Tag& tag : *input.tags) {
      if (!seen.insert(inLowerCase(tag.key)).second) {
        return ApiError(
            "InvalidParameterValue", 400,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      call.tags.emplace(tag.key, tag.value);
    }
  }
  if (input.transitiveTagKeys) {
    for (const std::string& key : *input.transitiveTagKeys) {
      if (!call.tags.contains(key)) {
        return ApiError("InvalidParameterValue", 400,
                        "The specified transitive tag key must be included in the requested tags.");
      }
      call.transitiveTags.insert(key);
    }
  }
  return Outcome<void>();
}

// What the request says beside its parameters.
void addConditions(const RequestContext& context, AssumeRoleCall& call) {
  call.conditions["aws:sourceip"] = {context.http.peerAddress};
  call.conditions["aws:securetransport"] = {context.http.secure ? "true" : "false"};
  call.conditions["aws:requestedregion"] = {context.region};
  if (const std::string* agent = context.http.headers.find("User-Agent")) {
    call.conditions["aws:useragent"] = {*agent};
  }
}

// Percent of what a session may carry; nothing when it carries nothing.
std::optional<int32_t> packedSize(const AssumeRoleRequest& input) {
  size_t size = input.policy.value_or("").size();
  if (input.tags) {
    for (const Tag& tag : *input.tags) size += tag.key.size() + tag.value.size();
  }
  if (size == 0 && !input.policyArns) return std::nullopt;
  return static_cast<int32_t>((size * 100 + kMaxSessionSize - 1) / kMaxSessionSize);
}

}  // namespace

Outcome<AssumeRoleResponse> assumeRole(Service& service, AssumeRoleRequest& input,
                                       RequestContext& context) {
  if (!input.roleArn.starts_with("arn:")) {
    return validationError(fmt::format("{} is invalid", input.roleArn));
  }
  if (input.tokenCode) return wrongDeviceCode();
  AssumeRoleCall call;
  call.roleArn = input.roleArn;
  call.sessionName = input.roleSessionName;
  call.durationSeconds = input.durationSeconds.value_or(kDefaultSeconds);
  call.externalId = input.externalId.value_or("");
  call.sourceIdentity = input.sourceIdentity.value_or("");
  TRY(addPolicies(service, input, call));
  TRY(addTags(input, call));
  addConditions(context, call);
  AssumeRoleResponse response;
  response.packedPolicySize = packedSize(input);
  if (constexpr int32_t kWhole = 100; response.packedPolicySize.value_or(0) > kWhole) {
    return packedPolicyTooLargeException(
        fmt::format("Packed policy consumes {}% of allotted space, please use smaller policy.",
                    *response.packedPolicySize));
  }
  TemporaryCredentials given = TRY(service.access().assumeRole(context.principal, call));
  response.credentials = toCredentials(given);
  AssumedRoleUser& user = response.assumedRoleUser.emplace();
  user.assumedRoleId = given.userId;
  user.arn = given.arn;
  response.sourceIdentity = input.sourceIdentity;
  return response;
}

}  // namespace millrace::sts
