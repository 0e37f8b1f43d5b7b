#include "control/native/native_engine.h"

#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "control/model/parallelism.h"
#include "control/native/code_loader.h"
#include "control/native/supervised_application.h"
#include "env/file_system.h"

namespace millrace {

namespace {

constexpr int64_t kRestMillis = 5000;
// Workers that were told to end at the end of the service; they are killed a little earlier.
constexpr int64_t kShutdownMillis = 7000;

std::optional<int64_t> applicationOf(std::string_view name) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

class SupervisingEngine final : public NativeEngine, public WorkerHost {
 public:
  SupervisingEngine(Env& env, Log& log, NativeEngineOptions options,
                    std::unique_ptr<LineListener> sockets)
      : env_(env), log_(log), options_(std::move(options)), sockets_(std::move(sockets)) {}

  ~SupervisingEngine() override {
    loader_.reset();  // nothing is loaded any more
    post([this] { stopMillis_ = env_.clock().nowMillis() + kShutdownMillis; });
    if (thread_.joinable()) thread_.join();
  }

  void setListener(EngineListener& listener) override { listener_ = &listener; }

  void begin(std::string endpoint) override {
    endpoint_ = std::move(endpoint);
    Result<std::unique_ptr<MemoryGroups>> groups =
        MemoryGroups::open(env_.files(), ownProcessId(), options_.memoryGroups);
    if (groups.ok()) groups_ = std::move(groups).value();
    log_.info("memory of workers",
              {{"limit", groups_ ? "control groups" : "own accounting"},
               {"cause", groups_ ? std::string() : groups.error().describe()}});
    loader_ = std::make_unique<CodeLoader>(env_, options_.code, options_.roles);
    thread_ = std::thread([this] { run(); });
  }

  void start(JobRequest request) override { command(std::move(request), false); }
  void resume(JobRequest request) override { command(std::move(request), true); }
  void stopWithSavepoint(JobId job, std::string snapshot) override {
    post([this, job, snapshot] { of(job.application).stop(job, snapshot); });
  }
  void cancel(JobId job) override {
    post([this, job] { of(job.application).cancel(job); });
  }
  void savepoint(JobId job, std::string snapshot) override {
    post([this, job, snapshot] { of(job.application).savepoint(job, snapshot); });
  }

  void deleteSnapshot(int64_t application, std::string snapshot, std::string) override {
    post([this, application, snapshot] {
      Status removed = of(application).directory().removeSnapshot(snapshot);
      if (!removed.ok()) {
        log_.error("a snapshot could not be removed", {{"cause", removed.error().describe()}});
      }
      listener_->snapshotDeleted(application, snapshot);
    });
  }

  void keepOnly(const std::vector<int64_t>& applications) override {
    std::set<int64_t> kept(applications.begin(), applications.end());
    post([this, kept] {
      for (auto& [id, application] : applications_) {
        if (!kept.contains(id)) forgetNow(id);
      }
      Result<std::vector<FileInfo>> entries = env_.files().list(options_.directory);
      if (!entries.ok()) return;
      for (const FileInfo& entry : entries.value()) {
        std::optional<int64_t> id = applicationOf(baseName(entry.path));
        if (id && !kept.contains(*id)) forgetNow(*id);
      }
    });
  }
  void forget(int64_t application) override {
    post([this, application] { forgetNow(application); });
  }

  std::optional<JobReport> report(JobId job) override {
    std::lock_guard lock(mutex_);
    auto found = applications_.find(job.application);
    if (found == applications_.end()) return std::nullopt;
    return found->second->report(job);
  }

  std::string jobPlan(JobId job) override {
    std::lock_guard lock(mutex_);
    auto found = applications_.find(job.application);
    return found == applications_.end() ? std::string() : found->second->plan(job);
  }

  std::optional<CredentialGrant> grantOf(const std::string& token) override {
    std::lock_guard lock(mutex_);
    for (const auto& [id, application] : applications_) {
      const JobRequest* holder = application->holderOf(token);
      if (holder == nullptr) continue;
      return CredentialGrant{id, holder->applicationName, holder->applicationArn, holder->roleArn};
    }
    return std::nullopt;
  }

  Result<std::string> rest(JobId job, const std::string& path) override {
    auto answer = std::make_shared<std::promise<Result<std::string>>>();
    std::future<Result<std::string>> future = answer->get_future();
    post([this, job, path, answer] {
      int64_t id = ++lastRest_;
      if (of(job.application).rest(job, id, path)) {
        rests_[id] = answer;
      } else {
        answer->set_value(Error(ErrorKind::kNotFound, "the application does not run"));
      }
    });
    if (future.wait_for(std::chrono::milliseconds(kRestMillis)) == std::future_status::ready) {
      return future.get();
    }
    return Error(ErrorKind::kIo, "the application does not answer");
  }

 private:
  // WorkerHost.
  Env& env() override { return env_; }
  Log& log() override { return log_; }
  EngineListener& listener() override { return *listener_; }
  ApplicationTelemetry* telemetry() override { return options_.telemetry; }
  const std::string& endpoint() override { return endpoint_; }

  void load(const JobRequest& request, bool resume) override {
    ApplicationDirectory directory = directoryOf(request.job.application);
    loader_->load(request, directory, resume, [this](JobId job, Result<WorkerTask> task) {
      auto shared = std::make_shared<Result<WorkerTask>>(std::move(task));
      post([this, job, shared] { of(job.application).loaded(job, std::move(*shared)); });
    });
  }

  Result<std::unique_ptr<Process>> launch(const JobRequest& request,
                                          const ApplicationDirectory& directory,
                                          const std::string& token) override {
    ProcessOptions options;
    options.arguments = {"worker",
                         "--socket",
                         socketPath(options_.directory),
                         "--directory",
                         directory.path(),
                         "--application",
                         std::to_string(request.job.application),
                         "--attempt",
                         std::to_string(request.job.attempt)};
    // Keys of the service's own environment are not for applications.
    for (const auto& [name, value] : ownEnvironment()) {
      if (name.starts_with("AWS_") || name.starts_with("MILLRACE_ROOT_")) continue;
      options.environment[name] = value;
    }
    options.environment["AWS_REGION"] = options_.region;
    options.environment["AWS_DEFAULT_REGION"] = options_.region;
    options.environment[kEndpointVariable] = endpoint_;
    options.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = endpoint_ + kCredentialsPath;
    options.environment[kTokenVariable] = token;
    for (const auto& [name, value] : options_.environment) options.environment[name] = value;
    options.outputFile = directory.outputFile();
    std::unique_ptr<Process> process = TRY(Process::startSelf(options));
    limitMemory(request, process->id());
    return process;
  }

  static std::string groupOf(int64_t application) {
    return fmt::format("application-{}", application);
  }

  // It has not been given its task yet, so all that it will need is counted.
  void limitMemory(const JobRequest& request, int64_t process) {
    if (!groups_) return;
    auto kpus = static_cast<uint64_t>(
        kinesisanalyticsv2::kpusFor(request.parallelism, request.parallelismPerKpu));
    std::string group = groupOf(request.job.application);
    Status limited = groups_->limit(group, kpus * kBytesPerKpu);
    if (limited.ok()) limited = groups_->add(group, process);
    if (limited.ok()) return;
    log_.warning("a worker's memory could not be limited",
                 {{"application", request.applicationName}, {"cause", limited.error().describe()}});
  }

  std::string workerEnded(int64_t application) override {
    if (!groups_) return {};
    std::string group = groupOf(application);
    bool killed = groups_->numKills(group) > 0;
    groups_->remove(group);
    return killed ? "it needed more memory than its KPUs have (4 GiB each)" : "";
  }

  void restAnswered(int64_t id, Result<std::string> answer) override {
    auto found = rests_.find(id);
    if (found == rests_.end()) return;
    found->second->set_value(std::move(answer));
    rests_.erase(found);
  }

  void command(JobRequest request, bool resume) {
    auto shared = std::make_shared<JobRequest>(std::move(request));
    post([this, shared, resume] { of(shared->job.application).start(std::move(*shared), resume); });
  }

  void post(std::function<void()> command) {
    {
      std::lock_guard lock(queueMutex_);
      commands_.push_back(std::move(command));
    }
    poller_.wake();
  }

  ApplicationDirectory directoryOf(int64_t application) {
    return ApplicationDirectory(env_, fmt::format("{}/{}", options_.directory, application));
  }

  SupervisedApplication& of(int64_t application) {
    std::unique_ptr<SupervisedApplication>& found = applications_[application];
    if (!found) {
      found = std::make_unique<SupervisedApplication>(static_cast<WorkerHost&>(*this),
                                                      directoryOf(application));
    }
    return *found;
  }

  void forgetNow(int64_t application) {
    of(application).abandon();
    forgotten_.insert(application);
  }

  // The files of a forgotten application go when nobody writes them any more.
  void removeForgotten() {
    for (auto it = forgotten_.begin(); it != forgotten_.end();) {
      auto found = applications_.find(*it);
      if (found != applications_.end() && found->second->hasWorker()) {
        ++it;
        continue;
      }
      std::string path = directoryOf(*it).path();
      if (env_.files().exists(path)) (void)env_.files().removeTree(path).ok();
      if (found != applications_.end()) applications_.erase(found);
      it = forgotten_.erase(it);
    }
  }

  void runCommands() {
    std::deque<std::function<void()>> commands;
    {
      std::lock_guard lock(queueMutex_);
      commands.swap(commands_);
    }
    for (const std::function<void()>& command : commands) command();
  }

  // Connections become workers with their first line.
  void acceptWorkers() {
    while (std::unique_ptr<LineSocket> socket = sockets_->accept()) {
      strangers_.push_back(std::move(socket));
    }
    for (auto& stranger : strangers_) {
      std::vector<std::string> lines = stranger->exchange();
      bool closed = stranger->closed();
      if (!lines.empty()) {
        Result<FromWorker> hello = decodeFromWorker(lines[0]);
        closed = true;
        if (hello.ok() && hello.value().kind == FromWorker::Kind::kHello &&
            hello.value().version == kWorkerProtocolVersion) {
          of(hello.value().job.application).offer(std::move(stranger), hello.value());
        }
      }
      if (closed) stranger.reset();
    }
    std::erase(strangers_, nullptr);
  }

  bool anyWorker() const {
    for (const auto& [id, application] : applications_) {
      if (application->hasWorker()) return true;
    }
    return false;
  }

  // One round; false when it was the last. `due`: when the next is at the latest.
  bool round(std::vector<PollInterest>& interests, int64_t& due) {
    std::lock_guard lock(mutex_);
    runCommands();
    acceptWorkers();
    if (stopMillis_ != 0) {
      for (auto& [id, application] : applications_) application->abandon();
    }
    for (auto& [id, application] : applications_) application->advance();
    removeForgotten();
    if (stopMillis_ != 0 && (!anyWorker() || env_.clock().nowMillis() >= stopMillis_)) return false;
    interests = {{sockets_->descriptor(), false}};
    for (const auto& stranger : strangers_) interests.push_back({stranger->descriptor(), false});
    due = stopMillis_ != 0 ? stopMillis_ : INT64_MAX;
    for (auto& [id, application] : applications_) {
      application->addInterests(interests);
      due = std::min(due, application->due());
    }
    return true;
  }

  void run() {
    std::vector<PollInterest> interests;
    int64_t due = 0;
    while (round(interests, due)) {
      int64_t now = env_.clock().nowMillis();
      poller_.wait(interests, due == INT64_MAX ? -1 : std::max<int64_t>(due - now, 0));
    }
  }

 public:
  static std::string socketPath(const std::string& directory) { return directory + "/socket"; }

 private:
  Env& env_;
  Log& log_;
  const NativeEngineOptions options_;
  EngineListener* listener_ = nullptr;
  std::string endpoint_;
  std::unique_ptr<CodeLoader> loader_;
  std::unique_ptr<MemoryGroups> groups_;  // null where the kernel does not limit
  Poller poller_;

  std::mutex queueMutex_;
  std::deque<std::function<void()>> commands_;  // guarded by queueMutex_

  std::mutex mutex_;  // what follows; held by the engine's thread while it does not wait
  std::map<int64_t, std::unique_ptr<SupervisedApplication>> applications_;
  std::unique_ptr<LineListener> sockets_;
  std::vector<std::unique_ptr<LineSocket>> strangers_;
  std::set<int64_t> forgotten_;
  std::map<int64_t, std::shared_ptr<std::promise<Result<std::string>>>> rests_;
  int64_t lastRest_ = 0;
  int64_t stopMillis_ = 0;  // 0 = it goes on

  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<NativeEngine>> NativeEngine::open(Env& env, Log& log,
                                                         NativeEngineOptions options) {
  std::unique_ptr<LineListener> sockets =
      TRY(LineListener::listen(SupervisingEngine::socketPath(options.directory)));
  return std::unique_ptr<NativeEngine>(
      std::make_unique<SupervisingEngine>(env, log, std::move(options), std::move(sockets)));
}

}  // namespace millrace
