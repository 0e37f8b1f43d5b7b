#include "aws/model/generated/kinesisanalyticsv2/start_application.h"

#include "control/lifecycle/change.h"
#include "control/model/run_configuration.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<StartApplicationResponse> startApplication(Service& service, StartApplicationRequest& input,
                                                   RequestContext&) {
  StartApplicationResponse response;
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    if (!statusAfter(application.status, Trigger::kStart)) return inUse(application, "started");
    Change change(writer, service.env(), service.lifecycle().limits(), application);
    ApplicationVersion version = TRY(change.currentVersion());
    TRY(applyRunConfiguration(input.runConfiguration.value_or(RunConfiguration()), writer,
                              application, version));
    TRY(writer.updateVersion(application.id, version));
    response.operationId = TRY(change.beginOperation("StartApplication"));
    TRY(change.fire(Trigger::kStart));
    TRY(change.save());
    return application.id;
  }));
  service.lifecycle().wake(id);
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
