// Any text as a policy: it parses or not, and what parses is evaluated against itself.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "access/policy/policy_evaluator.h"
#include "access/policy/policy_parser.h"

using namespace millrace;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  PolicyRequest request;
  request.action = "s3:GetObject";
  request.resource = "arn:aws:s3:::" + text.substr(0, 40);
  request.keys = [&](std::string_view key) -> std::vector<std::string> {
    if (key.size() % 3 == 0) return {};
    return {std::string(key), text.substr(0, 20)};
  };
  Principal caller;
  caller.kind = Principal::Kind::kUser;
  caller.account = "123456789012";
  caller.arn = "arn:aws:iam::123456789012:user/alice";
  for (PolicyUse use :
       {PolicyUse::kManaged, PolicyUse::kInline, PolicyUse::kTrust, PolicyUse::kResource}) {
    auto policy = parsePolicy(text, use);
    if (!policy.ok()) continue;
    auto shared = std::make_shared<const PolicyDocument>(std::move(policy).value());
    evaluateResourcePolicy(*shared, caller, request);
    std::vector<PolicyDocumentPtr> policies = {shared};
    evaluatePolicies(policies, request);
  }
  return 0;
}
