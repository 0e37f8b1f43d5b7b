#include "aws/model/generated/kinesisanalyticsv2/update_application.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/lifecycle/configuration_change.h"
#include "control/model/application_configuration.h"
#include "control/model/application_detail.h"
#include "control/model/code_configuration.h"
#include "control/model/logging_options.h"
#include "control/model/run_configuration.h"
#include "control/model/runtime_environment.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

// New code is looked at before the transaction, for it may have to be fetched; the check of the
// version then makes sure that it was based on what is still there.
Outcome<std::optional<CodeChange>> prepareCode(Service& service,
                                               const UpdateApplicationRequest& input) {
  if (!input.applicationConfigurationUpdate ||
      !input.applicationConfigurationUpdate->applicationCodeConfigurationUpdate) {
    return std::optional<CodeChange>();
  }
  ApplicationVersion current = TRY(reading<ApplicationVersion>(
      service.store(), [&](StoreReader& reader) -> Outcome<ApplicationVersion> {
        Application application = TRY(service.find(reader, input.applicationName));
        TRY(checkVersion(application, {input.currentApplicationVersionId, input.conditionalToken}));
        return service.currentVersion(reader, application);
      }));
  const auto& before = current.configuration.applicationCodeConfigurationDescription;
  CodeChange code =
      TRY(updateCode(*input.applicationConfigurationUpdate->applicationCodeConfigurationUpdate,
                     before ? &*before : nullptr, hasZipContent(current)));
  std::string role = input.serviceExecutionRoleUpdate.value_or(current.serviceExecutionRole);
  TRY(inspectCode(code, service.code(), service.roleFor(input.applicationName, role)));
  return std::optional<CodeChange>(std::move(code));
}

Outcome<void> setCode(const CodeChange& code, const Application& application,
                      ApplicationVersion& next, StoreWriter& writer) {
  next.configuration.applicationCodeConfigurationDescription = code.description;
  if (!code.keepsZip) next.codeKey.clear();
  const std::string* bytes = code.newBytes();
  if (bytes == nullptr) return {};
  next.codeKey = codeKeyOf(*bytes);
  TRY(writer.putCodeContent(application.id, next.codeKey, *bytes));
  return {};
}

// A runtime of another kind would need another configuration.
Outcome<void> setRuntime(const std::string& runtime, ApplicationVersion& next) {
  bool sameKind = isFlink(runtime) == isFlink(next.runtimeEnvironment) &&
                  isStudio(runtime) == isStudio(next.runtimeEnvironment);
  if (!sameKind) {
    return invalidArgumentException(
        fmt::format("An application with runtime environment {} "
                    "cannot be updated to {}.",
                    next.runtimeEnvironment, runtime));
  }
  next.runtimeEnvironment = runtime;
  return {};
}

Outcome<void> edit(Service& service, const UpdateApplicationRequest& input,
                   const std::optional<CodeChange>& code, Application& application,
                   ApplicationVersion& next, StoreWriter& writer) {
  if (input.runtimeEnvironmentUpdate) TRY(setRuntime(*input.runtimeEnvironmentUpdate, next));
  if (input.applicationConfigurationUpdate) {
    TRY(updateConfiguration(*input.applicationConfigurationUpdate, service.quotas(), next));
  }
  if (code) TRY(setCode(*code, application, next, writer));
  if (input.serviceExecutionRoleUpdate) {
    next.serviceExecutionRole = *input.serviceExecutionRoleUpdate;
  }
  TRY(updateLoggingOptions(
      input.cloudWatchLoggingOptionUpdates.value_or(std::vector<CloudWatchLoggingOptionUpdate>()),
      next));
  return updateRunConfiguration(
      input.runConfigurationUpdate ? &*input.runConfigurationUpdate : nullptr, writer, application,
      next);
}

}  // namespace

Outcome<UpdateApplicationResponse> updateApplication(Service& service,
                                                     UpdateApplicationRequest& input,
                                                     RequestContext& context) {
  if (input.serviceExecutionRoleUpdate) {
    TRY(service.checkRole(
        context, service.roleFor(input.applicationName, *input.serviceExecutionRoleUpdate)));
  }
  std::optional<CodeChange> code = TRY(prepareCode(service, input));
  ChangedApplication changed = TRY(changeConfiguration(
      service, input.applicationName, {input.currentApplicationVersionId, input.conditionalToken},
      "UpdateApplication",
      [&](Application& application, ApplicationVersion& next, StoreWriter& writer) {
        return edit(service, input, code, application, next, writer);
      }));
  UpdateApplicationResponse response;
  response.applicationDetail =
      describeApplicationVersionOf(changed.application, changed.version, service.arnPrefix());
  response.operationId = changed.operationId;
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
