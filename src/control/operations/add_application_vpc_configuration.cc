#include "aws/model/generated/kinesisanalyticsv2/add_application_vpc_configuration.h"

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/lifecycle/configuration_change.h"
#include "control/model/runtime_environment.h"
#include "control/model/vpc_configuration.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<AddApplicationVpcConfigurationResponse> addApplicationVpcConfiguration(
    Service& service, AddApplicationVpcConfigurationRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, input.conditionalToken},
      "AddApplicationVpcConfiguration",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        if (isSql(next.runtimeEnvironment)) {
          return invalidArgumentException(
              "VPC configurations are not supported for SQL applications.");
        }
        auto& vpcs = next.configuration.vpcConfigurationDescriptions;
        if (vpcs && !vpcs->empty()) {
          return invalidArgumentException("The application has a VPC configuration already.");
        }
        SubResourceIds ids(next.id);
        vpcs.emplace().push_back(describeVpc(input.vpcConfiguration, ids));
        return {};
      }));
  AddApplicationVpcConfigurationResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.vpcConfigurationDescription =
      changed.version.configuration.vpcConfigurationDescriptions->back();
  response.operationId = changed.operationId;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
