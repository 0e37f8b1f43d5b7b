#include "aws/model/generated/kinesisanalyticsv2/describe_application_snapshot.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/application_detail.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DescribeApplicationSnapshotResponse> describeApplicationSnapshot(
    Service& service, DescribeApplicationSnapshotRequest& input, RequestContext&) {
  return reading<DescribeApplicationSnapshotResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<DescribeApplicationSnapshotResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        std::optional<Snapshot> snapshot =
            TRY(reader.findSnapshot(application.id, input.snapshotName));
        if (!snapshot) {
          return resourceNotFoundException(fmt::format("Application {} has no snapshot {}.",
                                                       application.name, input.snapshotName));
        }
        DescribeApplicationSnapshotResponse response;
        response.snapshotDetails = describeSnapshot(*snapshot);
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
