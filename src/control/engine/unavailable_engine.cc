#include "control/engine/unavailable_engine.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "control/code/application_code.h"

namespace millrace {

namespace {

// Answers come from a thread of its own, because code may have to be fetched.
class UnavailableEngine final : public Engine {
 public:
  explicit UnavailableEngine(CodeSource* code) : code_(code), thread_([this] { run(); }) {}

  ~UnavailableEngine() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    condition_.notify_one();
    thread_.join();
  }

  void setListener(EngineListener& listener) override { listener_ = &listener; }

  void start(JobRequest request) override {
    post([this, request = std::move(request)] {
      Result<ApplicationCode> code = loadApplicationCode(request, code_);
      std::string reason =
          code.ok() ? whyNotNative(request, code.value()) : code.error().describe();
      if (reason.empty()) reason = "This service was started without an engine.";
      listener_->jobFailed(request.job, reason);
    });
  }
  void resume(JobRequest request) override { start(std::move(request)); }
  void stopWithSavepoint(JobId job, std::string) override {
    post([this, job] { listener_->jobCancelled(job); });
  }
  void cancel(JobId job) override {
    post([this, job] { listener_->jobCancelled(job); });
  }
  void savepoint(JobId job, std::string snapshot) override {
    post([this, job, snapshot] { listener_->savepointFailed(job, snapshot, "no engine"); });
  }
  void deleteSnapshot(int64_t application, std::string snapshot, std::string) override {
    post([this, application, snapshot] { listener_->snapshotDeleted(application, snapshot); });
  }
  void keepOnly(const std::vector<int64_t>&) override {}
  void forget(int64_t) override {}
  std::optional<JobReport> report(JobId) override { return std::nullopt; }
  Result<std::string> rest(JobId, const std::string& path) override {
    return Error(ErrorKind::kNotFound, fmt::format("no job that could answer '{}'", path));
  }
  std::string jobPlan(JobId) override { return ""; }

 private:
  void post(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    condition_.notify_one();
  }

  void run() {
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

  CodeSource* code_;
  EngineListener* listener_ = nullptr;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::function<void()>> work_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Engine> makeUnavailableEngine(CodeSource* code) {
  return std::make_unique<UnavailableEngine>(code);
}

}  // namespace millrace
