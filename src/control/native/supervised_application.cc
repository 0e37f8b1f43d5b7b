#include "control/native/supervised_application.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>

#include "control/model/parallelism.h"
#include "control/observability/log_location.h"
#include "env/file_lock.h"
#include "env/file_system.h"

namespace millrace {

namespace {

// A worker that was told to end, or was asked to cancel, has that long.
constexpr int64_t kEndMillis = 5000;
// Somebody who holds the lock and does not say hello has that long.
constexpr int64_t kLockMillis = 5000;
constexpr int64_t kLockPollMillis = 50;
constexpr int kMaxStartCrashes = 3;
constexpr size_t kMostFailures = 16;  // as many as web.exception-history-size of Flink
constexpr int64_t kStartRetryMillis = 500;
constexpr int64_t kDowntimeMillis = 1000;  // between reports of an application that is down
constexpr int kCpuReports = 10;            // seconds in an average
constexpr size_t kCpuAverages = 6;         // averages in a minute

TelemetrySource sourceOf(const JobRequest& request) {
  TelemetrySource source;
  source.application = request.job.application;
  source.attempt = request.job.attempt;
  source.applicationName = request.applicationName;
  source.applicationArn = request.applicationArn;
  source.versionId = request.versionId;
  source.roleArn = request.roleArn;
  source.logStreamArns = request.logStreamArns;
  source.logLevel = request.logLevel;
  source.metricsLevel = request.metricsLevel;
  source.parallelism = request.parallelism;
  source.kpus = static_cast<int32_t>(
      kinesisanalyticsv2::kpusFor(request.parallelism, request.parallelismPerKpu));
  return source;
}

// Flink's default where a script has said nothing.
RestartOptions defaultRestart(const JobRequest& request) {
  RestartOptions options;
  options.kind = request.checkpointing ? RestartKind::kExponentialDelay : RestartKind::kNone;
  return options;
}

// The last lines that workers have written outside their protocol: why one has crashed.
std::string lastOutput(FileSystem& files, const std::string& path) {
  constexpr size_t kMost = 2000;
  Result<std::string> text = files.exists(path) ? readFile(files, path) : std::string();
  if (!text.ok()) return {};
  std::string last =
      text.value().substr(text.value().size() - std::min(kMost, text.value().size()));
  while (last.ends_with('\n')) last.pop_back();
  return last;
}

const char* endName(FromWorker::Kind kind) {
  switch (kind) {
    case FromWorker::Kind::kFinished:
      return "FINISHED";
    case FromWorker::Kind::kFailed:
      return "FAILED";
    case FromWorker::Kind::kStopped:
      return "STOPPED";
    default:
      return "CANCELED";
  }
}

}  // namespace

SupervisedApplication::Worker::Worker() = default;
SupervisedApplication::Attempt::Attempt() = default;

SupervisedApplication::SupervisedApplication(WorkerHost& host, ApplicationDirectory directory)
    : host_(host), directory_(std::move(directory)) {}

SupervisedApplication::~SupervisedApplication() = default;

bool SupervisedApplication::isConnected(JobId job) const {
  return worker_ && worker_->job == job && worker_->socket && worker_->greeted && !worker_->leaving;
}

void SupervisedApplication::send(const ToWorker& message) {
  if (worker_ && worker_->socket) worker_->socket->send(encode(message));
}

void SupervisedApplication::log(LogLevel level, std::string message,
                                std::vector<std::string> throwable, const LogOrigin& where) {
  if (!attempt_) return;
  host_.log().write(level, message,
                    {{"application", attempt_->source.applicationName},
                     {"attempt", attempt_->request.job.attempt},
                     {"cause", fmt::format("{}", fmt::join(throwable, "\n"))}});
  if (host_.telemetry() == nullptr) return;
  ApplicationLogRecord record;
  record.timeMillis = now();
  record.level = level;
  record.logger = "millrace.control.Supervisor";
  record.threadName = "supervisor";
  record.locationInformation = logLocation(record.logger, where);
  record.message = std::move(message);
  record.throwableInformation = std::move(throwable);
  host_.telemetry()->log(attempt_->source, std::move(record));
}

void SupervisedApplication::start(JobRequest request, bool resume) {
  JobId job = request.job;
  if (worker_ && worker_->job != job) tellLeave();
  attempt_.emplace();
  attempt_->source = sourceOf(request);
  attempt_->strategy = makeRestartStrategy(defaultRestart(request), host_.env().random());
  attempt_->request = std::move(request);
  attempt_->resume = resume;
  attempt_->token = fmt::format("{:016x}{:016x}{:016x}{:016x}", host_.env().random().next(),
                                host_.env().random().next(), host_.env().random().next(),
                                host_.env().random().next());
  Status fenced = directory_.setEpoch(job.attempt);
  if (!fenced.ok()) return failAttempt(fenced.error().describe());
  if (resume && directory_.isFinished(job.attempt) && !worker_) {
    endAttempt();
    return host_.listener().jobFinished(job);
  }
  // Otherwise it may turn out that the application runs already.
  if (!resume) logStart();
  host_.load(attempt_->request, resume);
}

void SupervisedApplication::logStart() {
  if (std::exchange(attempt_->startLogged, true)) return;
  log(LogLevel::kInfo, fmt::format("Application {} is starting version {}, attempt {}.",
                                   attempt_->source.applicationName, attempt_->source.versionId,
                                   attempt_->request.job.attempt));
}

void SupervisedApplication::loaded(JobId job, Result<WorkerTask> task) {
  if (!isCurrent(job) || attempt_->task) return;
  if (!task.ok()) return failAttempt(task.error().describe());
  attempt_->task = std::move(task).value();
  advance();
}

void SupervisedApplication::stop(JobId job, const std::string& snapshot) {
  if (!isConnected(job) || !isCurrent(job) || !attempt_->running) {
    return host_.listener().stopFailed(
        job, "The application is restarting after a failure; stop it when it runs, or with Force.");
  }
  attempt_->stopping = true;
  attempt_->stopSnapshot = snapshot;
  log(LogLevel::kInfo, fmt::format("Application {} is stopping with snapshot {}.",
                                   attempt_->source.applicationName, snapshot));
  ToWorker message;
  message.kind = ToWorker::Kind::kStop;
  message.snapshot = snapshot;
  // A stop without a snapshot's name: the service's own.
  message.directory = directory_.snapshotDirectory(snapshot, job.attempt);
  send(message);
}

void SupervisedApplication::savepoint(JobId job, const std::string& snapshot) {
  if (!isConnected(job) || !isCurrent(job) || !attempt_->running) {
    return host_.listener().savepointFailed(job, snapshot, "the application does not run");
  }
  attempt_->savepoints.insert(snapshot);
  ToWorker message;
  message.kind = ToWorker::Kind::kSavepoint;
  message.snapshot = snapshot;
  message.directory = directory_.snapshotDirectory(snapshot, job.attempt);
  send(message);
}

void SupervisedApplication::cancel(JobId job) {
  if (isCurrent(job) || (!attempt_ && (!worker_ || worker_->job.attempt <= job.attempt))) {
    if (!attempt_) {
      attempt_.emplace();
      attempt_->request.job = job;
      attempt_->source = sourceOf(attempt_->request);
    }
    attempt_->cancelling = true;
    if (!worker_) return advance();
    worker_->killMillis = std::min(worker_->killMillis, now() + kEndMillis);
    if (worker_->job != job) return tellLeave();
    ToWorker message;
    message.kind = worker_->greeted ? ToWorker::Kind::kCancel : ToWorker::Kind::kLeave;
    send(message);
    return;
  }
  // A newer attempt sees to it that the older ones are gone.
  host_.listener().jobCancelled(job);
}

bool SupervisedApplication::rest(JobId job, int64_t id, const std::string& path) {
  if (!isConnected(job)) return false;
  ToWorker message;
  message.kind = ToWorker::Kind::kRest;
  message.id = id;
  message.path = path;
  send(message);
  return true;
}

void SupervisedApplication::offer(std::unique_ptr<LineSocket> socket, const FromWorker& hello) {
  if (!worker_ || (worker_->job == hello.job && worker_->process->id() != hello.process)) {
    // One that a former process of the service has started.
    Result<std::unique_ptr<Process>> process = Process::attach(hello.process);
    if (!process.ok()) return;
    worker_.emplace();
    worker_->job = hello.job;
    worker_->process = std::move(process).value();
  } else if (worker_->process->id() != hello.process) {
    ToWorker leave;
    leave.kind = ToWorker::Kind::kLeave;
    socket->send(encode(leave));
    return;
  }
  worker_->socket = std::move(socket);
  worker_->hello = hello;
  worker_->greeted = false;
  if (worker_->leaving) return tellLeave();
  greet();
}

// Answers the hello when it is known what is to become of the worker.
void SupervisedApplication::greet() {
  if (!worker_ || !worker_->socket || worker_->greeted || worker_->leaving) return;
  if (abandoned_) return tellLeave();
  if (!attempt_) return;  // the life cycle has not said yet what it wants
  if (worker_->job != attempt_->request.job) return tellLeave();
  if (attempt_->cancelling) return tellLeave();
  bool stale = worker_->hello.endpoint != host_.endpoint();
  if (worker_->hello.started && stale) {
    // Its connectors talk to a port that is not ours any more.
    log(LogLevel::kInfo, "the worker is replaced: the service has another address now");
    attempt_->resume = true;
    return tellLeave();
  }
  ToWorker message;
  if (worker_->hello.started) {
    attempt_->token = worker_->hello.token;
    message.kind = ToWorker::Kind::kWelcome;
    attempt_->startLogged = true;  // by who has started it
    log(LogLevel::kInfo, "adopted the worker that runs the application");
  } else {
    if (!attempt_->task) return;
    message.kind = ToWorker::Kind::kStart;
    message.task = *attempt_->task;
    message.resume = attempt_->resume;
  }
  worker_->greeted = true;
  send(message);
}

void SupervisedApplication::tellLeave() {
  if (!worker_) return;
  worker_->leaving = true;
  worker_->killMillis = std::min(worker_->killMillis, now() + kEndMillis);
  ToWorker message;
  message.kind = ToWorker::Kind::kLeave;
  send(message);
}

void SupervisedApplication::abandon() {
  abandoned_ = true;
  attempt_.reset();
  tellLeave();
}

void SupervisedApplication::readWorker() {
  if (!worker_->socket) return;
  for (const std::string& line : worker_->socket->exchange()) {
    Result<FromWorker> message = decodeFromWorker(line);
    if (message.ok()) {
      handle(message.value());
    } else {
      host_.log().warning("a worker's message", {{"cause", message.error().describe()}});
    }
    if (!worker_ || !worker_->socket) return;
  }
  if (worker_->socket->closed()) worker_->socket.reset();
}

void SupervisedApplication::handle(const FromWorker& message) {
  using Kind = FromWorker::Kind;
  if (message.kind == Kind::kRest) {
    Result<std::string> answer = message.text;
    if (!message.ok) {
      answer = Error(message.malformed ? ErrorKind::kInvalidArgument : ErrorKind::kNotFound,
                     message.text);
    }
    return host_.restAnswered(message.id, std::move(answer));
  }
  if (abandoned_ || worker_->leaving || !isCurrent(worker_->job)) return;
  switch (message.kind) {
    case Kind::kRunning:
      return handleRunning(message);
    case Kind::kFinished:
    case Kind::kFailed:
    case Kind::kCancelled:
    case Kind::kStopped:
      return handleEnd(message);
    case Kind::kStopFailed:
    case Kind::kSavepointTaken:
    case Kind::kSavepointFailed:
      return handleSnapshot(message);
    case Kind::kLog:
      if (host_.telemetry() != nullptr) host_.telemetry()->log(attempt_->source, message.record);
      return;
    case Kind::kMetrics:
      addCpu(message.report.cpuUtilization);
      attempt_->lastReport = message.report;
      if (host_.telemetry() != nullptr) {
        host_.telemetry()->metrics(attempt_->source, message.report);
      }
      return;
    case Kind::kHello:
    case Kind::kRest:
      return;
  }
}

void SupervisedApplication::handleRunning(const FromWorker& message) {
  attempt_->maxParallelism = message.maxParallelism;
  attempt_->plan = message.plan;
  // The strategy keeps its memory over restarts of the worker.
  if (!attempt_->hasRun) {
    attempt_->strategy = makeRestartStrategy(message.restart, host_.env().random());
  }
  bool first = !attempt_->hasRun;
  if (!attempt_->running) {
    log(LogLevel::kInfo,
        fmt::format("Application {} switched from {} to RUNNING.", attempt_->source.applicationName,
                    first ? "STARTING" : "RESTARTING"));
  }
  attempt_->running = attempt_->hasRun = true;
  if (first && !attempt_->cancelling) host_.listener().jobRunning(attempt_->request.job);
}

void SupervisedApplication::handleEnd(const FromWorker& message) {
  JobId job = attempt_->request.job;
  if (message.kind == FromWorker::Kind::kFailed) {
    log(LogLevel::kError, "the application has failed", {message.text});
  }
  if (message.kind != FromWorker::Kind::kStopped && attempt_->stopping &&
      message.kind != FromWorker::Kind::kFinished) {
    failSnapshots("the application has ended");
  }
  log(LogLevel::kInfo, fmt::format("Application {} has ended: {}.",
                                   attempt_->source.applicationName, endName(message.kind)));
  endAttempt();
  switch (message.kind) {
    case FromWorker::Kind::kFinished:
      return host_.listener().jobFinished(job);
    case FromWorker::Kind::kFailed:
      return host_.listener().jobFailed(job, message.text);
    case FromWorker::Kind::kStopped:
      return host_.listener().jobStopped(job, message.location);
    default:
      return host_.listener().jobCancelled(job);
  }
}

void SupervisedApplication::handleSnapshot(const FromWorker& message) {
  JobId job = attempt_->request.job;
  attempt_->savepoints.erase(message.snapshot);
  switch (message.kind) {
    case FromWorker::Kind::kStopFailed:
      attempt_->stopping = false;
      return host_.listener().stopFailed(job, message.text);
    case FromWorker::Kind::kSavepointTaken:
      return host_.listener().savepointTaken(job, message.snapshot, message.location);
    default:
      return host_.listener().savepointFailed(job, message.snapshot, message.text);
  }
}

// While nobody runs the job there is no worker that could say so.
void SupervisedApplication::tellDowntime() {
  if (!isDown() || attempt_->cancelling || now() < attempt_->tellDownMillis) return;
  attempt_->tellDownMillis = now() + kDowntimeMillis;
  if (host_.telemetry() == nullptr) return;
  const ApplicationMetricsReport& last = attempt_->lastReport;
  ApplicationMetricsReport report;
  report.timeMillis = now();
  report.downtimeMillis = std::max<int64_t>(1, now() - attempt_->downSinceMillis);
  report.fullRestarts = last.fullRestarts;
  report.numberOfCompletedCheckpoints = last.numberOfCompletedCheckpoints;
  report.numberOfFailedCheckpoints = last.numberOfFailedCheckpoints;
  report.lastCheckpointDurationMillis = last.lastCheckpointDurationMillis;
  report.lastCheckpointSizeBytes = last.lastCheckpointSizeBytes;
  report.kpus = attempt_->source.kpus;
  report.memoryLimitBytes = last.memoryLimitBytes;
  host_.telemetry()->metrics(attempt_->source, report);
}

void SupervisedApplication::addCpu(double percent) {
  attempt_->cpuSum += percent;
  if (++attempt_->numCpu < kCpuReports) return;
  attempt_->cpuPercent.push_back(attempt_->cpuSum / attempt_->numCpu);
  if (attempt_->cpuPercent.size() > kCpuAverages) attempt_->cpuPercent.pop_front();
  attempt_->cpuSum = attempt_->numCpu = 0;
}

std::optional<JobReport> SupervisedApplication::report(JobId job) const {
  if (!isCurrent(job) || !attempt_->running) return std::nullopt;
  JobReport report;
  report.maxParallelism = attempt_->maxParallelism;
  for (double percent : attempt_->cpuPercent) {
    report.cpuUtilization = std::max(report.cpuUtilization, percent);
  }
  return report;
}

std::string SupervisedApplication::plan(JobId job) const {
  return isCurrent(job) ? attempt_->plan : std::string();
}

const JobRequest* SupervisedApplication::holderOf(const std::string& token) const {
  return attempt_ && !token.empty() && attempt_->token == token ? &attempt_->request : nullptr;
}

void SupervisedApplication::failSnapshots(const std::string& reason) {
  JobId job = attempt_->request.job;
  if (attempt_->stopping) {
    attempt_->stopping = false;
    host_.listener().stopFailed(job, reason);
  }
  for (const std::string& snapshot : std::exchange(attempt_->savepoints, {})) {
    host_.listener().savepointFailed(job, snapshot, reason);
  }
}

void SupervisedApplication::failAttempt(const std::string& reason) {
  JobId job = attempt_->request.job;
  log(LogLevel::kError, "the application has failed", {reason});
  endAttempt();
  host_.listener().jobFailed(job, reason);
}

void SupervisedApplication::endAttempt() {
  if (host_.telemetry() != nullptr) host_.telemetry()->ended(attempt_->source);
  tellLeave();
  attempt_.reset();
}

void SupervisedApplication::workerGone(const ProcessEnd& end) {
  bool expected = worker_->leaving || !isCurrent(worker_->job);
  std::string cause = host_.workerEnded(worker_->job.application);
  worker_.reset();
  if (!attempt_ || abandoned_) return;
  // Cancelled, or replaced: trySpawn() answers, or starts the next.
  if (expected || attempt_->cancelling) return;
  std::string reason = fmt::format("the worker process {}", end.describe());
  if (!cause.empty()) reason += fmt::format(": {}", cause);
  std::string output = lastOutput(host_.env().files(), directory_.outputFile());
  if (!output.empty()) reason += ":\n" + output;
  crashed(reason);
}

void SupervisedApplication::crashed(const std::string& reason) {
  failSnapshots(reason);
  bool wasRunning = std::exchange(attempt_->running, false);
  attempt_->resume = true;
  if (!attempt_->hasRun) {
    if (++attempt_->numStartCrashes >= kMaxStartCrashes) {
      return failAttempt(
          fmt::format("it could not be started in {} attempts: {}", kMaxStartCrashes, reason));
    }
    attempt_->notBeforeMillis = now() + kStartRetryMillis;
    log(LogLevel::kWarning, "the worker is started again", {reason});
    return;
  }
  std::optional<int64_t> at = attempt_->strategy->failed(now());
  if (!at) {
    return failAttempt(fmt::format("{}; its restart strategy has given up: {}", reason,
                                   attempt_->strategy->describe()));
  }
  attempt_->notBeforeMillis = *at;
  if (wasRunning) attempt_->downSinceMillis = attempt_->tellDownMillis = now();
  // What the worker has counted is part of what the next one begins with.
  ++attempt_->lastReport.fullRestarts;
  if (attempt_->task) {
    attempt_->task->priorRestarts = static_cast<int64_t>(attempt_->lastReport.fullRestarts);
    std::vector<WorkerFailure>& failures = attempt_->task->priorFailures;
    failures.insert(failures.begin(), {now(), reason});
    if (failures.size() > kMostFailures) failures.pop_back();
  }
  log(LogLevel::kError,
      fmt::format("Application {} switched from RUNNING to RESTARTING: it goes on from its last "
                  "checkpoint in {:.1f} s.",
                  attempt_->source.applicationName, static_cast<double>(*at - now()) / 1000),
      {reason});
}

// Whether nobody runs the application; somebody who does not answer is ended after a while.
bool SupervisedApplication::lockIsFree() {
  int64_t holder = 0;
  Result<std::unique_ptr<FileLock>> lock = FileLock::acquire(directory_.lockFile(), &holder);
  if (lock.ok()) {
    attempt_->lockedSinceMillis = 0;
    return true;
  }
  if (holder == 0 && lock.error().kind() != ErrorKind::kPermission) {
    // There is no directory yet.
    return true;
  }
  if (attempt_->lockedSinceMillis == 0) attempt_->lockedSinceMillis = now();
  attempt_->notBeforeMillis = now() + kLockPollMillis;
  if (now() - attempt_->lockedSinceMillis < kLockMillis || holder == 0) return false;
  // The number is that of the holder as long as it holds the lock; make sure that it is a worker.
  std::vector<std::string> words = commandLineOf(holder);
  bool isWorker = std::find(words.begin(), words.end(), "worker") != words.end();
  Result<std::unique_ptr<Process>> process = Process::attach(holder);
  if (isWorker && process.ok()) {
    log(LogLevel::kWarning, fmt::format("worker {} does not answer and is ended", holder));
    process.value()->signal(SIGKILL);
  }
  return false;
}

void SupervisedApplication::trySpawn() {
  if (!attempt_ || worker_ || abandoned_ || now() < attempt_->notBeforeMillis) return;
  if (!attempt_->cancelling && !attempt_->task) return;
  if (!lockIsFree()) return;
  JobId job = attempt_->request.job;
  if (attempt_->cancelling) {
    endAttempt();
    return host_.listener().jobCancelled(job);
  }
  spawn();
}

void SupervisedApplication::spawn() {
  JobId job = attempt_->request.job;
  logStart();
  // What it kept tells why this one crashed, not the one before.
  FileSystem& files = host_.env().files();
  if (files.exists(directory_.outputFile())) (void)files.remove(directory_.outputFile()).ok();
  Result<std::unique_ptr<Process>> process =
      host_.launch(attempt_->request, directory_, attempt_->token);
  if (!process.ok()) return crashed(process.error().describe());
  worker_.emplace();
  worker_->job = job;
  worker_->process = std::move(process).value();
  host_.log().info("worker started", {{"application", attempt_->source.applicationName},
                                      {"attempt", job.attempt},
                                      {"process", worker_->process->id()}});
}

void SupervisedApplication::advance() {
  if (worker_) {
    greet();
    readWorker();
  }
  if (worker_) {
    if (now() >= worker_->killMillis) worker_->process->signal(SIGKILL);
    if (std::optional<ProcessEnd> end = worker_->process->ended()) {
      readWorker();  // what it said last
      if (worker_) workerGone(*end);
    }
  }
  trySpawn();
  tellDowntime();
}

int64_t SupervisedApplication::due() const {
  int64_t due = INT64_MAX;
  // A killed worker is noticed by its descriptor.
  if (worker_ && worker_->killMillis > now()) due = worker_->killMillis;
  if (attempt_ && !worker_ && (attempt_->task || attempt_->cancelling)) {
    due = std::min(due, attempt_->notBeforeMillis);
  }
  if (isDown() && !attempt_->cancelling) due = std::min(due, attempt_->tellDownMillis);
  return due;
}

void SupervisedApplication::addInterests(std::vector<PollInterest>& interests) const {
  if (!worker_) return;
  interests.push_back({worker_->process->descriptor(), false});
  if (worker_->socket) {
    interests.push_back({worker_->socket->descriptor(), worker_->socket->wantsWrite()});
  }
}

}  // namespace millrace
