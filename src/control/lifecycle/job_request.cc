#include "control/lifecycle/job_request.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_mode.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/code_content_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_status.h"
#include "control/model/parallelism.h"
#include "control/model/resource_names.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

void setCode(const ApplicationCodeConfigurationDescription& described, CodeLocation& code) {
  code.contentType = described.codeContentType;
  if (!described.codeContentDescription) return;
  const CodeContentDescription& content = *described.codeContentDescription;
  code.text = content.textContent.value_or("");
  if (const auto& s3 = content.s3ApplicationCodeLocationDescription) {
    code.bucket = bucketOfArn(s3->bucketARN);
    code.key = s3->fileKey;
    code.objectVersion = s3->objectVersion.value_or("");
  }
}

// An object in S3 may be another by now, or gone: the version runs what was read when it was made.
void setBytes(std::string bytes, CodeLocation& code) {
  code.bucket.clear();
  bool zipped = code.contentType == CodeContentType::kZipfile;
  (zipped ? code.zip : code.text) = std::move(bytes);
}

void setFlink(const FlinkApplicationConfigurationDescription& flink, JobRequest& request) {
  if (const auto& checkpoints = flink.checkpointConfigurationDescription) {
    request.checkpointing = checkpoints->checkpointingEnabled.value_or(true);
    request.checkpointIntervalMillis =
        checkpoints->checkpointInterval.value_or(request.checkpointIntervalMillis);
    request.minPauseMillis =
        checkpoints->minPauseBetweenCheckpoints.value_or(request.minPauseMillis);
  }
  if (const auto& monitoring = flink.monitoringConfigurationDescription) {
    request.logLevel = monitoring->logLevel.value_or("INFO");
    request.metricsLevel = monitoring->metricsLevel.value_or("APPLICATION");
  }
}

Result<std::string> restoreLocation(StoreReader& store, const Application& application) {
  const std::string& name = application.job.startedFrom;
  if (name.empty()) return std::string();
  std::optional<Snapshot> snapshot = TRY(store.findSnapshot(application.id, name));
  if (snapshot && snapshot->status == SnapshotStatus::kReady) return snapshot->location;
  return Error(ErrorKind::kRestore,
               fmt::format("snapshot '{}' of application '{}' is gone", name, application.name))
      .withHint("Start from another snapshot, or with SKIP_RESTORE_FROM_SNAPSHOT.");
}

}  // namespace

Result<JobRequest> makeJobRequest(StoreReader& store, const Application& application,
                                  const std::string& arnPrefix, bool resume) {
  std::optional<ApplicationVersion> version =
      TRY(store.findVersion(application.id, application.job.versionId));
  if (!version) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("version {} of application '{}' is not in the store",
                             application.job.versionId, application.name));
  }
  const ApplicationConfigurationDescription& configuration = version->configuration;
  JobRequest request;
  request.job = {application.id, application.job.attempt};
  request.applicationName = application.name;
  request.applicationArn = arnPrefix + application.name;
  request.versionId = version->id;
  request.runtimeEnvironment = version->runtimeEnvironment;
  request.interactive = application.mode == ApplicationMode::kInteractive;
  request.roleArn = version->serviceExecutionRole;
  if (const auto& code = configuration.applicationCodeConfigurationDescription) {
    setCode(*code, request.code);
  }
  if (!version->codeKey.empty()) {
    setBytes(TRY(store.codeContent(application.id, version->codeKey)), request.code);
  }
  if (const auto& environment = configuration.environmentPropertyDescriptions) {
    for (const PropertyGroup& group :
         environment->propertyGroupDescriptions.value_or(std::vector<PropertyGroup>())) {
      request.properties[group.propertyGroupId] = group.propertyMap;
    }
  }
  for (const CloudWatchLoggingOptionDescription& option : version->loggingOptions) {
    request.logStreamArns.push_back(option.logStreamARN);
  }
  if (const auto& flink = configuration.flinkApplicationConfigurationDescription) {
    setFlink(*flink, request);
  }
  request.parallelism = application.job.parallelism;
  request.parallelismPerKpu = parallelismPerKpu(*version);
  Result<std::string> location = restoreLocation(store, application);
  if (location.ok()) {
    request.restoreLocation = std::move(location).value();
  } else if (!resume || location.error().kind() != ErrorKind::kRestore) {
    return std::move(location).error();
  }
  request.allowNonRestoredState = application.job.allowNonRestoredState;
  return request;
}

}  // namespace millrace::kinesisanalyticsv2
