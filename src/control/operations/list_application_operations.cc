#include "aws/model/generated/kinesisanalyticsv2/list_application_operations.h"

#include "control/model/application_detail.h"
#include "control/model/page_token.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ListApplicationOperationsResponse> listApplicationOperations(
    Service& service, ListApplicationOperationsRequest& input, RequestContext&) {
  return reading<ListApplicationOperationsResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<ListApplicationOperationsResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        int64_t limit = input.limit.value_or(kMaxPage);
        int64_t before = TRY(pageStart("operations", application.id, input.nextToken));
        OperationFilter filter{input.operation.value_or(""), input.operationStatus.value_or("")};
        std::vector<Numbered<OperationRecord>> operations =
            TRY(reader.listOperations(application.id, filter, before, limit + 1));
        ListApplicationOperationsResponse response;
        auto& summaries = response.applicationOperationInfoList.emplace();
        int64_t last = 0;
        for (const Numbered<OperationRecord>& operation : operations) {
          if (std::ssize(summaries) == limit) {
            response.nextToken = pageToken("operations", application.id, last);
            break;
          }
          summaries.push_back(summarize(operation.value));
          last = operation.number;
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
