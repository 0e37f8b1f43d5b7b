// One application under supervision: its worker is a script here, and the clock stands until the
// test moves it.
#include "control/native/supervised_application.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "env/file_lock.h"

namespace millrace {
namespace {

class ManualClock final : public Clock {
 public:
  int64_t nowMicros() const override { return millis * 1000; }
  int64_t monotonicNanos() const override { return millis * 1'000'000; }
  int64_t millis = 1'700'000'000'000;
};

class ManualEnv final : public Env {
 public:
  Clock& clock() override { return manual; }
  FileSystem& files() override { return realEnv().files(); }
  Random& random() override { return realEnv().random(); }
  ManualClock manual;
};

// What the test sees of a worker process and decides about it.
struct WorkerScript {
  int64_t id = 0;
  std::optional<ProcessEnd> end;
  std::vector<int> signals;
  bool connected = false;
  std::vector<ToWorker> received;
  std::vector<std::string> toSend;
};
using WorkerScriptPtr = std::shared_ptr<WorkerScript>;

class ScriptedProcess final : public Process {
 public:
  explicit ScriptedProcess(WorkerScriptPtr script) : script_(std::move(script)) {}
  int64_t id() const override { return script_->id; }
  int descriptor() const override { return -1; }
  std::optional<ProcessEnd> ended() override { return script_->end; }
  void signal(int number) override { script_->signals.push_back(number); }

 private:
  WorkerScriptPtr script_;
};

class ScriptedSocket final : public LineSocket {
 public:
  explicit ScriptedSocket(WorkerScriptPtr script) : script_(std::move(script)) {}
  int descriptor() const override { return -1; }
  void send(std::string_view line) override {
    script_->received.push_back(decodeToWorker(line).value());
  }
  bool wantsWrite() const override { return false; }
  size_t unsentBytes() const override { return 0; }
  std::vector<std::string> exchange() override { return std::exchange(script_->toSend, {}); }
  bool closed() const override { return !script_->connected; }

 private:
  WorkerScriptPtr script_;
};

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, Fields) override {}
};

// The engine around it: starts scripted workers and writes down what the life cycle is told.
class LastReport final : public ApplicationTelemetry {
 public:
  void log(const TelemetrySource&, ApplicationLogRecord) override {}
  void metrics(const TelemetrySource&, const ApplicationMetricsReport& report) override {
    last = report;
    ++count;
  }
  void ended(const TelemetrySource&) override {}

  ApplicationMetricsReport last;
  int count = 0;
};

class ScriptedHost final : public WorkerHost, public EngineListener {
 public:
  Env& env() override { return world; }
  Log& log() override { return silent; }
  EngineListener& listener() override { return *this; }
  ApplicationTelemetry* telemetry() override { return &measured; }
  const std::string& endpoint() override { return address; }
  void load(const JobRequest& request, bool) override { loading = request.job; }
  Result<std::unique_ptr<Process>> launch(const JobRequest& request, const ApplicationDirectory&,
                                          const std::string&) override {
    auto script = std::make_shared<WorkerScript>();
    script->id = 1000 + static_cast<int64_t>(workers.size());
    workers.push_back(script);
    launched.push_back(request.job);
    return std::unique_ptr<Process>(std::make_unique<ScriptedProcess>(script));
  }
  std::string workerEnded(int64_t) override { return ""; }
  void restAnswered(int64_t, Result<std::string> answer) override {
    told.push_back(answer.ok() ? "rest " + answer.value()
                               : "rest failed: " + answer.error().message());
  }

  void jobRunning(JobId) override { told.push_back("running"); }
  void jobFailed(JobId, std::string reason) override { told.push_back("failed: " + reason); }
  void jobFinished(JobId) override { told.push_back("finished"); }
  void jobStopped(JobId, std::string location) override { told.push_back("stopped " + location); }
  void stopFailed(JobId, std::string reason) override { told.push_back("stop failed: " + reason); }
  void jobCancelled(JobId) override { told.push_back("cancelled"); }
  void savepointTaken(JobId, std::string name, std::string) override {
    told.push_back("savepoint " + name);
  }
  void savepointFailed(JobId, std::string name, std::string) override {
    told.push_back("savepoint failed " + name);
  }
  void snapshotDeleted(int64_t, std::string) override {}

  ManualEnv world;
  SilentLog silent;
  LastReport measured;
  std::string address = "http://127.0.0.1:1";
  std::optional<JobId> loading;
  std::vector<WorkerScriptPtr> workers;
  std::vector<JobId> launched;
  std::vector<std::string> told;
};

class SupervisedApplicationTest : public testing::Test {
 protected:
  SupervisedApplicationTest() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~SupervisedApplicationTest() override { std::filesystem::remove_all(root_); }

  static JobRequest request(int64_t attempt) {
    JobRequest request;
    request.job = {7, attempt};
    request.applicationName = "orders";
    return request;
  }

  // A new attempt whose code is loaded at once.
  void begin(int64_t attempt, bool resume = false) {
    application_.start(request(attempt), resume);
    WorkerTask task;
    task.job = {7, attempt};
    application_.loaded({7, attempt}, task);
    application_.advance();
  }

  WorkerScript& worker(size_t i) { return *host_.workers.at(i); }

  void connect(size_t i, bool started = false) {
    worker(i).connected = true;
    FromWorker hello;
    hello.kind = FromWorker::Kind::kHello;
    hello.job = host_.launched[i];
    hello.process = worker(i).id;
    hello.started = started;
    hello.endpoint = host_.address;
    application_.offer(std::make_unique<ScriptedSocket>(host_.workers[i]), hello);
  }
  void say(size_t i, FromWorker message) {
    worker(i).toSend.push_back(encode(message));
    application_.advance();
  }
  void say(size_t i, FromWorker::Kind kind) {
    FromWorker message;
    message.kind = kind;
    say(i, message);
  }
  void sayRunning(size_t i) {
    FromWorker running;
    running.kind = FromWorker::Kind::kRunning;
    running.maxParallelism = 128;
    running.restart.kind = RestartKind::kFixedDelay;
    running.restart.fixedAttempts = 2;
    running.restart.fixedDelayMillis = 1000;
    say(i, running);
  }
  void crash(size_t i) {
    worker(i).connected = false;
    ProcessEnd end;
    end.signal = SIGSEGV;
    worker(i).end = end;
    application_.advance();
  }
  void pass(int64_t millis) {
    host_.world.manual.millis += millis;
    application_.advance();
  }
  // A worker that runs.
  void run(int64_t attempt) {
    begin(attempt);
    connect(host_.workers.size() - 1);
    sayRunning(host_.workers.size() - 1);
  }

  std::string root_ = testing::TempDir() + "supervised-application/7";
  ScriptedHost host_;
  ApplicationDirectory directory_{host_.world, root_};
  SupervisedApplication application_{host_, ApplicationDirectory(host_.world, root_)};
};

TEST_F(SupervisedApplicationTest, AWorkerIsStartedWithItsTaskAndRuns) {
  begin(3);
  ASSERT_EQ(host_.workers.size(), 1u);
  EXPECT_EQ(directory_.epoch().value(), 3);
  connect(0);
  ASSERT_EQ(worker(0).received.size(), 1u);
  EXPECT_EQ(worker(0).received[0].kind, ToWorker::Kind::kStart);
  EXPECT_FALSE(worker(0).received[0].resume);
  sayRunning(0);
  sayRunning(0);  // said again after a reconnection
  EXPECT_EQ(host_.told, (std::vector<std::string>{"running"}));
  EXPECT_EQ(application_.report({7, 3})->maxParallelism, 128);
}

TEST_F(SupervisedApplicationTest, ACrashRestartsByTheStrategyUntilItGivesUp) {
  run(1);
  crash(0);
  EXPECT_EQ(host_.workers.size(), 1u);
  pass(999);
  EXPECT_EQ(host_.workers.size(), 1u);
  pass(1);
  ASSERT_EQ(host_.workers.size(), 2u);
  connect(1);
  EXPECT_TRUE(worker(1).received[0].resume);
  sayRunning(1);
  EXPECT_EQ(host_.told, (std::vector<std::string>{"running"}));  // it was RUNNING all the time
  crash(1);
  pass(1000);
  ASSERT_EQ(host_.workers.size(), 3u);
  crash(2);
  ASSERT_EQ(host_.told.size(), 2u);
  EXPECT_NE(host_.told[1].find("restart strategy has given up"), std::string::npos);
  EXPECT_NE(host_.told[1].find("signal 11"), std::string::npos);
  pass(60'000);
  EXPECT_EQ(host_.workers.size(), 3u);
}

TEST_F(SupervisedApplicationTest, AnOutageIsMeasuredAndCountsAsARestart) {
  run(1);
  FromWorker metrics;
  metrics.kind = FromWorker::Kind::kMetrics;
  metrics.report.uptimeMillis = 5000;
  metrics.report.fullRestarts = 2;  // within the worker
  say(0, metrics);
  EXPECT_EQ(host_.measured.last.uptimeMillis, 5000);
  crash(0);
  EXPECT_EQ(host_.measured.last.fullRestarts, 3u);
  EXPECT_LE(application_.due(), host_.world.manual.millis + 1000);
  pass(1000);
  EXPECT_EQ(host_.measured.last.downtimeMillis, 1000);
  EXPECT_EQ(host_.measured.last.uptimeMillis, 0);
  connect(1);
  EXPECT_EQ(worker(1).received[0].task.priorRestarts, 3);
  ASSERT_EQ(worker(1).received[0].task.priorFailures.size(), 1u);
  const WorkerFailure& failure = worker(1).received[0].task.priorFailures[0];
  EXPECT_EQ(failure.timeMillis, host_.world.manual.millis - 1000);
  EXPECT_NE(failure.text.find("signal 11"), std::string::npos);
  pass(500);
  pass(500);
  EXPECT_EQ(host_.measured.last.downtimeMillis, 2000);
  sayRunning(1);
  int before = host_.measured.count;
  pass(5000);
  EXPECT_EQ(host_.measured.count, before);  // the worker tells now
  crash(1);                                 // before its first report
  EXPECT_EQ(host_.measured.last.fullRestarts, 4u);
  EXPECT_EQ(host_.measured.last.downtimeMillis, 1);
}

TEST_F(SupervisedApplicationTest, OneThatNeverRunsIsStartedThreeTimes) {
  begin(1);
  crash(0);
  pass(500);
  crash(1);
  pass(500);
  ASSERT_EQ(host_.workers.size(), 3u);
  crash(2);
  ASSERT_EQ(host_.told.size(), 1u);
  EXPECT_TRUE(host_.told[0].starts_with("failed: it could not be started in 3 attempts"));
}

TEST_F(SupervisedApplicationTest, NobodyIsStartedWhileTheLockIsHeld) {
  std::unique_ptr<FileLock> lock = FileLock::acquire(directory_.lockFile()).value();
  begin(1);
  for (int i = 0; i < 200; ++i) pass(50);
  EXPECT_TRUE(host_.workers.empty());
  lock.reset();
  pass(50);
  EXPECT_EQ(host_.workers.size(), 1u);
}

TEST_F(SupervisedApplicationTest, ANewAttemptWaitsForTheOldWorkerAndKillsItAfterFiveSeconds) {
  run(1);
  begin(2);
  EXPECT_EQ(directory_.epoch().value(), 2);
  EXPECT_EQ(worker(0).received.back().kind, ToWorker::Kind::kLeave);
  // What the old one still says is nobody's business.
  say(0, FromWorker::Kind::kFinished);
  EXPECT_EQ(host_.told, (std::vector<std::string>{"running"}));
  pass(4999);
  EXPECT_TRUE(worker(0).signals.empty());
  EXPECT_EQ(host_.workers.size(), 1u);
  pass(1);
  EXPECT_EQ(worker(0).signals, (std::vector<int>{SIGKILL}));
  EXPECT_EQ(host_.workers.size(), 1u);  // until it is gone
  crash(0);
  EXPECT_EQ(host_.workers.size(), 2u);
  EXPECT_EQ(host_.launched[1], (JobId{7, 2}));
}

TEST_F(SupervisedApplicationTest, CancellingEndsAWorkerThatDoesNotAnswer) {
  run(1);
  application_.cancel({7, 1});
  EXPECT_EQ(worker(0).received.back().kind, ToWorker::Kind::kCancel);
  pass(5000);
  EXPECT_EQ(worker(0).signals, (std::vector<int>{SIGKILL}));
  EXPECT_EQ(host_.told.size(), 1u);
  crash(0);
  EXPECT_EQ(host_.told, (std::vector<std::string>{"running", "cancelled"}));
  EXPECT_EQ(host_.workers.size(), 1u);
}

TEST_F(SupervisedApplicationTest, ACrashAnswersWhoeverWaitsForASnapshot) {
  run(1);
  application_.savepoint({7, 1}, "s");
  application_.stop({7, 1}, "t");
  EXPECT_EQ(worker(0).received.back().kind, ToWorker::Kind::kStop);
  crash(0);
  ASSERT_EQ(host_.told.size(), 3u);
  EXPECT_TRUE(host_.told[1].starts_with("stop failed: the worker process"));
  EXPECT_EQ(host_.told[2], "savepoint failed s");
  // Nobody can be asked while it restarts.
  EXPECT_FALSE(application_.rest({7, 1}, 1, "/jobs"));
  application_.stop({7, 1}, "u");
  EXPECT_TRUE(host_.told.back().starts_with("stop failed: The application is restarting"));
}

TEST_F(SupervisedApplicationTest, AWorkerWithTheServicesFormerAddressIsReplaced) {
  run(1);
  worker(0).connected = false;
  application_.advance();
  host_.address = "http://127.0.0.1:2";
  worker(0).connected = true;
  FromWorker hello;
  hello.kind = FromWorker::Kind::kHello;
  hello.job = {7, 1};
  hello.process = worker(0).id;
  hello.started = true;
  hello.endpoint = "http://127.0.0.1:1";
  application_.offer(std::make_unique<ScriptedSocket>(host_.workers[0]), hello);
  EXPECT_EQ(worker(0).received.back().kind, ToWorker::Kind::kLeave);
  crash(0);
  ASSERT_EQ(host_.workers.size(), 2u);
  connect(1);
  EXPECT_TRUE(worker(1).received[0].resume);
}

TEST_F(SupervisedApplicationTest, AnswersOfTheRestKeepTheirKind) {
  run(1);
  ASSERT_TRUE(application_.rest({7, 1}, 5, "/jobs"));
  EXPECT_EQ(worker(0).received.back().path, "/jobs");
  FromWorker answer;
  answer.kind = FromWorker::Kind::kRest;
  answer.id = 5;
  answer.text = "{}";
  say(0, answer);
  answer.ok = false;
  answer.text = "none";
  say(0, answer);
  EXPECT_EQ(host_.told, (std::vector<std::string>{"running", "rest {}", "rest failed: none"}));
}

}  // namespace
}  // namespace millrace
