#include "control/model/flink_configuration.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/configuration_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/log_level.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/metrics_level.h"
#include "control/model/parallelism.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kCheckpointIntervalMillis = 60'000;
constexpr int64_t kMinPauseMillis = 5000;
constexpr int32_t kMaxParallelismPerKpu = 8;

bool isDefault(const std::optional<std::string>& type) {
  return !type || *type == ConfigurationType::kDefault;
}

// DEFAULT means the service's values, whatever else is given.
void complete(CheckpointConfigurationDescription& checkpoints) {
  if (isDefault(checkpoints.configurationType)) {
    checkpoints = {};
    checkpoints.configurationType = std::string(ConfigurationType::kDefault);
  }
  checkpoints.checkpointingEnabled = checkpoints.checkpointingEnabled.value_or(true);
  checkpoints.checkpointInterval =
      checkpoints.checkpointInterval.value_or(kCheckpointIntervalMillis);
  checkpoints.minPauseBetweenCheckpoints =
      checkpoints.minPauseBetweenCheckpoints.value_or(kMinPauseMillis);
}

void complete(MonitoringConfigurationDescription& monitoring) {
  if (isDefault(monitoring.configurationType)) {
    monitoring = {};
    monitoring.configurationType = std::string(ConfigurationType::kDefault);
  }
  monitoring.metricsLevel =
      monitoring.metricsLevel.value_or(std::string(MetricsLevel::kApplication));
  monitoring.logLevel = monitoring.logLevel.value_or(std::string(LogLevel::kInfo));
}

void complete(ParallelismConfigurationDescription& parallelism) {
  if (isDefault(parallelism.configurationType)) {
    parallelism = {};
    parallelism.configurationType = std::string(ConfigurationType::kDefault);
  }
  parallelism.parallelism = parallelism.parallelism.value_or(1);
  parallelism.parallelismPerKPU = parallelism.parallelismPerKPU.value_or(1);
  parallelism.autoScalingEnabled = parallelism.autoScalingEnabled.value_or(true);
}

void completeAll(FlinkApplicationConfigurationDescription& described) {
  if (!described.checkpointConfigurationDescription) {
    described.checkpointConfigurationDescription.emplace();
  }
  if (!described.monitoringConfigurationDescription) {
    described.monitoringConfigurationDescription.emplace();
  }
  if (!described.parallelismConfigurationDescription) {
    described.parallelismConfigurationDescription.emplace();
  }
  complete(*described.checkpointConfigurationDescription);
  complete(*described.monitoringConfigurationDescription);
  complete(*described.parallelismConfigurationDescription);
}

Outcome<void> checkType(const std::optional<std::string>& current,
                        const std::optional<std::string>& update, bool changes,
                        std::string_view part) {
  if (update || !changes || !isDefault(current)) return {};
  return invalidArgumentException(
      fmt::format("The {} of the application is DEFAULT: its values can be changed with "
                  "ConfigurationTypeUpdate CUSTOM only.",
                  part));
}

template <typename T>
void take(std::optional<T>& to, const std::optional<T>& from) {
  if (from) to = from;
}

}  // namespace

FlinkApplicationConfigurationDescription describeFlink(const FlinkApplicationConfiguration& given) {
  FlinkApplicationConfigurationDescription described;
  if (const auto& from = given.checkpointConfiguration) {
    auto& to = described.checkpointConfigurationDescription.emplace();
    to.configurationType = from->configurationType;
    to.checkpointingEnabled = from->checkpointingEnabled;
    to.checkpointInterval = from->checkpointInterval;
    to.minPauseBetweenCheckpoints = from->minPauseBetweenCheckpoints;
  }
  if (const auto& from = given.monitoringConfiguration) {
    auto& to = described.monitoringConfigurationDescription.emplace();
    to.configurationType = from->configurationType;
    to.metricsLevel = from->metricsLevel;
    to.logLevel = from->logLevel;
  }
  if (const auto& from = given.parallelismConfiguration) {
    auto& to = described.parallelismConfigurationDescription.emplace();
    to.configurationType = from->configurationType;
    to.parallelism = from->parallelism;
    to.parallelismPerKPU = from->parallelismPerKPU;
    to.autoScalingEnabled = from->autoScalingEnabled;
  }
  completeAll(described);
  return described;
}

Outcome<void> updateFlink(const FlinkApplicationConfigurationUpdate& update,
                          FlinkApplicationConfigurationDescription& described) {
  completeAll(described);
  if (const auto& from = update.checkpointConfigurationUpdate) {
    auto& to = *described.checkpointConfigurationDescription;
    TRY(checkType(to.configurationType, from->configurationTypeUpdate,
                  from->checkpointingEnabledUpdate || from->checkpointIntervalUpdate ||
                      from->minPauseBetweenCheckpointsUpdate,
                  "CheckpointConfiguration"));
    take(to.configurationType, from->configurationTypeUpdate);
    take(to.checkpointingEnabled, from->checkpointingEnabledUpdate);
    take(to.checkpointInterval, from->checkpointIntervalUpdate);
    take(to.minPauseBetweenCheckpoints, from->minPauseBetweenCheckpointsUpdate);
  }
  if (const auto& from = update.monitoringConfigurationUpdate) {
    auto& to = *described.monitoringConfigurationDescription;
    TRY(checkType(to.configurationType, from->configurationTypeUpdate,
                  from->metricsLevelUpdate || from->logLevelUpdate, "MonitoringConfiguration"));
    take(to.configurationType, from->configurationTypeUpdate);
    take(to.metricsLevel, from->metricsLevelUpdate);
    take(to.logLevel, from->logLevelUpdate);
  }
  if (const auto& from = update.parallelismConfigurationUpdate) {
    auto& to = *described.parallelismConfigurationDescription;
    TRY(checkType(
        to.configurationType, from->configurationTypeUpdate,
        from->parallelismUpdate || from->parallelismPerKPUUpdate || from->autoScalingEnabledUpdate,
        "ParallelismConfiguration"));
    take(to.configurationType, from->configurationTypeUpdate);
    take(to.parallelism, from->parallelismUpdate);
    take(to.parallelismPerKPU, from->parallelismPerKPUUpdate);
    take(to.autoScalingEnabled, from->autoScalingEnabledUpdate);
  }
  completeAll(described);
  return {};
}

Outcome<void> checkFlink(const FlinkApplicationConfigurationDescription& described,
                         const Quotas& quotas) {
  const auto& parallelism = *described.parallelismConfigurationDescription;
  if (*parallelism.parallelismPerKPU > kMaxParallelismPerKpu) {
    return invalidArgumentException(
        fmt::format("ParallelismPerKPU {} is too high: it can be at most {}.",
                    *parallelism.parallelismPerKPU, kMaxParallelismPerKpu));
  }
  int64_t kpus = kpusFor(*parallelism.parallelism, *parallelism.parallelismPerKPU);
  if (kpus > quotas.kpus) {
    return limitExceededException(
        fmt::format("Parallelism {} with ParallelismPerKPU {} needs {} KPUs, the limit of an "
                    "application is {}.",
                    *parallelism.parallelism, *parallelism.parallelismPerKPU, kpus, quotas.kpus));
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
