#include "aws/model/generated/iam/get_account_summary.h"

#include <map>
#include <string>

#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetAccountSummaryResponse> getAccountSummary(Service& service, GetAccountSummaryRequest&,
                                                     RequestContext&) {
  auto state = service.state();
  int32_t versions = 0;
  for (const auto& [_, policy] : state->policies) {
    versions += static_cast<int32_t>(policy->versions.size());
  }
  GetAccountSummaryResponse response;
  response.summaryMap = std::map<std::string, int32_t>{
      {"Users", static_cast<int32_t>(state->users.size())},
      {"Groups", static_cast<int32_t>(state->groups.size())},
      {"Roles", static_cast<int32_t>(state->roles.size())},
      {"Policies", static_cast<int32_t>(state->policies.size())},
      {"PolicyVersionsInUse", versions},
      {"UsersQuota", kMaxUsers},
      {"GroupsQuota", kMaxGroups},
      {"RolesQuota", kMaxRoles},
      {"PoliciesQuota", kMaxPolicies},
      {"GroupsPerUserQuota", 10},
      {"AccessKeysPerUserQuota", 2},
      {"AttachedPoliciesPerUserQuota", 10},
      {"AttachedPoliciesPerGroupQuota", 10},
      {"AttachedPoliciesPerRoleQuota", 10},
      {"UserPolicySizeQuota", 2048},
      {"GroupPolicySizeQuota", 5120},
      {"RolePolicySizeQuota", 10240},
      {"PolicySizeQuota", 6144},
      {"VersionsPerPolicyQuota", 5},
      {"PolicyVersionsInUseQuota", 10000},
      {"AssumeRolePolicySizeQuota", 2048},
      {"InstanceProfiles", 0},
      {"InstanceProfilesQuota", 1000},
      {"ServerCertificates", 0},
      {"ServerCertificatesQuota", 20},
      {"SigningCertificatesPerUserQuota", 2},
      {"MFADevices", 0},
      {"MFADevicesInUse", 0},
      {"AccountMFAEnabled", 0},
      {"AccountAccessKeysPresent", 1},
      {"AccountPasswordPresent", 0},
      {"AccountSigningCertificatesPresent", 0},
      {"Providers", 0},
      {"GlobalEndpointTokenVersion", 1},
  };
  return response;
}

}  // namespace millrace::iam
