#include "aws/model/generated/kinesisanalyticsv2/describe_application_operation.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/application_detail.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DescribeApplicationOperationResponse> describeApplicationOperation(
    Service& service, DescribeApplicationOperationRequest& input, RequestContext&) {
  return reading<DescribeApplicationOperationResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<DescribeApplicationOperationResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        std::optional<OperationRecord> operation =
            TRY(reader.findOperation(application.id, input.operationId));
        if (!operation) {
          return resourceNotFoundException(fmt::format("Application {} has no operation {}.",
                                                       application.name, input.operationId));
        }
        DescribeApplicationOperationResponse response;
        response.applicationOperationInfoDetails = describeOperation(*operation);
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
