#include "aws/model/generated/kinesisanalyticsv2/stop_application.h"

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/lifecycle/change.h"
#include "control/model/runtime_environment.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<StopApplicationResponse> stopApplication(Service& service, StopApplicationRequest& input,
                                                 RequestContext&) {
  bool force = input.force.value_or(false);
  Trigger trigger = force ? Trigger::kForceStop : Trigger::kStop;
  StopApplicationResponse response;
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    Change change(writer, service.env(), service.lifecycle().limits(), application);
    if (force && !isFlink(TRY(change.currentVersion()).runtimeEnvironment)) {
      return invalidArgumentException("Only Flink applications can be stopped by force.");
    }
    if (!statusAfter(application.status, trigger)) return inUse(application, "stopped");
    response.operationId = TRY(change.beginOperation("StopApplication"));
    TRY(change.fire(trigger));
    TRY(change.save());
    return application.id;
  }));
  service.lifecycle().wake(id);
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
