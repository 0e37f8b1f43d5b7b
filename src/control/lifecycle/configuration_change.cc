#include "control/lifecycle/configuration_change.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<void> checkVersion(const Application& application, const ExpectedVersion& expected) {
  if (!expected.versionId && !expected.conditionalToken) {
    return invalidArgumentException(
        "Either CurrentApplicationVersionId or ConditionalToken must be given.");
  }
  if (expected.versionId && *expected.versionId != application.versionId) {
    return concurrentModificationException(
        fmt::format("The current version of application {} is {}, not {}.", application.name,
                    application.versionId, *expected.versionId));
  }
  if (expected.conditionalToken && *expected.conditionalToken != application.conditionalToken) {
    return concurrentModificationException(fmt::format(
        "Application {} was changed since it was described: the ConditionalToken is not "
        "the current one.",
        application.name));
  }
  return {};
}

Outcome<ChangedApplication> changeConfiguration(
    Service& service, const std::string& name, const ExpectedVersion& expected,
    std::string_view operation,
    const std::function<Outcome<void>(Application& application, ApplicationVersion& next,
                                      StoreWriter& writer)>& edit) {
  Outcome<ChangedApplication> outcome = writing<ChangedApplication>(
      service.store(), [&](StoreWriter& writer) -> Outcome<ChangedApplication> {
        ChangedApplication changed;
        Application& application = changed.application;
        application = TRY(service.find(writer, name));
        TRY(checkVersion(application, expected));
        if (!statusAfter(application.status, Trigger::kUpdate)) {
          return inUse(application, "updated");
        }
        Change change(writer, service.env(), service.lifecycle().limits(), application);
        ApplicationVersion next = TRY(change.currentVersion());
        next.updatedFrom = next.id;
        next.rolledBackFrom.reset();
        next.rolledBackTo.reset();
        ++next.id;
        TRY(edit(application, next, writer));
        TRY(change.addVersion(next));
        changed.operationId = TRY(change.beginOperation(operation, *next.updatedFrom, next.id));
        // Without a job the change is complete with its record.
        if (application.status == ApplicationStatus::kReady) TRY(change.succeed());
        TRY(change.fire(Trigger::kUpdate));
        TRY(change.save());
        changed.version = std::move(next);
        return changed;
      });
  if (outcome.ok()) service.lifecycle().wake(outcome.value().application.id);
  return outcome;
}

}  // namespace millrace::kinesisanalyticsv2
