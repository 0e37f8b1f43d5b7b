#include "control/model/run_configuration.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_restore_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/model/runtime_environment.h"
#include "control/model/sql_configuration.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkRestore(const ApplicationRestoreConfiguration& given, StoreReader& reader,
                           const Application& application) {
  if (given.snapshotArn) {
    return unsupportedOperationException(
        "SnapshotArn is not offered by Millrace: name a snapshot of the application with "
        "SnapshotName.");
  }
  bool custom = given.applicationRestoreType == ApplicationRestoreType::kRestoreFromCustomSnapshot;
  if (custom != given.snapshotName.has_value()) {
    return invalidArgumentException(
        "SnapshotName is needed for RESTORE_FROM_CUSTOM_SNAPSHOT, and only there.");
  }
  if (!custom) return {};
  std::optional<Snapshot> snapshot = TRY(reader.findSnapshot(application.id, *given.snapshotName));
  if (!snapshot) {
    return resourceNotFoundException(
        fmt::format("Application {} has no snapshot {}.", application.name, *given.snapshotName));
  }
  if (snapshot->status != SnapshotStatus::kReady) {
    return invalidArgumentException(
        fmt::format("Snapshot {} is in status {}, not READY.", snapshot->name, snapshot->status));
  }
  return {};
}

Outcome<void> applySql(const std::vector<SqlRunConfiguration>& given, ApplicationVersion& version) {
  auto& sql = version.configuration.sqlApplicationConfigurationDescription;
  for (const SqlRunConfiguration& run : given) {
    InputDescription* input = sql ? findInput(*sql, run.inputId) : nullptr;
    if (input == nullptr) {
      return invalidArgumentException(
          fmt::format("The application has no input with id {}.", run.inputId));
    }
    input->inputStartingPositionConfiguration = run.inputStartingPositionConfiguration;
  }
  return {};
}

void setRestore(const ApplicationRestoreConfiguration& restore, JobState& job) {
  job.restoreType = restore.applicationRestoreType;
  job.snapshotName = restore.snapshotName.value_or("");
}

void describe(const JobState& job, ApplicationVersion& version) {
  auto& run = version.configuration.runConfigurationDescription;
  if (!run) run.emplace();
  auto& restore = run->applicationRestoreConfigurationDescription.emplace();
  restore.applicationRestoreType = job.restoreType;
  if (!job.snapshotName.empty()) restore.snapshotName = job.snapshotName;
  run->flinkRunConfigurationDescription.emplace().allowNonRestoredState = job.allowNonRestoredState;
}

bool describedAllowance(const ApplicationVersion& version) {
  const auto& run = version.configuration.runConfigurationDescription;
  return run && run->flinkRunConfigurationDescription &&
         run->flinkRunConfigurationDescription->allowNonRestoredState.value_or(false);
}

}  // namespace

Outcome<void> applyRunConfiguration(const RunConfiguration& given, StoreReader& reader,
                                    Application& application, ApplicationVersion& version) {
  JobState& job = application.job;
  if (isSql(version.runtimeEnvironment)) {
    if (given.flinkRunConfiguration || given.applicationRestoreConfiguration) {
      return invalidArgumentException(
          "FlinkRunConfiguration and ApplicationRestoreConfiguration are not supported for SQL "
          "applications.");
    }
    return applySql(given.sqlRunConfigurations.value_or(std::vector<SqlRunConfiguration>()),
                    version);
  }
  if (given.sqlRunConfigurations && !given.sqlRunConfigurations->empty()) {
    return invalidArgumentException(
        "SqlRunConfigurations are supported for SQL applications only.");
  }
  if (given.applicationRestoreConfiguration) {
    TRY(checkRestore(*given.applicationRestoreConfiguration, reader, application));
    setRestore(*given.applicationRestoreConfiguration, job);
  } else if (job.restoreType.empty()) {
    // Not what an earlier start had asked for: that would throw away what came after it.
    job.restoreType = ApplicationRestoreType::kRestoreFromLatestSnapshot;
    job.snapshotName.clear();
  }
  job.allowNonRestoredState = describedAllowance(version);
  if (given.flinkRunConfiguration) {
    job.allowNonRestoredState = given.flinkRunConfiguration->allowNonRestoredState.value_or(false);
  }
  describe(job, version);
  return {};
}

Outcome<void> updateRunConfiguration(const RunConfigurationUpdate* given, StoreReader& reader,
                                     Application& application, ApplicationVersion& version) {
  JobState& job = application.job;
  job.allowNonRestoredState = false;
  if (given != nullptr) {
    if (isSql(version.runtimeEnvironment)) {
      return invalidArgumentException(
          "RunConfigurationUpdate is not supported for SQL applications.");
    }
    if (given->applicationRestoreConfiguration) {
      TRY(checkRestore(*given->applicationRestoreConfiguration, reader, application));
      setRestore(*given->applicationRestoreConfiguration, job);
    }
    if (given->flinkRunConfiguration) {
      job.allowNonRestoredState =
          given->flinkRunConfiguration->allowNonRestoredState.value_or(false);
    }
  }
  auto& run = version.configuration.runConfigurationDescription;
  if (given == nullptr && !run) return {};
  if (job.restoreType.empty()) {
    JobState latest = job;
    latest.restoreType = ApplicationRestoreType::kRestoreFromLatestSnapshot;
    describe(latest, version);
  } else {
    describe(job, version);
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
