#include "aws/model/generated/kinesisanalyticsv2/delete_application.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"
#include "control/model/shown_time.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<DeleteApplicationResponse> deleteApplication(Service& service,
                                                     DeleteApplicationRequest& input,
                                                     RequestContext&) {
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    if (!isShownTime(application.createdMillis, input.createTimestamp)) {
      return invalidArgumentException(
          fmt::format("CreateTimestamp is not that of application {}.", application.name));
    }
    // Deleting it again changes nothing.
    if (application.status == ApplicationStatus::kDeleting) return application.id;
    Change change(writer, service.env(), service.lifecycle().limits(), application);
    if (!statusAfter(application.status, Trigger::kDelete)) {
      return inUse(application, "deleted");
    }
    TRY(change.fire(Trigger::kDelete));
    TRY(change.save());
    return application.id;
  }));
  service.lifecycle().wake(id);
  return DeleteApplicationResponse();
}

}  // namespace millrace::kinesisanalyticsv2
