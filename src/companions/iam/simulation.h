// The policy simulator: what policies would decide, without doing it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/access_control.h"
#include "aws/model/api_error.h"
#include "aws/model/generated/iam/shapes/context_entry.h"
#include "aws/model/generated/iam/shapes/evaluation_result.h"
#include "aws/model/generated/iam/shapes/simulate_policy_response.h"

namespace millrace::iam {

struct Simulation {
  EffectivePolicies policies;
  Principal principal;
  std::vector<std::string> actions;
  std::vector<std::string> resources;  // empty: "*"
  std::vector<ContextEntry> context;
};

// One result for each action and resource.
std::vector<EvaluationResult> simulate(AccessControl& access, const Simulation& simulation);

// InvalidInput when one of the documents does not parse.
Outcome<void> addPolicies(const std::vector<std::string>& documents, PolicyUse use,
                          std::vector<PolicyDocumentPtr>& policies);
Outcome<void> addBoundaries(const std::optional<std::vector<std::string>>& documents,
                            EffectivePolicies& policies);

// A page of the results. They have no names of their own, so a marker is a number.
SimulatePolicyResponse pageOfResults(std::vector<EvaluationResult> results,
                                     const std::optional<std::string>& marker,
                                     const std::optional<int32_t>& maxItems);

}  // namespace millrace::iam
