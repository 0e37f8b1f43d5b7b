// SupervisedApplication: the current attempt of one application and its worker process. It is
// driven by one thread, the engine's: commands, messages of the worker and time come in, messages
// to the worker and answers to the life cycle go out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "control/engine/engine.h"
#include "control/native/application_directory.h"
#include "control/native/worker_protocol.h"
#include "control/observability/log_location.h"
#include "env/env.h"
#include "env/process.h"
#include "env/unix_socket.h"
#include "runtime/restart_strategy.h"

namespace millrace {

// What a supervised application needs of its engine. All calls on the engine's thread.
class WorkerHost {
 public:
  virtual ~WorkerHost() = default;
  virtual Env& env() = 0;
  virtual Log& log() = 0;
  virtual EngineListener& listener() = 0;
  virtual ApplicationTelemetry* telemetry() = 0;  // may be null
  virtual const std::string& endpoint() = 0;
  // Loads the code on another thread; SupervisedApplication::loaded() is called with it later.
  virtual void load(const JobRequest& request, bool resume) = 0;
  virtual Result<std::unique_ptr<Process>> launch(const JobRequest& request,
                                                  const ApplicationDirectory& directory,
                                                  const std::string& token) = 0;
  // The worker's process has ended; why, where the kernel tells more than the process: else "".
  virtual std::string workerEnded(int64_t application) = 0;
  virtual void restAnswered(int64_t id, Result<std::string> answer) = 0;
};

class SupervisedApplication {
 public:
  SupervisedApplication(WorkerHost& host, ApplicationDirectory directory);
  ~SupervisedApplication();

  void start(JobRequest request, bool resume);
  void loaded(JobId job, Result<WorkerTask> task);
  void stop(JobId job, const std::string& snapshot);
  void cancel(JobId job);
  void savepoint(JobId job, const std::string& snapshot);
  // False when there is nobody to ask.
  bool rest(JobId job, int64_t id, const std::string& path);
  // A worker of this application has connected.
  void offer(std::unique_ptr<LineSocket> socket, const FromWorker& hello);

  // Ends the worker; nothing is answered any more.
  void abandon();
  bool hasWorker() const { return worker_.has_value(); }

  // Reads what the worker has sent and does what is due.
  void advance();
  // When advance() has something to do at the latest (milliseconds of the clock).
  int64_t due() const;
  void addInterests(std::vector<PollInterest>& interests) const;

  const ApplicationDirectory& directory() const { return directory_; }
  std::optional<JobReport> report(JobId job) const;
  std::string plan(JobId job) const;
  // The role that the holder of the token may use.
  const JobRequest* holderOf(const std::string& token) const;

 private:
  // Their constructors are in the .cc file: clang wants the class around them complete.
  struct Worker {
    Worker();
    JobId job;
    std::unique_ptr<Process> process;
    std::unique_ptr<LineSocket> socket;  // null until it has said hello
    FromWorker hello;
    bool greeted = false;  // the hello was answered
    bool leaving = false;
    int64_t killMillis = INT64_MAX;
  };
  struct Attempt {
    Attempt();
    JobRequest request;
    TelemetrySource source;
    std::optional<WorkerTask> task;
    std::string token;
    bool resume = false;
    bool startLogged = false;
    bool running = false;  // now
    bool hasRun = false;
    bool cancelling = false;
    int numStartCrashes = 0;
    int64_t notBeforeMillis = 0;
    int64_t lockedSinceMillis = 0;  // somebody unknown holds the lock; 0 = nobody
    std::string stopSnapshot;
    bool stopping = false;
    std::set<std::string> savepoints;
    std::map<std::string, std::string> taken;
    std::unique_ptr<RestartStrategy> strategy;
    int32_t maxParallelism = 0;
    std::string plan;
    std::deque<double> cpuPercent;  // averages of some seconds, of the last minute
    double cpuSum = 0;
    int numCpu = 0;
    ApplicationMetricsReport lastReport;
    int64_t downSinceMillis = 0;  // hasRun and not running: since when,
    int64_t tellDownMillis = 0;   // and when to say so again
  };

  int64_t now() const { return host_.env().clock().nowMillis(); }
  bool isCurrent(JobId job) const { return attempt_ && attempt_->request.job == job; }
  bool isConnected(JobId job) const;
  void logStart();
  void greet();
  void tellLeave();
  void send(const ToWorker& message);
  void readWorker();
  void handle(const FromWorker& message);
  void handleRunning(const FromWorker& message);
  void handleEnd(const FromWorker& message);
  void handleSnapshot(const FromWorker& message);
  void addCpu(double percent);
  bool isDown() const { return attempt_ && attempt_->hasRun && !attempt_->running; }
  void tellDowntime();
  void workerGone(const ProcessEnd& end);
  void crashed(const std::string& reason);
  void failSnapshots(const std::string& reason);
  void failAttempt(const std::string& reason);
  void endAttempt();
  void trySpawn();
  bool lockIsFree();
  void spawn();
  void log(LogLevel level, std::string message, std::vector<std::string> throwable = {},
           const LogOrigin& where = LogOrigin::current());

  WorkerHost& host_;
  ApplicationDirectory directory_;
  std::optional<Attempt> attempt_;
  std::optional<Worker> worker_;
  bool abandoned_ = false;
};

}  // namespace millrace
