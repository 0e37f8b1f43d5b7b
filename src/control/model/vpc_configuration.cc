#include "control/model/vpc_configuration.h"

#include <algorithm>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "functions/digest.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

// The id of the network that the subnet is in: the same for the same subnet.
std::string vpcOf(const std::vector<std::string>& subnets) {
  return "vpc-" + hexDigest(Digest::kSha256, subnets.front()).substr(0, 17);
}

}  // namespace

VpcConfigurationDescription describeVpc(const VpcConfiguration& given, SubResourceIds& ids) {
  VpcConfigurationDescription description;
  description.vpcConfigurationId = ids.next();
  description.vpcId = vpcOf(given.subnetIds);
  description.subnetIds = given.subnetIds;
  description.securityGroupIds = given.securityGroupIds;
  return description;
}

Outcome<void> updateVpcs(const std::vector<VpcConfigurationUpdate>& updates,
                         std::vector<VpcConfigurationDescription>& described) {
  for (const VpcConfigurationUpdate& update : updates) {
    auto found = std::find_if(described.begin(), described.end(), [&](const auto& vpc) {
      return vpc.vpcConfigurationId == update.vpcConfigurationId;
    });
    if (found == described.end()) {
      return invalidArgumentException(fmt::format(
          "The application has no VPC configuration with id {}.", update.vpcConfigurationId));
    }
    if (update.subnetIdUpdates) {
      found->subnetIds = *update.subnetIdUpdates;
      found->vpcId = vpcOf(found->subnetIds);
    }
    if (update.securityGroupIdUpdates) found->securityGroupIds = *update.securityGroupIdUpdates;
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
