#include "aws/model/generated/kinesisanalyticsv2/describe_application_version.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/application_detail.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DescribeApplicationVersionResponse> describeApplicationVersion(
    Service& service, DescribeApplicationVersionRequest& input, RequestContext&) {
  return reading<DescribeApplicationVersionResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<DescribeApplicationVersionResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        std::optional<ApplicationVersion> version =
            TRY(reader.findVersion(application.id, input.applicationVersionId));
        if (!version) {
          return resourceNotFoundException(fmt::format(
              "Application {} has no version {}.", application.name, input.applicationVersionId));
        }
        DescribeApplicationVersionResponse response;
        response.applicationVersionDetail =
            describeApplicationVersionOf(application, *version, service.arnPrefix());
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
