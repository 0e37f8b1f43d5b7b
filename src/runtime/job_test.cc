// Whole jobs of small operators, on threads and simulated.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
#include "runtime/runtime_test_fixture.h"

namespace millrace {

namespace {

using namespace runtime_test;

JobEdge hashBy(uint32_t from) { return {from, Partitioning::kHash, {0}}; }
JobEdge forward(uint32_t from) { return {from, Partitioning::kForward, {}}; }

// numbers -> +1 -> buffer -> hash -> count per key -> hash -> sink
JobGraph countJob(uint32_t parallelism, NumbersOptions options,
                  std::shared_ptr<Collected> collected, uint32_t batchRows = 4096,
                  int64_t failAt = -1) {
  JobGraph graph;
  graph.name = "count";
  graph.options.batchRows = batchRows;
  graph.nodes.push_back(numbersNode("numbers", parallelism, options));
  graph.nodes.push_back(addNode("add", parallelism, {forward(0)}, 0));
  graph.nodes.push_back(bufferNode("buffer", parallelism, {forward(1)}));
  graph.nodes.push_back(countNode("count", parallelism, {hashBy(2)}, failAt));
  graph.nodes.push_back(sinkNode("sink", parallelism, {hashBy(3)}, std::move(collected)));
  return graph;
}

// Every key has the counts 1, 2, ... in this order (within each part committed together).
void expectExactCounts(const Collected& collected, NumbersOptions options) {
  std::map<int64_t, std::vector<int64_t>> counts;
  for (const Collected::Row& row : collected.rows()) counts[row.key].push_back(row.value);
  ASSERT_EQ(counts.size(), static_cast<size_t>(std::min(options.keys, options.limit)));
  for (const auto& [key, values] : counts) {
    int64_t expected = (options.limit - key + options.keys - 1) / options.keys;
    ASSERT_EQ(values.size(), static_cast<size_t>(expected)) << "key " << key;
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(values[i], static_cast<int64_t>(i) + 1) << "key " << key;
    }
  }
}

std::unique_ptr<Job> runThreaded(JobGraph graph, JobOptions options = {}) {
  std::unique_ptr<Job> job = startJob(std::move(graph), options, realEnv()).value();
  EXPECT_TRUE(job->wait(60'000));
  return job;
}

std::string describe(const Job& job) {
  return job.status() == JobStatus::kFailed ? job.error().describe() : jobStatusName(job.status());
}

TEST(Job, CountsInOrderOnThreads) {
  for (uint32_t parallelism : {1, 2, 3}) {
    for (uint32_t batchRows : {1, 100, 4096}) {
      NumbersOptions numbers{.limit = 20'000, .keys = 37};
      auto collected = std::make_shared<Collected>();
      JobOptions options;
      options.numWorkers = 3;
      options.channelCapacity = batchRows == 100 ? 1 : 8;
      auto job = runThreaded(countJob(parallelism, numbers, collected, batchRows), options);
      ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
      expectExactCounts(*collected, numbers);
      EXPECT_EQ(collected->lowestFinalWatermark(parallelism), kMaxWatermark);
      EXPECT_EQ(job->progress().operators[0].recordsOut, 20'000u);
      EXPECT_EQ(job->progress().operators[3].recordsIn, 20'000u);
      EXPECT_EQ(job->progress().operators[4].currentWatermark, kMaxWatermark);
    }
  }
}

TEST(Job, CountsInOrderSimulated) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SimEnv env(seed);
    uint32_t parallelism = 1 + seed % 4;
    NumbersOptions numbers{.limit = 500, .keys = 7, .pauseMillis = seed % 3 == 0 ? 4 : 0};
    auto collected = std::make_shared<Collected>();
    JobOptions options;
    options.channelCapacity = 1 + seed % 3;
    options.checkpoints.intervalMillis = seed % 2 == 0 ? 7 : 0;
    auto job =
        runJobSimulated(countJob(parallelism, numbers, collected, 1 + seed % 9), options, env, seed)
            .value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*job);
    expectExactCounts(*collected, numbers);
  }
}

TEST(Job, WatermarksNeverOvertakeRows) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 400, .keys = 400, .watermarkEvery = 5};
    auto collected = std::make_shared<Collected>();
    JobGraph graph;
    graph.options.batchRows = 1 + seed % 20;
    graph.nodes.push_back(numbersNode("numbers", 3, numbers));
    graph.nodes.push_back(addNode("add", 2, {{0, Partitioning::kRebalance, {}}}));
    graph.nodes.push_back(sinkNode("sink", 3, {hashBy(1)}, collected));
    auto job = runJobSimulated(std::move(graph), {}, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
    EXPECT_EQ(collected->rows().size(), 400u);
    // A row's value is its event time, and no row is late: watermarks hold for all channels.
    for (const Collected::Row& row : collected->rows()) ASSERT_GT(row.value, row.watermark);
  }
}

TEST(Job, DiamondsInsideAndAcrossTasks) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 300, .keys = 5};
    auto collected = std::make_shared<Collected>();
    uint32_t parallelism = 1 + seed % 3;
    JobGraph graph;
    graph.options.batchRows = 1 + seed % 20;
    graph.nodes.push_back(numbersNode("numbers", parallelism, numbers));
    graph.nodes.push_back(addNode("left", parallelism, {forward(0)}, 0));
    graph.nodes.push_back(addNode("right", parallelism, {forward(0)}, 1000));
    graph.nodes.push_back(unionNode("near", parallelism, {forward(1), forward(2)}));
    graph.nodes.push_back(countNode("count", parallelism, {hashBy(0)}));
    graph.nodes.push_back(
        unionNode("far", parallelism, {forward(3), hashBy(4), {0, Partitioning::kBroadcast, {}}}));
    graph.nodes.push_back(sinkNode("sink", 1, {{5, Partitioning::kSingleton, {}}}, collected));
    JobOptions options;
    options.channelCapacity = 1;
    options.checkpoints.intervalMillis = 3;
    auto job = runJobSimulated(std::move(graph), options, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
    EXPECT_EQ(collected->rows().size(), 300u * (3 + parallelism));
    EXPECT_EQ(collected->lowestFinalWatermark(1), kMaxWatermark);
  }
}

TEST(Job, BackpressureIsMeasuredAndLosesNothing) {
  NumbersOptions numbers{.limit = 3'000, .keys = 11};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 10;
  graph.nodes.push_back(numbersNode("numbers", 2, numbers));
  graph.nodes.push_back(addNode("slow", 1, {{0, Partitioning::kSingleton, {}}}, 0, 100));
  graph.nodes.push_back(sinkNode("sink", 1, {forward(1)}, collected));
  JobOptions options;
  options.channelCapacity = 1;
  auto job = startJob(std::move(graph), options, realEnv()).value();
  double backpressured = 0;
  while (!job->wait(10)) backpressured += job->progress().operators[0].backpressured;
  ASSERT_EQ(job->status(), JobStatus::kFinished) << describe(*job);
  EXPECT_EQ(collected->rows().size(), 3'000u);
  EXPECT_GT(backpressured, 0.1);
}

TEST(Job, FailureEndsTheJobWithoutCommit) {
  NumbersOptions numbers{.limit = 1'000, .keys = 1};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.options.batchRows = 10;
  graph.nodes.push_back(numbersNode("numbers", 2, numbers));
  graph.nodes.push_back(countNode("count", 2, {hashBy(0)}, 500));
  graph.nodes.push_back(sinkNode("sink", 2, {hashBy(1)}, collected));
  auto job = runThreaded(std::move(graph));
  ASSERT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_EQ(job->error().kind(), ErrorKind::kArithmetic);
  EXPECT_TRUE(collected->rows().empty());
}

TEST(Job, CancelCommitsNothing) {
  auto collected = std::make_shared<Collected>();
  NumbersOptions numbers{.limit = 100, .endless = true};
  auto job = startJob(countJob(2, numbers, collected), {}, realEnv()).value();
  EXPECT_FALSE(job->wait(30));
  job->cancel();
  EXPECT_TRUE(job->wait(10'000));
  EXPECT_EQ(job->status(), JobStatus::kCancelled);
  EXPECT_TRUE(collected->rows().empty());
  EXPECT_FALSE(job->checkpoint().ok());
}

TEST(Job, IdleSourcesDoNotHoldWatermarksBack) {
  SimEnv env(1);
  NumbersOptions numbers{.limit = 100, .endless = true, .silentSubtask = 1};
  auto collected = std::make_shared<Collected>();
  JobGraph graph;
  graph.nodes.push_back(numbersNode("numbers", 2, numbers));
  graph.nodes.push_back(idleNode("idle", 2, {forward(0)}, 1));
  graph.nodes.push_back(sinkNode("sink", 1, {{1, Partitioning::kSingleton, {}}}, collected));
  // Subtask 0 has read its 50 numbers; then nothing happens any more.
  auto job = runJobSimulated(std::move(graph), {}, env, 1).value();
  ASSERT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_EQ(collected->lowestFinalWatermark(1), 89);
}

TEST(Job, WrongGraphsAreErrors) {
  JobGraph graph;
  EXPECT_FALSE(startJob(graph, {}, realEnv()).ok());
  graph.nodes.push_back(numbersNode("numbers", 200, {}));
  EXPECT_EQ(startJob(graph, {}, realEnv()).error().kind(), ErrorKind::kInvalidOption);
  graph.nodes[0].parallelism = 2;
  graph.nodes.push_back(addNode("add", 1, {forward(0)}));
  EXPECT_EQ(startJob(graph, {}, realEnv()).error().kind(), ErrorKind::kInternal);
}

// Stops with a checkpoint after some rows, restores at another parallelism, perhaps several times.
void runInParts(Env& env, uint64_t seed, bool simulated, const std::string& directory) {
  NumbersOptions numbers{.limit = 600, .keys = 13};
  auto collected = std::make_shared<Collected>();
  std::string path;
  uint64_t parts = 0;
  while (true) {
    uint32_t parallelism = 1 + (seed + parts) % 4;
    JobOptions options;
    options.channelCapacity = 1 + seed % 3;
    options.checkpoints.directory = directory;
    options.checkpoints.restorePath = path;
    options.checkpoints.intervalMillis = seed % 2 == 0 ? 5 : 0;
    if (parts < 3) options.checkpoints.stopAfterRecords = 50 + seed % 100;
    JobGraph graph = countJob(parallelism, numbers, collected, 1 + seed % 30);
    std::unique_ptr<Job> job;
    if (simulated) {
      job = runJobSimulated(std::move(graph), options, env, seed).value();
    } else {
      job = startJob(std::move(graph), options, env).value();
      ASSERT_TRUE(job->wait(20'000)) << "seed " << seed << " part " << parts;
    }
    if (job->status() == JobStatus::kFinished) break;
    ASSERT_EQ(job->status(), JobStatus::kStopped) << "seed " << seed << " " << describe(*job);
    uint64_t read = job->progress().operators[0].recordsOut;
    EXPECT_GE(read, options.checkpoints.stopAfterRecords);
    path = job->progress().checkpoints.latestPath();
    ASSERT_FALSE(path.empty());
    ++parts;
  }
  EXPECT_GE(parts, 3u);
  expectExactCounts(*collected, numbers);
}

TEST(Job, RestoresAtOtherParallelismsSimulated) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SimEnv env(seed);
    env.simFiles().setDelayMicros(500);
    runInParts(env, seed, true, "/checkpoints");
    if (HasFatalFailure()) return;
  }
}

TEST(Job, RestoresAtOtherParallelismsOnThreads) {
  std::string directory = fmt::format("/tmp/millrace-job-test-{}", ::getpid());
  for (uint64_t seed = 1; seed <= 8; ++seed) runInParts(realEnv(), seed, false, directory);
  realEnv().files().removeTree(directory).value();
}

TEST(Job, StopsWithSavepointAndChecksClaims) {
  std::string directory = fmt::format("/tmp/millrace-savepoint-test-{}", ::getpid());
  auto collected = std::make_shared<Collected>();
  NumbersOptions numbers{.limit = 1'000'000, .keys = 5, .pauseMillis = 1};
  auto job = startJob(countJob(2, numbers, collected, 50), {}, realEnv()).value();
  EXPECT_TRUE(job->checkpoint().ok());
  std::string path = job->stopWithSavepoint(directory).value();
  EXPECT_EQ(job->status(), JobStatus::kStopped);
  EXPECT_FALSE(collected->rows().empty());

  JobGraph other;
  other.nodes.push_back(numbersNode("other", 1, {.limit = 10}));
  other.nodes.push_back(sinkNode("sink", 1, {forward(0)}, collected));
  JobOptions options;
  options.checkpoints.restorePath = path;
  Result<std::unique_ptr<Job>> refused = startJob(other, options, realEnv());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kRestore);
  options.checkpoints.allowNonRestoredState = true;
  EXPECT_TRUE(startJob(other, options, realEnv()).ok());
  options.checkpoints.restorePath = directory + "/none";
  EXPECT_FALSE(startJob(other, options, realEnv()).ok());
  realEnv().files().removeTree(directory).value();
}

// Counts go on while the states of a checkpoint are written: many slices, among many changes.
TEST(Job, CheckpointsHaveTheStatesOfTheirBarrier) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SimEnv env(seed);
    env.simFiles().setDelayMicros(500);
    NumbersOptions numbers{.limit = 120'000, .keys = 50'000, .pauseMillis = 1};
    auto collected = std::make_shared<Collected>();
    JobOptions options;
    options.checkpoints.directory = "/checkpoints";
    options.checkpoints.intervalMillis = 20;
    int64_t failAt = 70'000 + static_cast<int64_t>(seed) * 5'000;
    auto failed =
        runJobSimulated(countJob(1 + seed % 2, numbers, collected, 300, failAt), options, env, seed)
            .value();
    ASSERT_EQ(failed->status(), JobStatus::kFailed);
    options.checkpoints.restorePath = failed->progress().checkpoints.latestPath();
    ASSERT_FALSE(options.checkpoints.restorePath.empty());
    EXPECT_GT(collected->rows().size(), 20'000U);
    auto rest = runJobSimulated(countJob(1 + seed % 3, numbers, collected, 300), options, env, seed)
                    .value();
    ASSERT_EQ(rest->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*rest);
    expectExactCounts(*collected, numbers);
  }
}

TEST(Job, StateBeyondTheBudgetEndsTheJobWithACheckpoint) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SimEnv env(seed);
    NumbersOptions numbers{.limit = 60'000, .keys = 60'000, .pauseMillis = 5};
    auto collected = std::make_shared<Collected>();
    JobOptions options;
    options.checkpoints.directory = "/checkpoints";
    options.checkpoints.intervalMillis = seed % 2 == 0 ? 50 : 0;
    options.stateMemoryBudget = 500'000;
    auto job = runJobSimulated(countJob(1 + seed % 3, numbers, collected, 300), options, env, seed)
                   .value();
    ASSERT_EQ(job->status(), JobStatus::kFailed);
    EXPECT_EQ(job->error().kind(), ErrorKind::kOutOfMemoryBudget);
    std::string text = job->error().describe();
    EXPECT_NE(text.find("count 0."), std::string::npos) << text;
    EXPECT_NE(text.find("(counts 0."), std::string::npos) << text;
    EXPECT_NE(text.find("millrace.state.memory-budget"), std::string::npos) << text;
    EXPECT_LT(job->progress().operators[0].recordsOut, 50'000U);
    EXPECT_EQ(job->progress().operators[3].states[0].name, "counts");
    if (options.checkpoints.intervalMillis == 0) continue;
    options.checkpoints.restorePath = job->progress().checkpoints.latestPath();
    options.stateMemoryBudget = 0;
    EXPECT_EQ(collected->rows().size(), job->progress().operators[0].recordsOut);
    auto rest = runJobSimulated(countJob(2, numbers, collected, 300), options, env, seed).value();
    ASSERT_EQ(rest->status(), JobStatus::kFinished) << "seed " << seed << " " << describe(*rest);
    expectExactCounts(*collected, numbers);
  }
}

TEST(Job, FailingDiskFailsTheJob) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimEnv env(seed);
    env.simFiles().failAfter(seed);
    NumbersOptions numbers{.limit = 400, .pauseMillis = 3};
    auto collected = std::make_shared<Collected>();
    JobOptions options;
    options.checkpoints.directory = "/c";
    options.checkpoints.intervalMillis = 5;
    auto job = runJobSimulated(countJob(2, numbers, collected, 10), options, env, seed).value();
    ASSERT_EQ(job->status(), JobStatus::kFailed);
    EXPECT_EQ(job->error().kind(), ErrorKind::kCheckpoint);
  }
}

}  // namespace

}  // namespace millrace
