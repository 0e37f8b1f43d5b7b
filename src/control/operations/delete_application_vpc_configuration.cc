#include "aws/model/generated/kinesisanalyticsv2/delete_application_vpc_configuration.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/lifecycle/configuration_change.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationVpcConfigurationResponse> deleteApplicationVpcConfiguration(
    Service& service, DeleteApplicationVpcConfigurationRequest& input, RequestContext&) {
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, input.conditionalToken},
      "DeleteApplicationVpcConfiguration",
      [&](Application&, ApplicationVersion& next, StoreWriter&) -> Outcome<void> {
        auto& vpcs = next.configuration.vpcConfigurationDescriptions;
        size_t deleted = !vpcs ? 0 : std::erase_if(*vpcs, [&](const auto& vpc) {
          return vpc.vpcConfigurationId == input.vpcConfigurationId;
        });
        if (deleted == 0) {
          return resourceNotFoundException(fmt::format(
              "The application has no VPC configuration with id {}.", input.vpcConfigurationId));
        }
        if (vpcs->empty()) vpcs.reset();
        return {};
      }));
  DeleteApplicationVpcConfigurationResponse response;
  response.applicationARN = service.arnPrefix() + changed.application.name;
  response.applicationVersionId = changed.version.id;
  response.operationId = changed.operationId;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
