#include "control/model/application_detail.h"

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/model/maintenance_window.h"
#include "control/model/runtime_environment.h"

namespace millrace::kinesisanalyticsv2 {

ApplicationDetail describeApplicationVersionOf(const Application& application,
                                               const ApplicationVersion& version,
                                               const std::string& arnPrefix) {
  ApplicationDetail detail;
  detail.applicationARN = arnPrefix + application.name;
  if (!application.description.empty()) detail.applicationDescription = application.description;
  detail.applicationName = application.name;
  detail.runtimeEnvironment = version.runtimeEnvironment;
  detail.serviceExecutionRole = version.serviceExecutionRole;
  detail.applicationStatus = versionStatus(application, version);
  detail.applicationVersionId = version.id;
  detail.createTimestamp = Timestamp{application.createdMillis};
  detail.lastUpdateTimestamp = Timestamp{application.updatedMillis};
  detail.applicationConfigurationDescription = version.configuration;
  auto& flink =
      detail.applicationConfigurationDescription->flinkApplicationConfigurationDescription;
  if (flink && flink->parallelismConfigurationDescription && isFlink(version.runtimeEnvironment)) {
    auto& parallelism = *flink->parallelismConfigurationDescription;
    bool running = version.id == application.versionId && application.job.parallelism > 0 &&
                   application.status != ApplicationStatus::kReady;
    parallelism.currentParallelism =
        running ? application.job.parallelism : parallelism.parallelism.value_or(1);
  }
  if (!version.loggingOptions.empty()) {
    detail.cloudWatchLoggingOptionDescriptions = version.loggingOptions;
  }
  if (isFlink(version.runtimeEnvironment)) {
    detail.applicationMaintenanceConfigurationDescription =
        describeMaintenance(application.maintenanceWindowStart);
  }
  detail.applicationVersionUpdatedFrom = version.updatedFrom;
  detail.applicationVersionRolledBackFrom = version.rolledBackFrom;
  detail.applicationVersionRolledBackTo = version.rolledBackTo;
  detail.applicationVersionCreateTimestamp = Timestamp{version.createdMillis};
  if (version.id == application.versionId) detail.conditionalToken = application.conditionalToken;
  if (!application.mode.empty()) detail.applicationMode = application.mode;
  return detail;
}

ApplicationSummary summarize(const Application& application, const std::string& runtimeEnvironment,
                             const std::string& arnPrefix) {
  ApplicationSummary summary;
  summary.applicationName = application.name;
  summary.applicationARN = arnPrefix + application.name;
  summary.applicationStatus = application.status;
  summary.applicationVersionId = application.versionId;
  summary.runtimeEnvironment = runtimeEnvironment;
  if (!application.mode.empty()) summary.applicationMode = application.mode;
  return summary;
}

std::string versionStatus(const Application& application, const ApplicationVersion& version) {
  if (version.id == application.versionId) return application.status;
  return std::string(version.rolledBack ? ApplicationStatus::kRolledBack
                                        : ApplicationStatus::kReady);
}

ApplicationOperationInfo summarize(const OperationRecord& operation) {
  ApplicationOperationInfo info;
  info.operation = operation.operation;
  info.operationId = operation.id;
  info.startTime = Timestamp{operation.startedMillis};
  if (operation.endedMillis) info.endTime = Timestamp{*operation.endedMillis};
  info.operationStatus = operation.status;
  return info;
}

ApplicationOperationInfoDetails describeOperation(const OperationRecord& operation) {
  ApplicationOperationInfoDetails details;
  details.operation = operation.operation;
  details.startTime = Timestamp{operation.startedMillis};
  // Required by the model; an operation that goes on has come no further than its start.
  details.endTime = Timestamp{operation.endedMillis.value_or(operation.startedMillis)};
  details.operationStatus = operation.status;
  if (operation.updatedFrom && operation.updatedTo) {
    auto& versions = details.applicationVersionChangeDetails.emplace();
    versions.applicationVersionUpdatedFrom = *operation.updatedFrom;
    versions.applicationVersionUpdatedTo = *operation.updatedTo;
  }
  if (!operation.failure.empty()) {
    auto& failure = details.operationFailureDetails.emplace();
    failure.errorInfo.emplace().errorString = operation.failure;
    if (!operation.rollbackOperationId.empty()) {
      failure.rollbackOperationId = operation.rollbackOperationId;
    }
  }
  return details;
}

SnapshotDetails describeSnapshot(const Snapshot& snapshot) {
  SnapshotDetails details;
  details.snapshotName = snapshot.name;
  details.snapshotStatus = snapshot.status;
  details.applicationVersionId = snapshot.versionId;
  details.snapshotCreationTimestamp = Timestamp{snapshot.createdMillis};
  if (!snapshot.runtimeEnvironment.empty()) {
    details.runtimeEnvironment = snapshot.runtimeEnvironment;
  }
  return details;
}

}  // namespace millrace::kinesisanalyticsv2
