#include "aws/model/generated/iam/list_policy_versions.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListPolicyVersionsResponse> listPolicyVersions(Service& service,
                                                       ListPolicyVersionsRequest& input,
                                                       RequestContext&) {
  auto policy = TRY(findPolicy(*service.state(), input.policyArn));
  std::vector<PolicyVersion> versions;  // the newest first
  for (auto version = policy->versions.rbegin(); version != policy->versions.rend(); ++version) {
    versions.push_back(toPolicyVersion(*policy, version->first, /*withDocument=*/false));
  }
  ListPolicyVersionsResponse response;
  answerPage(input, response, response.versions.emplace(), std::move(versions),
             [](const PolicyVersion& version) {
               // Sorted by age.
               return fmt::format("{:010}", INT32_MAX - parsePolicyVersionId(*version.versionId));
             });
  return response;
}

}  // namespace millrace::iam
