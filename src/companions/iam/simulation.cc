#include "companions/iam/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "access/identity/record_codec.h"
#include "aws/model/generated/iam/errors.h"
#include "companions/iam/page.h"

namespace millrace::iam {

namespace {

EvaluationResult resultOf(AccessControl& access, const Simulation& simulation,
                          const AccessRequest& request, const std::string& resource) {
  AccessDecision decision =
      access.decide(simulation.policies, simulation.principal, request, resource);
  EvaluationResult result;
  result.evalActionName = request.action;
  result.evalResourceName = resource;
  result.evalDecision = decision.allowed        ? "allowed"
                        : decision.explicitDeny ? "explicitDeny"
                                                : "implicitDeny";
  result.missingContextValues.emplace();
  if (!simulation.policies.hasBoundary) return result;
  EffectivePolicies boundary;
  boundary.identity = simulation.policies.boundary;
  result.permissionsBoundaryDecisionDetail.emplace().allowedByPermissionsBoundary =
      access.decide(boundary, simulation.principal, request, resource).allowed;
  return result;
}

}  // namespace

std::vector<EvaluationResult> simulate(AccessControl& access, const Simulation& simulation) {
  AccessRequest request;
  for (const ContextEntry& entry : simulation.context) {
    if (!entry.contextKeyName || !entry.contextKeyValues) continue;
    request.conditions[inLowerCase(*entry.contextKeyName)] = *entry.contextKeyValues;
  }
  std::vector<std::string> resources = simulation.resources;
  if (resources.empty()) resources.push_back("*");
  std::vector<EvaluationResult> results;
  for (const std::string& action : simulation.actions) {
    request.action = action;
    for (const std::string& resource : resources) {
      results.push_back(resultOf(access, simulation, request, resource));
    }
  }
  return results;
}

Outcome<void> addPolicies(const std::vector<std::string>& documents, PolicyUse use,
                          std::vector<PolicyDocumentPtr>& policies) {
  for (const std::string& document : documents) {
    auto parsed = parseShared(document, use);
    if (!parsed.ok()) return invalidInputException(parsed.error().message());
    policies.push_back(std::move(parsed).value());
  }
  return Outcome<void>();
}

Outcome<void> addBoundaries(const std::optional<std::vector<std::string>>& documents,
                            EffectivePolicies& policies) {
  if (!documents) return Outcome<void>();
  policies.hasBoundary = true;
  policies.boundary.clear();
  return addPolicies(*documents, PolicyUse::kInline, policies.boundary);
}

SimulatePolicyResponse pageOfResults(std::vector<EvaluationResult> results,
                                     const std::optional<std::string>& marker,
                                     const std::optional<int32_t>& maxItems) {
  size_t begin = 0;
  if (marker) std::from_chars(marker->data(), marker->data() + marker->size(), begin);
  begin = std::min(begin, results.size());
  size_t end =
      std::min(begin + static_cast<size_t>(maxItems.value_or(kItemsOfPage)), results.size());
  SimulatePolicyResponse response;
  response.isTruncated = end < results.size();
  if (end < results.size()) response.marker = fmt::format("{}", end);
  response.evaluationResults.emplace(
      std::make_move_iterator(results.begin() + static_cast<std::ptrdiff_t>(begin)),
      std::make_move_iterator(results.begin() + static_cast<std::ptrdiff_t>(end)));
  return response;
}

}  // namespace millrace::iam
