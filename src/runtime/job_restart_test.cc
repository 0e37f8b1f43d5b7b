// Jobs whose tasks or checkpoints fail, on threads and on the virtual clock.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
#include "runtime/runtime_test_fixture.h"

namespace millrace {

namespace {

using namespace runtime_test;

JobEdge hashBy(uint32_t from) { return {from, Partitioning::kHash, {0}}; }

// Appends numbers -> fail -> count per key -> sink to the graph: a region of its own.
void addCounting(JobGraph& graph, const std::string& name, uint32_t parallelism,
                 NumbersOptions options, std::shared_ptr<FailurePlan> plan,
                 std::shared_ptr<Collected> collected) {
  auto first = static_cast<uint32_t>(graph.nodes.size());
  graph.nodes.push_back(numbersNode(name + "numbers", parallelism, options));
  graph.nodes.push_back(failingNode(name + "fail", parallelism,
                                    {{first, Partitioning::kForward, {}}}, std::move(plan)));
  graph.nodes.push_back(countNode(name + "count", parallelism, {hashBy(first + 1)}));
  graph.nodes.push_back(
      sinkNode(name + "sink", parallelism, {hashBy(first + 2)}, std::move(collected)));
}

void expectExactlyOnce(const Collected& collected, NumbersOptions options) {
  std::map<int64_t, std::vector<int64_t>> counts;
  for (const Collected::Row& row : collected.rows()) counts[row.key].push_back(row.value);
  ASSERT_EQ(counts.size(), static_cast<size_t>(options.keys));
  for (auto& [key, values] : counts) {
    std::sort(values.begin(), values.end());
    auto expected = static_cast<size_t>((options.limit - key + options.keys - 1) / options.keys);
    ASSERT_EQ(values.size(), expected) << "key " << key;
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(values[i], static_cast<int64_t>(i) + 1) << "key " << key;
    }
  }
}

std::string describe(const Job& job) {
  return job.status() == JobStatus::kFailed ? job.error().describe() : jobStatusName(job.status());
}

JobOptions restarting(const std::string& directory) {
  JobOptions options;
  options.checkpoints.directory = directory;
  options.checkpoints.intervalMillis = 20;
  options.checkpoints.retained = 2;
  options.restart.kind = RestartKind::kExponentialDelay;
  options.restart.initialBackoffMillis = 5;
  options.restart.maxBackoffMillis = 40;
  return options;
}

TEST(JobRestart, ExactlyOnceSimulated) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 400, .keys = 7, .pauseMillis = 3};
    auto collected = std::make_shared<Collected>();
    auto plan =
        std::make_shared<FailurePlan>(std::set<int64_t>{static_cast<int64_t>(seed), 150, 151, 399});
    JobGraph graph;
    graph.options.batchRows = 1 + seed % 9;
    addCounting(graph, "", 1 + seed % 3, numbers, plan, collected);
    auto job = runJobSimulated(std::move(graph), restarting("/c"), env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    EXPECT_TRUE(plan->empty());
    JobProgress progress = job->progress();
    EXPECT_GE(progress.numRestarts, 2u);
    EXPECT_FALSE(progress.restarting);
    expectExactlyOnce(*collected, numbers);
    EXPECT_FALSE(job->takeMessages().empty());
    if (HasFatalFailure()) return;
  }
}

TEST(JobRestart, ExactlyOnceOnThreads) {
  std::string directory = fmt::format("/tmp/millrace-restart-test-{}", ::getpid());
  for (uint32_t parallelism : {1u, 3u}) {
    NumbersOptions numbers{.limit = 3000, .keys = 7, .pauseMillis = 1};
    auto collected = std::make_shared<Collected>();
    auto plan = std::make_shared<FailurePlan>(std::set<int64_t>{10, 1500, 2999});
    JobGraph graph;
    graph.options.batchRows = 10;
    addCounting(graph, "", parallelism, numbers, plan, collected);
    auto job = startJob(std::move(graph), restarting(directory), realEnv()).value();
    ASSERT_TRUE(job->wait(60'000));
    ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
    EXPECT_EQ(job->progress().numRestarts, 3u);
    expectExactlyOnce(*collected, numbers);
  }
  realEnv().files().removeTree(directory).value();
}

TEST(JobRestart, OnlyTheFailedRegionStartsAgain) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 300, .keys = 5, .pauseMillis = 2};
    auto left = std::make_shared<Collected>();
    auto right = std::make_shared<Collected>();
    auto plan = std::make_shared<FailurePlan>(std::set<int64_t>{100, 200});
    JobGraph graph;
    graph.options.batchRows = 3;
    addCounting(graph, "left/", 2, numbers, plan, left);
    addCounting(graph, "right/", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}),
                right);
    JobOptions options = restarting("/c");
    // No checkpoint before the failures: what starts again reads everything again.
    options.checkpoints.intervalMillis = 1'000'000;
    auto job = runJobSimulated(std::move(graph), options, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    EXPECT_EQ(job->progress().numRestarts, 2u);
    EXPECT_GT(job->progress().operators[0].recordsOut, 300u);
    EXPECT_EQ(job->progress().operators[4].recordsOut, 300u);
    expectExactlyOnce(*left, numbers);
    expectExactlyOnce(*right, numbers);
    if (HasFatalFailure()) return;
  }
}

TEST(JobRestart, EndsWhenTheStrategySaysSo) {
  SimEnv env(1);
  NumbersOptions numbers{.limit = 300, .keys = 5, .pauseMillis = 2};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 10;
  // Unlike a failing node it fails again and again.
  graph.nodes.push_back(numbersNode("numbers", 1, numbers));
  graph.nodes.push_back(countNode("count", 1, {hashBy(0)}, 250));
  graph.nodes.push_back(sinkNode("sink", 1, {hashBy(1)}, collected));
  JobOptions options = restarting("/c");
  options.restart.kind = RestartKind::kFixedDelay;
  options.restart.fixedAttempts = 3;
  options.restart.fixedDelayMillis = 50;
  int64_t begin = env.clock().nowMillis();
  auto job = runJobSimulated(std::move(graph), options, env, 1).value();
  ASSERT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_EQ(job->error().kind(), ErrorKind::kArithmetic);
  EXPECT_EQ(job->progress().numRestarts, 3u);
  EXPECT_GE(env.clock().nowMillis() - begin, 150);
  // What was complete before stays committed once.
  std::map<int64_t, std::set<int64_t>> seen;
  for (const Collected::Row& row : collected->rows()) {
    EXPECT_TRUE(seen[row.key].insert(row.value).second);
  }
}

TEST(JobRestart, ProgressCanBeReadWhileTasksAreBuiltAnew) {
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.nodes.push_back(numbersNode("numbers", 8, {.limit = 300}));
  graph.nodes.push_back(countNode("count", 8, {hashBy(0)}, 0));
  graph.nodes.push_back(sinkNode("sink", 8, {hashBy(1)}, collected));
  JobOptions options;
  options.restart.kind = RestartKind::kFixedDelay;
  options.restart.fixedAttempts = 300;
  options.restart.fixedDelayMillis = 1;
  auto job = startJob(std::move(graph), options, realEnv()).value();
  while (!job->wait(0)) EXPECT_EQ(job->progress().operators.size(), 3u);
  EXPECT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_EQ(job->progress().numRestarts, 300u);
}

TEST(JobRestart, WithoutADirectoryTheLastCheckpointIsInMemory) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 400, .keys = 7, .pauseMillis = 3};
    auto collected = std::make_shared<Collected>();
    auto plan = std::make_shared<FailurePlan>(std::set<int64_t>{200, 290, 399});
    JobGraph graph;
    graph.options.batchRows = 1 + seed % 9;
    addCounting(graph, "", 1 + seed % 3, numbers, plan, collected);
    auto job = runJobSimulated(std::move(graph), restarting({}), env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    expectExactlyOnce(*collected, numbers);
    CheckpointHistory checkpoints = job->progress().checkpoints;
    EXPECT_GE(checkpoints.counts.restored, 1u);
    ASSERT_TRUE(checkpoints.latestRestored.has_value());
    EXPECT_EQ(checkpoints.latestRestored->externalPath, "");
    EXPECT_EQ(checkpoints.latestPath(), "");
    if (HasFatalFailure()) return;
  }
}

TEST(JobRestart, FailedCheckpointsAreTolerated) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimEnv env(seed);
    env.simFiles().failAfter(5 + seed);
    NumbersOptions numbers{.limit = 300, .keys = 5, .pauseMillis = 3};
    auto collected = std::make_shared<Collected>();
    JobGraph graph;
    graph.options.batchRows = 5;
    addCounting(graph, "", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}),
                collected);
    JobOptions options = restarting("/c");
    options.restart.kind = RestartKind::kNone;
    options.checkpoints.tolerableFailures = 1;
    auto job = runJobSimulated(std::move(graph), options, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    JobProgress progress = job->progress();
    EXPECT_EQ(progress.checkpoints.counts.failed, 1u);
    EXPECT_LE(progress.checkpoints.latest.size(), 10u);
    expectExactlyOnce(*collected, numbers);
    if (HasFatalFailure()) return;
  }
}

TEST(JobRestart, TooManyFailedCheckpointsRestartTheJob) {
  SimEnv env(5);
  env.simFiles().failAfter(9);
  NumbersOptions numbers{.limit = 300, .keys = 5, .pauseMillis = 3};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 5;
  addCounting(graph, "", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}), collected);
  auto job = runJobSimulated(std::move(graph), restarting("/c"), env, 5).value();
  ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
  EXPECT_EQ(job->progress().numRestarts, 1u);
  expectExactlyOnce(*collected, numbers);
}

TEST(JobRestart, CheckpointsBehindABlockedTaskTimeOut) {
  NumbersOptions numbers{.limit = 100'000, .keys = 5};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 10;
  graph.nodes.push_back(numbersNode("numbers", 1, numbers));
  // A second for each batch.
  graph.nodes.push_back(addNode("blocked", 1, {{0, Partitioning::kRebalance, {}}}, 0, 1'000'000));
  graph.nodes.push_back(sinkNode("sink", 1, {hashBy(1)}, collected));
  JobOptions options;
  options.checkpoints.intervalMillis = 10;
  options.checkpoints.timeoutMillis = 100;
  auto job = startJob(std::move(graph), options, realEnv()).value();
  ASSERT_TRUE(job->wait(20'000));
  ASSERT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_EQ(job->error().kind(), ErrorKind::kCheckpoint);
  EXPECT_NE(job->error().message().find("not complete after 100 ms"), std::string::npos)
      << describe(*job);
  EXPECT_NE(job->error().message().find("has not answered"), std::string::npos) << describe(*job);
}

TEST(JobRestart, AtLeastOnceLosesNothing) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 400, .keys = 7, .pauseMillis = 3};
    auto collected = std::make_shared<Collected>();
    auto plan = std::make_shared<FailurePlan>(std::set<int64_t>{200, 390});
    JobGraph graph;
    graph.options.batchRows = 1 + seed % 9;
    addCounting(graph, "", 3, numbers, plan, collected);
    JobOptions options = restarting("/c");
    options.checkpoints.alignsBarriers = false;
    auto job = runJobSimulated(std::move(graph), options, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    std::map<int64_t, int64_t> highest;
    for (const Collected::Row& row : collected->rows()) {
      highest[row.key] = std::max(highest[row.key], row.value);
    }
    for (int64_t key = 0; key < numbers.keys; ++key) {
      EXPECT_GE(highest[key], (numbers.limit - key + numbers.keys - 1) / numbers.keys);
    }
  }
}

TEST(JobRestart, SavepointsThatFailLetTheJobGoOn) {
  NumbersOptions numbers{.limit = 2'000'000, .keys = 5, .pauseMillis = 1};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 50;
  addCounting(graph, "", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}), collected);
  auto job = startJob(std::move(graph), {}, realEnv()).value();
  Result<std::string> none = job->stopWithSavepoint({});
  ASSERT_FALSE(none.ok());
  Result<std::string> refused = job->stopWithSavepoint("/proc/no-such-place");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kCheckpoint);
  EXPECT_EQ(job->status(), JobStatus::kRunning);
  uint64_t before = job->progress().operators[0].recordsOut;
  EXPECT_FALSE(job->wait(300));
  EXPECT_GT(job->progress().operators[0].recordsOut, before);

  std::string directory = fmt::format("/tmp/millrace-stop-test-{}", ::getpid());
  EXPECT_TRUE(job->stopWithSavepoint(directory).ok());
  EXPECT_EQ(job->status(), JobStatus::kStopped);
  // Twice.
  EXPECT_FALSE(job->stopWithSavepoint(directory).ok());
  realEnv().files().removeTree(directory).value();
}

// However early or late the stop comes, it stops the job with a savepoint or not at all, and never
// twice.
TEST(JobRestart, StopsAtAnyTimeAndOnlyOnce) {
  std::string directory = fmt::format("/tmp/millrace-stops-test-{}", ::getpid());
  NumbersOptions numbers{.limit = 400, .keys = 5, .pauseMillis = 1};
  int stopped = 0;
  for (int round = 0; round < 24; ++round) {
    auto collected = std::make_shared<Collected>();
    auto make = [&] {
      JobGraph graph;
      graph.options.batchRows = 5;
      addCounting(graph, "", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}),
                  collected);
      return graph;
    };
    JobOptions options = restarting(directory + "/checkpoints");
    auto job = startJob(make(), options, realEnv()).value();
    // It runs for some 40 ms.
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * round));
    std::vector<Result<std::string>> results(2, Result<std::string>(std::string()));
    std::vector<std::thread> callers;
    for (auto& result : results) {
      callers.emplace_back([&] { result = job->stopWithSavepoint(directory); });
    }
    for (std::thread& caller : callers) caller.join();
    ASSERT_TRUE(job->wait(20'000));
    EXPECT_FALSE(results[0].ok() && results[1].ok());
    for (const auto& result : results) {
      if (result.ok()) options.checkpoints.restorePath = result.value();
      if (!result.ok()) {
        EXPECT_EQ(result.error().kind(), ErrorKind::kCheckpoint);
      }
    }
    bool isStopped = !options.checkpoints.restorePath.empty();
    ASSERT_EQ(job->status(), isStopped ? JobStatus::kStopped : JobStatus::kFinished)
        << describe(*job);
    if (isStopped) {
      ++stopped;
      job = startJob(make(), options, realEnv()).value();
      ASSERT_TRUE(job->wait(20'000));
      ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
    }
    expectExactlyOnce(*collected, numbers);
    if (HasFatalFailure()) break;
  }
  EXPECT_GT(stopped, 3);
  realEnv().files().removeTree(directory).value();
}

// As at the end of the input: the last watermark has passed, and everything is committed.
TEST(JobRestart, DrainsBeforeItStops) {
  std::string directory = fmt::format("/tmp/millrace-drain-test-{}", ::getpid());
  for (int64_t intervalMillis : {0, 20}) {
    NumbersOptions numbers{.limit = 1'000'000'000, .keys = 5, .pauseMillis = 1};
    auto collected = std::make_shared<Collected>();
    auto make = [&] {
      JobGraph graph;
      graph.options.batchRows = 10;
      addCounting(graph, "left/", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}),
                  collected);
      addCounting(graph, "right/", 1, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}),
                  std::make_shared<Collected>());
      return graph;
    };
    JobOptions options;
    options.checkpoints.intervalMillis = intervalMillis;
    auto job = startJob(make(), options, realEnv()).value();
    EXPECT_FALSE(job->wait(100));
    std::string path = job->stopWithSavepoint(directory, StopMode::kDrain).value();
    EXPECT_EQ(job->status(), JobStatus::kFinished);
    JobProgress progress = job->progress();
    EXPECT_GT(progress.operators[0].recordsOut, 0u);
    EXPECT_EQ(collected->rows().size(), progress.operators[0].recordsOut);
    EXPECT_EQ(progress.operators[3].currentWatermark, kMaxWatermark);
    ASSERT_TRUE(progress.checkpoints.latestSavepoint.has_value());
    EXPECT_EQ(progress.checkpoints.latestSavepoint->externalPath, path);

    // A job that goes on from it counts on.
    options.checkpoints.restorePath = path;
    job = startJob(make(), options, realEnv()).value();
    EXPECT_FALSE(job->wait(100));
    ASSERT_TRUE(job->stopWithSavepoint(directory).ok());
    std::map<int64_t, std::vector<int64_t>> counts;
    for (const Collected::Row& row : collected->rows()) counts[row.key].push_back(row.value);
    for (auto& [key, values] : counts) {
      std::sort(values.begin(), values.end());
      for (size_t i = 0; i < values.size(); ++i) {
        ASSERT_EQ(values[i], static_cast<int64_t>(i) + 1) << "key " << key;
      }
    }
  }
  realEnv().files().removeTree(directory).value();
}

TEST(JobRestart, ADrainedJobWithoutItsSavepointStartsAgain) {
  NumbersOptions numbers{.limit = 1'000'000'000, .keys = 5, .pauseMillis = 1};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 10;
  addCounting(graph, "", 2, numbers, std::make_shared<FailurePlan>(std::set<int64_t>{}), collected);
  auto job = startJob(std::move(graph), restarting({}), realEnv()).value();
  EXPECT_FALSE(job->wait(100));
  EXPECT_FALSE(job->stopWithSavepoint("/proc/no-such-place", StopMode::kDrain).ok());
  EXPECT_FALSE(job->wait(200));
  EXPECT_EQ(job->progress().numRestarts, 1u);
  uint64_t before = job->progress().operators[0].recordsOut;
  EXPECT_FALSE(job->wait(100));
  EXPECT_GT(job->progress().operators[0].recordsOut, before);
  job->cancel();
  EXPECT_TRUE(job->wait(20'000));
}

TEST(JobRestart, RetentionDecidesWhatStays) {
  struct Case {
    CheckpointRetention retention;
    bool afterFinish;
    bool afterFailure;
  };
  for (Case each : {Case{CheckpointRetention::kAlways, true, true},
                    Case{CheckpointRetention::kRetainOnCancellation, false, true},
                    Case{CheckpointRetention::kDeleteOnCancellation, false, true},
                    Case{CheckpointRetention::kNever, false, false}}) {
    for (bool fails : {false, true}) {
      SimEnv env(7);
      NumbersOptions numbers{.limit = 300, .keys = 5, .pauseMillis = 3};
      JobGraph graph;
      graph.options.batchRows = 5;
      addCounting(
          graph, "", 1, numbers,
          std::make_shared<FailurePlan>(fails ? std::set<int64_t>{299} : std::set<int64_t>{}),
          std::make_shared<Collected>());
      JobOptions options = restarting("/c");
      options.restart.kind = RestartKind::kNone;
      options.checkpoints.retention = each.retention;
      auto job = runJobSimulated(std::move(graph), options, env, 7).value();
      ASSERT_EQ(job->status(), fails ? JobStatus::kFailed : JobStatus::kFinished);
      ASSERT_GT(job->progress().checkpoints.counts.completed, 1u);
      EXPECT_EQ(env.files().exists("/c/" + job->id()),
                fails ? each.afterFailure : each.afterFinish);
    }
  }
}

}  // namespace

}  // namespace millrace
