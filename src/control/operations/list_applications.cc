// The token of the next page is typed as an application name in the model: the last one of this
// page.
#include "aws/model/generated/kinesisanalyticsv2/list_applications.h"

#include "control/model/application_detail.h"
#include "control/model/page_token.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ListApplicationsResponse> listApplications(Service& service, ListApplicationsRequest& input,
                                                   RequestContext&) {
  return reading<ListApplicationsResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<ListApplicationsResponse> {
        int64_t limit = input.limit.value_or(kMaxPage);
        // One more shows whether there is a next page.
        std::vector<Application> applications =
            TRY(reader.listApplications(input.nextToken.value_or(""), limit + 1));
        ListApplicationsResponse response;
        for (const Application& application : applications) {
          if (std::ssize(response.applicationSummaries) == limit) {
            response.nextToken = response.applicationSummaries.back().applicationName;
            break;
          }
          ApplicationVersion version = TRY(service.currentVersion(reader, application));
          response.applicationSummaries.push_back(
              summarize(application, version.runtimeEnvironment, service.arnPrefix()));
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
