#include "aws/model/generated/kinesisanalyticsv2/create_application.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_mode.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/runtime_environment.h"
#include "control/model/application_configuration.h"
#include "control/model/application_detail.h"
#include "control/model/code_configuration.h"
#include "control/model/logging_options.h"
#include "control/model/maintenance_window.h"
#include "control/model/runtime_environment.h"
#include "control/model/tags.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkKind(const CreateApplicationRequest& input) {
  bool interactive = input.applicationMode == ApplicationMode::kInteractive;
  if (isStudio(input.runtimeEnvironment) && !interactive) {
    return invalidArgumentException("A Studio notebook needs ApplicationMode INTERACTIVE.");
  }
  if (!isStudio(input.runtimeEnvironment) && interactive) {
    return invalidArgumentException(
        fmt::format("ApplicationMode INTERACTIVE needs a runtime environment of Studio, not {}.",
                    input.runtimeEnvironment));
  }
  return {};
}

std::string modeOf(const CreateApplicationRequest& input) {
  if (input.applicationMode) return *input.applicationMode;
  return isFlink(input.runtimeEnvironment) ? std::string(ApplicationMode::kStreaming)
                                           : std::string();
}

Outcome<Application> newApplication(Service& service, const CreateApplicationRequest& input,
                                    const RequestContext& context) {
  Application application;
  application.name = input.applicationName;
  application.description = input.applicationDescription.value_or("");
  application.mode = modeOf(input);
  application.status = ApplicationStatus::kReady;
  application.conditionalToken =
      fmt::format("{:016x}{:016x}", context.env.random().next(), context.env.random().next());
  application.maintenanceWindowStart = defaultMaintenanceStart(context.region);
  application.createdMillis = context.now().millis;
  application.updatedMillis = application.createdMillis;
  if (input.tags) TRY(addTags(*input.tags, service.quotas(), application.tags));
  return application;
}

Outcome<ApplicationVersion> newVersion(Service& service, const CreateApplicationRequest& input,
                                       const CodeChange& code) {
  ApplicationVersion version;
  version.runtimeEnvironment = input.runtimeEnvironment;
  version.serviceExecutionRole = input.serviceExecutionRole;
  TRY(describeConfiguration(input.applicationConfiguration.value_or(ApplicationConfiguration()),
                            service.quotas(), version));
  if (!code.description.codeContentType.empty()) {
    version.configuration.applicationCodeConfigurationDescription = code.description;
  }
  if (const std::string* bytes = code.newBytes()) version.codeKey = codeKeyOf(*bytes);
  for (const CloudWatchLoggingOption& option :
       input.cloudWatchLoggingOptions.value_or(std::vector<CloudWatchLoggingOption>())) {
    TRY(addLoggingOption(option, version));
  }
  return version;
}

}  // namespace

Outcome<CreateApplicationResponse> createApplication(Service& service,
                                                     CreateApplicationRequest& input,
                                                     RequestContext& context) {
  TRY(checkKind(input));
  ApplicationRole role = service.roleFor(input.applicationName, input.serviceExecutionRole);
  TRY(service.checkRole(context, role));
  CodeChange code;
  if (input.applicationConfiguration &&
      input.applicationConfiguration->applicationCodeConfiguration) {
    code = TRY(describeCode(*input.applicationConfiguration->applicationCodeConfiguration));
    TRY(inspectCode(code, service.code(), role));
  }
  return writing<CreateApplicationResponse>(
      service.store(), [&](StoreWriter& writer) -> Outcome<CreateApplicationResponse> {
        if (TRY(writer.findApplication(input.applicationName))) {
          return resourceInUseException(
              fmt::format("Application already exists: {}", input.applicationName));
        }
        if (TRY(writer.countApplications()) >= service.quotas().applications) {
          return limitExceededException(fmt::format("The limit of {} applications is reached.",
                                                    service.quotas().applications));
        }
        Application application = TRY(newApplication(service, input, context));
        ApplicationVersion version = TRY(newVersion(service, input, code));
        version.createdMillis = application.createdMillis;
        TRY(writer.insertApplication(application));
        if (const std::string* bytes = code.newBytes()) {
          TRY(writer.putCodeContent(application.id, version.codeKey, *bytes));
        }
        TRY(writer.insertVersion(application.id, version));
        CreateApplicationResponse response;
        response.applicationDetail =
            describeApplicationVersionOf(application, version, service.arnPrefix());
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
