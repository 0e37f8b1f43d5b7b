#include "aws/model/generated/kinesisanalyticsv2/list_application_snapshots.h"

#include "control/model/application_detail.h"
#include "control/model/page_token.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ListApplicationSnapshotsResponse> listApplicationSnapshots(
    Service& service, ListApplicationSnapshotsRequest& input, RequestContext&) {
  return reading<ListApplicationSnapshotsResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<ListApplicationSnapshotsResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        int64_t limit = input.limit.value_or(kMaxPage);
        int64_t after = TRY(pageStart("snapshots", application.id, input.nextToken));
        std::vector<Snapshot> snapshots =
            TRY(reader.listSnapshots(application.id, after, limit + 1));
        ListApplicationSnapshotsResponse response;
        auto& summaries = response.snapshotSummaries.emplace();
        int64_t last = 0;
        for (const Snapshot& snapshot : snapshots) {
          if (std::ssize(summaries) == limit) {
            response.nextToken = pageToken("snapshots", application.id, last);
            break;
          }
          summaries.push_back(describeSnapshot(snapshot));
          last = snapshot.id;
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
