#include "aws/model/generated/kinesisanalyticsv2/rollback_application.h"

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/configuration_change.h"
#include "control/lifecycle/replacement.h"
#include "control/model/application_detail.h"
#include "control/model/runtime_environment.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkRollback(Change& change) {
  if (!isFlink(TRY(change.currentVersion()).runtimeEnvironment)) {
    return unsupportedOperationException("Only Flink applications can be rolled back.");
  }
  if (!statusAfter(change.application.status, Trigger::kRollBack)) {
    return inUse(change.application, "rolled back");
  }
  if (!TRY(change.store().latestReadySnapshot(change.application.id))) {
    return invalidRequestException(
        "The application has no snapshot, so it cannot be rolled back with its state.");
  }
  return {};
}

// Scaling keeps the version: what is rolled back is the parallelism.
Outcome<int64_t> rollbackTarget(Change& change) {
  if (change.application.status == ApplicationStatus::kAutoscaling) {
    return change.application.versionId;
  }
  int64_t target = TRY(previousRunningVersion(change));
  if (target != 0) return target;
  return invalidRequestException("The application has no version before this one that has run.");
}

}  // namespace

Outcome<RollbackApplicationResponse> rollbackApplication(Service& service,
                                                         RollbackApplicationRequest& input,
                                                         RequestContext&) {
  RollbackApplicationResponse response;
  int64_t id = TRY(writing<int64_t>(service.store(), [&](StoreWriter& writer) -> Outcome<int64_t> {
    Application application = TRY(service.find(writer, input.applicationName));
    TRY(checkVersion(application, {input.currentApplicationVersionId, std::nullopt}));
    Change change(writer, service.env(), service.lifecycle().limits(), application);
    TRY(checkRollback(change));
    int64_t left = application.versionId;
    int64_t target = TRY(rollbackTarget(change));
    response.operationId = TRY(change.beginOperation("RollbackApplication", left, left + 1));
    TRY(beginRollback(change, target));
    TRY(change.fire(Trigger::kRollBack));
    TRY(change.save());
    response.applicationDetail = describeApplicationVersionOf(
        application, TRY(change.currentVersion()), service.arnPrefix());
    return application.id;
  }));
  service.lifecycle().wake(id);
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
