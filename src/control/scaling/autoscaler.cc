#include "control/scaling/autoscaler.h"

#include <algorithm>
#include <limits>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/change.h"
#include "control/model/parallelism.h"
#include "control/model/runtime_environment.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kPage = 100;
constexpr int32_t kDefaultMaxParallelism = 128;

}  // namespace

int64_t Autoscaler::step() {
  int64_t now = env_.clock().nowMillis();
  if (nextMillis_ == 0) nextMillis_ = now + kPeriodMillis;
  if (now < nextMillis_) return nextMillis_;
  nextMillis_ = now + kPeriodMillis;
  // A store that cannot be read now can be in a minute; until then nothing is scaled.
  if (!look().ok()) watched_.clear();
  return nextMillis_;
}

Status Autoscaler::look() {
  for (auto& [id, watched] : watched_) watched.seen = false;
  std::map<int64_t, int32_t> decisions;
  TRY(store_.read([&](StoreReader& reader) -> Status {
    std::string after;
    for (;;) {
      std::vector<Application> page = TRY(reader.listApplications(after, kPage));
      for (const Application& application : page) TRY(lookAt(reader, application, decisions));
      if (static_cast<int64_t>(page.size()) < kPage) return {};
      after = page.back().name;
    }
  }));
  std::erase_if(watched_, [](const auto& entry) { return !entry.second.seen; });
  for (const auto& [id, parallelism] : decisions) {
    TRY(scale(id, watched_[id].attempt, parallelism));
  }
  return {};
}

Status Autoscaler::lookAt(StoreReader& reader, const Application& application,
                          std::map<int64_t, int32_t>& decisions) {
  if (application.status != ApplicationStatus::kRunning) return {};
  std::optional<ApplicationVersion> version =
      TRY(reader.findVersion(application.id, application.versionId));
  if (!version || !isFlink(version->runtimeEnvironment) || !autoScalingEnabled(*version)) {
    return {};
  }
  const JobState& job = application.job;
  std::optional<JobReport> report = engine_.report({application.id, job.attempt});
  if (!report) return {};
  Watched& watched = watched_[application.id];
  if (watched.attempt != job.attempt) watched = {job.attempt, {}, true};
  watched.seen = true;
  int32_t maxParallelism =
      report->maxParallelism > 0 ? report->maxParallelism : kDefaultMaxParallelism;
  int64_t byKpus = quotas_.kpus * parallelismPerKpu(*version);
  ScalingBounds bounds{configuredParallelism(*version),
                       static_cast<int32_t>(std::min<int64_t>(maxParallelism, byKpus))};
  int32_t next = watched.policy.add(report->cpuUtilization, job.parallelism, bounds);
  if (next != job.parallelism) decisions[application.id] = next;
  return {};
}

Status Autoscaler::scale(int64_t application, int64_t attempt, int32_t parallelism) {
  TRY(store_.write([&](StoreWriter& writer) -> Status {
    std::optional<Application> found = TRY(writer.findApplication(application));
    // A client was faster.
    if (!found || found->status != ApplicationStatus::kRunning || found->job.attempt != attempt) {
      return {};
    }
    Change change(writer, env_, lifecycle_.limits(), *found);
    TRY(change.beginOperation("AutoScaling"));
    change.job().otherParallelism = parallelism;
    TRY(change.fire(Trigger::kScale));
    return change.save();
  }));
  lifecycle_.wake(application);
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
