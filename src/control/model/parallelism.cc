#include "control/model/parallelism.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

const ParallelismConfigurationDescription* parallelismOf(const ApplicationVersion& version) {
  const auto& flink = version.configuration.flinkApplicationConfigurationDescription;
  if (!flink || !flink->parallelismConfigurationDescription) return nullptr;
  return &*flink->parallelismConfigurationDescription;
}

}  // namespace

int32_t configuredParallelism(const ApplicationVersion& version) {
  const auto* described = parallelismOf(version);
  return described == nullptr ? 1 : described->parallelism.value_or(1);
}

int32_t parallelismPerKpu(const ApplicationVersion& version) {
  const auto* described = parallelismOf(version);
  return described == nullptr ? 1 : described->parallelismPerKPU.value_or(1);
}

bool autoScalingEnabled(const ApplicationVersion& version) {
  const auto* described = parallelismOf(version);
  return described != nullptr && described->autoScalingEnabled.value_or(true);
}

int64_t kpusFor(int64_t parallelism, int64_t parallelismPerKpu) {
  return (parallelism + parallelismPerKpu - 1) / parallelismPerKpu;
}

}  // namespace millrace::kinesisanalyticsv2
