#include "worker/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "control/native/application_directory.h"
#include "env/file_lock.h"
#include "env/process.h"
#include "env/unix_socket.h"
#include "rest/answer_rest.h"
#include "rest/vertex_id.h"
#include "runtime/checkpoint_recovery.h"
#include "state/snapshot_directory.h"
#include "worker/application_script.h"
#include "worker/job_reporter.h"

namespace millrace {

namespace {

constexpr int64_t kLonelyMillis = 30'000;  // without a service the worker ends
constexpr int64_t kReconnectMillis = 100;
constexpr int64_t kReportMillis = 250;
constexpr int64_t kMetricsMillis = 1000;
constexpr int64_t kLockPollMillis = 20;
constexpr int64_t kGiveUpMillis = 3000;  // a cancelled job has that long
constexpr size_t kMostUnsentBytes = 16u << 20;
constexpr size_t kMostKeptRecords = 1000;
constexpr uint32_t kRetained = 3;
// Of the memory; the rest is for batches, files under way and the program.
constexpr double kStateShare = 0.75;
constexpr const char* kEngineLine =
    "Millrace native engine, Flink SQL dialect 2.3.0, state backend hashmap";
// Whose version is none of Flink's.
constexpr const char* kRevision = "millrace";
constexpr const char* kLogger = "millrace.worker.Worker";

class Worker {
 public:
  Worker(const WorkerArguments& arguments, Env& env)
      : arguments_(arguments), env_(env), directory_(env, arguments.directory) {
    std::map<std::string, std::string> variables = ownEnvironment();
    endpoint_ = variables[kEndpointVariable];
    token_ = variables[kTokenVariable];
  }

  void run() {
    if (!takeLock()) return;
    lastContactMillis_ = now();
    while (!leaving_) {
      connect();
      receive();
      runPosted();
      if (leaving_) break;
      tick();
      poller_.wait(interests(), waitMillis());
    }
    giveUp();
  }

 private:
  int64_t now() const { return env_.clock().nowMillis(); }
  JobId job() const { return {arguments_.application, arguments_.attempt}; }

  bool isFenced() const {
    Result<int64_t> epoch = directory_.epoch();
    return epoch.ok() && epoch.value() != arguments_.attempt;
  }

  // Waits for the worker before; false when a newer attempt is to run instead.
  bool takeLock() {
    int64_t begin = now();
    while (!isFenced() && now() - begin < kLonelyMillis) {
      Result<std::unique_ptr<FileLock>> lock = FileLock::acquire(directory_.lockFile());
      if (lock.ok()) {
        lock_ = std::move(lock).value();
        return !isFenced();
      }
      poller_.wait({}, kLockPollMillis);
    }
    return false;
  }

  // The connection to the service.

  void connect() {
    if (socket_ || now() < nextConnectMillis_) return;
    nextConnectMillis_ = now() + kReconnectMillis;
    Result<std::unique_ptr<LineSocket>> socket = LineSocket::connect(arguments_.socket);
    if (!socket.ok()) return;
    socket_ = std::move(socket).value();
    FromWorker hello;
    hello.kind = FromWorker::Kind::kHello;
    hello.job = job();
    hello.process = ownProcessId();
    hello.started = task_.has_value();
    hello.endpoint = endpoint_;
    hello.token = token_;
    socket_->send(encode(hello));
  }

  void receive() {
    if (!socket_) return;
    for (const std::string& line : socket_->exchange()) {
      Result<ToWorker> message = decodeToWorker(line);
      if (message.ok()) handle(message.value());
    }
    lastContactMillis_ = now();
    if (!socket_->closed()) return;
    socket_.reset();
    welcome_ = false;
  }

  // To a service that knows us; false: it is lost.
  bool send(const FromWorker& message) {
    if (!socket_ || !welcome_) return false;
    socket_->send(encode(message));
    return true;
  }

  void send(FromWorker::Kind kind, const std::string& snapshot, std::string text) {
    FromWorker message;
    message.kind = kind;
    message.snapshot = snapshot;
    message.text = std::move(text);
    (void)send(message);
  }

  // Records wait for the service, the oldest go when there are too many.
  void log(ApplicationLogRecord record) {
    records_.push_back(std::move(record));
    if (records_.size() > kMostKeptRecords) records_.erase(records_.begin());
    flushLog();
  }
  void log(LogLevel level, std::string message, std::vector<std::string> throwable = {},
           const LogOrigin& where = LogOrigin::current()) {
    log(workerRecord(env_, level, kLogger, std::move(message), std::move(throwable), where));
  }

  void flushLog() {
    if (!socket_ || !welcome_ || socket_->unsentBytes() > kMostUnsentBytes) return;
    for (ApplicationLogRecord& record : std::exchange(records_, {})) {
      FromWorker message;
      message.kind = FromWorker::Kind::kLog;
      message.record = std::move(record);
      (void)send(message);
    }
  }

  // After a hello: what the service has to know, which it may have heard before.
  void sayState() {
    flushLog();
    if (running_) (void)send(*running_);
    if (end_) (void)send(*end_);
  }

  void handle(const ToWorker& message) {
    using Kind = ToWorker::Kind;
    switch (message.kind) {
      case Kind::kStart:
        welcome_ = true;
        if (!task_) start(message);
        return sayState();
      case Kind::kWelcome:
        welcome_ = true;
        return sayState();
      case Kind::kStop:
        return stop(message);
      case Kind::kSavepoint:
        return savepoint(message);
      case Kind::kCancel:
        return cancel();
      case Kind::kRest:
        return answer(message);
      case Kind::kLeave:
        leaving_ = true;
        return;
    }
  }

  // The job.

  void start(const ToWorker& message) {
    task_ = message.task;
    log(LogLevel::kInfo, kEngineLine);
    log(LogLevel::kInfo,
        fmt::format("Loading configuration property: parallelism.default, {}", task_->parallelism));
    inBackground([this, resume = message.resume] {
      auto outcome = std::make_shared<ScriptOutcome>(startJob(resume));
      post([this, outcome] { started(*outcome); });
    });
  }

  // On a thread of its own.
  ScriptOutcome startJob(bool resume) {
    Result<Resumption> resumption = whereFrom(resume);
    if (!resumption.ok()) return ScriptFailure{resumption.error().describe()};
    std::string path = task_->restoreLocation;
    if (const auto& checkpoint = resumption.value().checkpoint) path = checkpoint->path;
    ScriptOptions options;
    if (!path.empty()) {
      Result<Manifest> manifest = SnapshotDirectory::readManifest(env_.files(), path);
      if (!manifest.ok()) return ScriptFailure{manifest.error().describe()};
      options.maxParallelism = manifest.value().maxParallelism;
    }
    options.prepare = [&](JobOptions& job) {
      prepare(job, path, resumption.value().firstId);
      return Status();
    };
    ScriptOutcome outcome = startScript(*task_, options, env_);
    if (!outcome.ok()) return outcome;
    std::vector<std::string>& notes = outcome.job().notes;
    for (std::string& warning : resumption.value().warnings) notes.push_back("warning: " + warning);
    notes.push_back(path.empty() ? "the job begins without state"
                                 : fmt::format("the job goes on from '{}'", path));
    return outcome;
  }

  std::string jobId() const {
    return vertexId(fmt::format("{}/{}", arguments_.directory, arguments_.attempt));
  }

  Result<Resumption> whereFrom(bool resume) {
    TRY(directory_.removeAttemptsBefore(arguments_.attempt));
    if (!resume) return Resumption();
    std::string root =
        fmt::format("{}/{}", directory_.checkpointDirectory(arguments_.attempt), jobId());
    return findResumption(env_.files(), root, TRY(directory_.snapshotsOf(arguments_.attempt)));
  }

  void prepare(JobOptions& options, const std::string& path, uint64_t firstId) const {
    options.jobId = jobId();
    CheckpointOptions& checkpoints = options.checkpoints;
    checkpoints.directory = directory_.checkpointDirectory(arguments_.attempt);
    checkpoints.savepointDirectory.clear();
    checkpoints.retention = CheckpointRetention::kAlways;
    checkpoints.retained = std::max(checkpoints.retained, kRetained);
    checkpoints.restorePath = path;
    checkpoints.allowNonRestoredState = task_->allowNonRestoredState;
    checkpoints.firstId = firstId;
    auto budget = static_cast<uint64_t>(static_cast<double>(memoryLimit()) * kStateShare);
    if (options.stateMemoryBudget == 0 || options.stateMemoryBudget > budget) {
      options.stateMemoryBudget = budget;
    }
  }

  uint64_t memoryLimit() const {
    return kBytesPerKpu * static_cast<uint64_t>(std::max(1, task_->kpus));
  }

  void started(ScriptOutcome& outcome) {
    if (!outcome.ok()) {
      log(LogLevel::kError, "The job could not be started.", {outcome.failure()});
      FromWorker failed;
      failed.kind = FromWorker::Kind::kFailed;
      failed.text = outcome.failure();
      return end(failed);
    }
    for (const std::string& note : outcome.job().notes) {
      log(note.starts_with("warning: ") ? LogLevel::kWarning : LogLevel::kInfo, note);
    }
    view_ = std::move(outcome.job().view);
    view_.version = "2.3.0";
    view_.revision = kRevision;
    view_.worker.id = fmt::format("flink-taskmanager-{}-1", arguments_.attempt);
    view_.worker.process = ownProcessId();
    view_.worker.memoryLimitBytes = memoryLimit();
    view_.worker.slots = task_->parallelism;
    view_.priorRestarts = static_cast<uint64_t>(task_->priorRestarts);
    for (const WorkerFailure& failure : task_->priorFailures) {
      view_.exceptions.push_back({failure.timeMillis, failure.text});
    }
    reporter_.emplace(env_, *task_, view_, memoryLimit(),
                      [this](ApplicationLogRecord record) { log(std::move(record)); });
    reporter_->started();
    running_.emplace();
    running_->kind = FromWorker::Kind::kRunning;
    running_->maxParallelism = static_cast<int32_t>(view_.graph->maxParallelism);
    running_->plan = jobPlanJson(view_);
    running_->restart = view_.options.restart;
    (void)send(*running_);
    inBackground([this, running = view_.job] {
      running->wait(-1);
      post([this] { jobEnded(); });
    });
  }

  void jobEnded() {
    reporter_->report();
    FromWorker message;
    switch (view_.job->status()) {
      case JobStatus::kFinished: {
        Status marked = directory_.markFinished(arguments_.attempt);
        if (!marked.ok())
          log(LogLevel::kError, "The end could not be noted.", {marked.error().describe()});
        message.kind = FromWorker::Kind::kFinished;
        break;
      }
      case JobStatus::kFailed:
        message.kind = FromWorker::Kind::kFailed;
        message.text = view_.job->error().describe();
        break;
      case JobStatus::kCancelled:
        message.kind = FromWorker::Kind::kCancelled;
        break;
      case JobStatus::kStopped:
      case JobStatus::kRunning:
        return;  // whoever has stopped it knows the savepoint
    }
    end(message);
  }

  // The end is said until the service tells us to leave.
  void end(FromWorker message) {
    if (end_) return;
    end_ = std::move(message);
    flushLog();
    (void)send(*end_);
  }

  void stop(const ToWorker& message) {
    if (!view_.job || end_) {
      return send(FromWorker::Kind::kStopFailed, message.snapshot, "the job does not run");
    }
    inBackground([this, message, job = view_.job] {
      Result<std::string> path = job->stopWithSavepoint(message.directory);
      post([this, message, path] {
        FromWorker stopped;
        stopped.kind = FromWorker::Kind::kStopped;
        stopped.snapshot = message.snapshot;
        if (path.ok()) {
          stopped.location = path.value();
          reporter_->report();
          return end(stopped);
        }
        if (view_.job->status() != JobStatus::kRunning) return;
        send(FromWorker::Kind::kStopFailed, message.snapshot, path.error().describe());
      });
    });
  }

  void savepoint(const ToWorker& message) {
    if (!view_.job || end_) {
      return send(FromWorker::Kind::kSavepointFailed, message.snapshot, "the job does not run");
    }
    auto taken = taken_.find(message.snapshot);
    if (taken != taken_.end()) return (void)send(taken->second);
    if (!inSavepoint_.insert(message.snapshot).second) return;
    inBackground([this, message, job = view_.job] {
      Result<std::string> path = job->savepoint(message.directory);
      post([this, message, path] {
        inSavepoint_.erase(message.snapshot);
        if (!path.ok()) {
          return send(FromWorker::Kind::kSavepointFailed, message.snapshot,
                      path.error().describe());
        }
        FromWorker done;
        done.kind = FromWorker::Kind::kSavepointTaken;
        done.snapshot = message.snapshot;
        done.location = path.value();
        // A service that comes back asks again for what it has not heard of.
        if (!send(done)) taken_[message.snapshot] = done;
      });
    });
  }

  void cancel() {
    if (view_.job) return view_.job->cancel();
    // It is still being planned: nothing has been done, and nothing will be.
    FromWorker cancelled;
    cancelled.kind = FromWorker::Kind::kCancelled;
    end(cancelled);
  }

  void answer(const ToWorker& message) {
    FromWorker reply;
    reply.kind = FromWorker::Kind::kRest;
    reply.id = message.id;
    if (!view_.job) {
      reply.ok = false;
      reply.text = "the job is being started";
      return (void)send(reply);
    }
    view_.nowMillis = now();
    ProcessUsage usage = ownUsage();
    view_.worker.numThreads = usage.numThreads;
    view_.worker.cpuMicros = usage.cpuMicros;
    view_.worker.residentBytes = usage.residentBytes;
    Result<std::string> text = answerRest(view_, message.path);
    reply.ok = text.ok();
    reply.text = text.ok() ? text.value() : text.error().message();
    reply.malformed = !text.ok() && text.error().kind() == ErrorKind::kInvalidArgument;
    (void)send(reply);
  }

  // Time.

  void tick() {
    int64_t time = now();
    if (!socket_ && time - lastContactMillis_ > kLonelyMillis) leaving_ = true;
    if (reporter_ && !end_ && time >= nextReportMillis_) {
      nextReportMillis_ = time + kReportMillis;
      reporter_->report();
      flushLog();
    }
    if (time < nextMetricsMillis_) return;
    nextMetricsMillis_ = time + kMetricsMillis;
    if (isFenced()) leaving_ = true;
    if (!reporter_ || end_) return;
    FromWorker metrics;
    metrics.kind = FromWorker::Kind::kMetrics;
    metrics.report = reporter_->metrics();
    if (socket_ && socket_->unsentBytes() < kMostUnsentBytes) (void)send(metrics);
  }

  int64_t waitMillis() const { return socket_ ? kReportMillis : kReconnectMillis; }

  std::vector<PollInterest> interests() const {
    if (!socket_) return {};
    return {{socket_->descriptor(), socket_->wantsWrite()}};
  }

  // Nothing is committed any more.
  void giveUp() {
    if (!view_.job || view_.job->status() != JobStatus::kRunning) return;
    view_.job->cancel();
    view_.job->wait(kGiveUpMillis);
  }

  void post(std::function<void()> work) {
    {
      std::lock_guard lock(mutex_);
      posted_.push_back(std::move(work));
    }
    poller_.wake();
  }

  void runPosted() {
    std::vector<std::function<void()>> posted;
    {
      std::lock_guard lock(mutex_);
      posted.swap(posted_);
    }
    for (std::function<void()>& work : posted) work();
  }

  // The process ends without waiting for these threads (see runWorker).
  void inBackground(std::function<void()> work) { std::thread(std::move(work)).detach(); }

  const WorkerArguments arguments_;
  Env& env_;
  const ApplicationDirectory directory_;
  std::string endpoint_;
  std::string token_;
  std::unique_ptr<FileLock> lock_;
  Poller poller_;
  std::unique_ptr<LineSocket> socket_;
  bool welcome_ = false;  // the service has answered our hello
  bool leaving_ = false;
  int64_t lastContactMillis_ = 0;
  int64_t nextConnectMillis_ = 0;
  int64_t nextReportMillis_ = 0;
  int64_t nextMetricsMillis_ = 0;
  std::optional<WorkerTask> task_;
  JobView view_;
  std::optional<JobReporter> reporter_;
  std::optional<FromWorker> running_;
  std::optional<FromWorker> end_;
  std::set<std::string> inSavepoint_;
  std::map<std::string, FromWorker> taken_;
  std::vector<ApplicationLogRecord> records_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
};

}  // namespace

void runWorker(const WorkerArguments& arguments, Env& env) {
  // Never destroyed: background threads refer to it until the process ends.
  static auto* workers = new std::vector<Worker*>();
  workers->push_back(new Worker(arguments, env));
  workers->back()->run();
}

}  // namespace millrace
