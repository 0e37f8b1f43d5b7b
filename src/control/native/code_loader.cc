#include "control/native/code_loader.h"

#include <utility>

#include "control/code/application_code.h"
#include "control/model/parallelism.h"

namespace millrace {

namespace {

constexpr int kThreads = 4;

// Without its role the job would fail again and again at its first call, and say less. A directory
// that does not answer now is no reason: the job asks again.
Status checkRole(const JobRequest& request, RoleDirectory* roles) {
  if (roles == nullptr) return {};
  ApplicationRole role{request.roleArn, request.applicationArn};
  Status assumable = roles->checkAssumable(role);
  if (assumable.ok() || assumable.error().kind() != ErrorKind::kPermission) return {};
  return Error(ErrorKind::kPermission, notAssumable(role, assumable.error()));
}

Result<WorkerTask> newTask(const JobRequest& request, CodeSource* source) {
  ApplicationCode code = TRY(loadApplicationCode(request, source));
  if (std::string reason = whyNotNative(request, code); !reason.empty()) {
    return Error(ErrorKind::kUnsupported, reason);
  }
  WorkerTask task;
  task.job = request.job;
  task.applicationName = request.applicationName;
  task.versionId = request.versionId;
  task.files = std::move(code.files);
  task.parallelism = request.parallelism;
  task.kpus = static_cast<int32_t>(
      kinesisanalyticsv2::kpusFor(request.parallelism, request.parallelismPerKpu));
  task.checkpointing = request.checkpointing;
  task.checkpointIntervalMillis = request.checkpointIntervalMillis;
  task.minPauseMillis = request.minPauseMillis;
  task.restoreLocation = request.restoreLocation;
  task.allowNonRestoredState = request.allowNonRestoredState;
  task.subtaskMetrics = request.metricsLevel == "PARALLELISM";
  return task;
}

}  // namespace

CodeLoader::CodeLoader(Env& env, CodeSource* source, RoleDirectory* roles)
    : env_(env), source_(source), roles_(roles) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { run(); });
}

CodeLoader::~CodeLoader() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  condition_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void CodeLoader::load(JobRequest request, ApplicationDirectory directory, bool resume,
                      Loaded loaded) {
  std::lock_guard lock(mutex_);
  work_.push_back(
      [this, request = std::move(request), directory = std::move(directory), resume,
       loaded = std::move(loaded)] { loaded(request.job, taskOf(request, directory, resume)); });
  condition_.notify_one();
}

Result<WorkerTask> CodeLoader::taskOf(const JobRequest& request,
                                      const ApplicationDirectory& directory, bool resume) {
  if (resume) {
    // Code in S3 may be another by now; an attempt goes on with what it was started with.
    std::optional<std::string> saved = TRY(directory.savedTask(request.job.attempt));
    if (saved) return decodeTask(*saved);
  }
  TRY(checkRole(request, roles_));
  WorkerTask task = TRY(newTask(request, source_));
  TRY(directory.saveTask(request.job.attempt, encodeTask(task)));
  return task;
}

void CodeLoader::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    condition_.wait(lock, [&] { return stopping_ || !work_.empty(); });
    if (stopping_) return;
    std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace millrace
