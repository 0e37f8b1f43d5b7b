#include "aws/model/generated/kinesisanalyticsv2/list_application_versions.h"

#include "control/model/application_detail.h"
#include "control/model/page_token.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ListApplicationVersionsResponse> listApplicationVersions(
    Service& service, ListApplicationVersionsRequest& input, RequestContext&) {
  return reading<ListApplicationVersionsResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<ListApplicationVersionsResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        int64_t limit = input.limit.value_or(kMaxPage);
        int64_t before = TRY(pageStart("versions", application.id, input.nextToken));
        std::vector<ApplicationVersion> versions =
            TRY(reader.listVersions(application.id, before, limit + 1));
        ListApplicationVersionsResponse response;
        auto& summaries = response.applicationVersionSummaries.emplace();
        for (const ApplicationVersion& version : versions) {
          if (std::ssize(summaries) == limit) {
            response.nextToken =
                pageToken("versions", application.id, summaries.back().applicationVersionId);
            break;
          }
          ApplicationVersionSummary& summary = summaries.emplace_back();
          summary.applicationVersionId = version.id;
          summary.applicationStatus = versionStatus(application, version);
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
