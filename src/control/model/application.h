// What the service remembers of an application: its head, its versions, its operations and its
// snapshots. Plain records; the store keeps them, the life cycle and the operations change them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration_description.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/cloud_watch_logging_option_description.h"

namespace millrace::kinesisanalyticsv2 {

// What the engine is to do for an application; the status says why.
enum class JobPhase : uint8_t {
  kNone,    // no job
  kStart,   // a new attempt is being started
  kRun,     // it runs
  kStop,    // it takes a last savepoint and stops
  kCancel,  // it stops at once
};

// The job of an application. Every start is a new attempt, and what an older attempt still reports
// is ignored: that is how a stop wins over a start that comes late.
struct JobState {
  JobPhase phase = JobPhase::kNone;
  int64_t attempt = 0;
  bool ended = true;             // the job of this attempt is known to be gone
  int64_t versionId = 0;         // the version that this attempt runs
  int32_t parallelism = 0;       // CurrentParallelism
  int32_t otherParallelism = 0;  // AUTOSCALING: the next one; after it began, the one before
  std::string restoreType;       // ApplicationRestoreType of the next start
  std::string snapshotName;      // of RESTORE_FROM_CUSTOM_SNAPSHOT
  std::string startedFrom;       // the snapshot that this attempt restores; empty = none
  bool allowNonRestoredState = false;
  std::string operationId;        // the operation in progress; empty = none
  std::string automaticSnapshot;  // the name of the snapshot that a stop takes; empty = none
  int64_t deadlineMillis = 0;     // when the phase has taken too long; 0 = never
};

struct Application {
  int64_t id = 0;  // never used twice
  std::string name;
  std::string description;
  std::string mode;  // ApplicationMode, empty when it was not given
  std::string status;
  int64_t versionId = 1;
  std::string conditionalToken;        // changes with every version
  std::string maintenanceWindowStart;  // HH:MM in UTC
  std::map<std::string, std::string> tags;
  int64_t createdMillis = 0;
  int64_t updatedMillis = 0;
  JobState job;
};

// A version is the full configuration and never changes, but for the marks at the end.
struct ApplicationVersion {
  int64_t id = 1;
  int64_t createdMillis = 0;
  std::string runtimeEnvironment;
  std::string serviceExecutionRole;
  ApplicationConfigurationDescription configuration;
  std::vector<CloudWatchLoggingOptionDescription> loggingOptions;
  std::optional<int64_t> updatedFrom;
  std::optional<int64_t> rolledBackFrom;
  std::optional<int64_t> rolledBackTo;
  // Of the code's bytes in the store, when they came as ZipFileContent or were read in S3: what
  // every attempt of the version runs.
  std::string codeKey;

  bool hasRun = false;      // an attempt with it has reached RUNNING
  bool rolledBack = false;  // it was left by a rollback
};

struct OperationRecord {
  std::string id;
  std::string operation;  // "StartApplication"
  std::string status;     // OperationStatus
  int64_t startedMillis = 0;
  std::optional<int64_t> endedMillis;
  std::optional<int64_t> updatedFrom;
  std::optional<int64_t> updatedTo;
  std::string failure;              // ErrorString
  std::string rollbackOperationId;  // the rollback that the failure caused
};

struct Snapshot {
  int64_t id = 0;  // within the application, in the order of creation
  std::string name;
  std::string status;  // SnapshotStatus
  int64_t versionId = 0;
  std::string runtimeEnvironment;
  int64_t createdMillis = 0;
  int64_t deadlineMillis = 0;  // of CREATING and DELETING; 0 otherwise
  bool automatic = false;      // taken by the service at a stop, an update, a scaling
  std::string location;        // the engine's name for it; empty until it is READY
};

std::string_view jobPhaseName(JobPhase phase);
std::optional<JobPhase> parseJobPhase(std::string_view name);

}  // namespace millrace::kinesisanalyticsv2
