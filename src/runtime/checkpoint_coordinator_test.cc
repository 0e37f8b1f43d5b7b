// The options of checkpoints, on the virtual clock.
#include "runtime/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include "env/sim/sim_env.h"
#include "runtime/runtime_test_fixture.h"

namespace millrace {

namespace {

using namespace runtime_test;

// About 180 ms of the clock.
std::unique_ptr<Job> runCounting(SimEnv& env, const CheckpointOptions& checkpoints) {
  JobGraph graph;
  graph.name = "count";
  graph.options.batchRows = 5;
  graph.nodes.push_back(numbersNode("numbers", 1, {.limit = 300, .keys = 5, .pauseMillis = 3}));
  graph.nodes.push_back(countNode("count", 2, {{0, Partitioning::kHash, {0}}}));
  graph.nodes.push_back(
      sinkNode("sink", 1, {{1, Partitioning::kHash, {0}}}, std::make_shared<Collected>()));
  JobOptions options;
  options.checkpoints = checkpoints;
  options.checkpoints.directory = "/c";
  return runJobSimulated(std::move(graph), options, env, 1).value();
}

TEST(CheckpointCoordinator, KeepsThePause) {
  CheckpointOptions options;
  options.intervalMillis = 10;
  SimEnv often(1);
  EXPECT_GE(runCounting(often, options)->progress().checkpointsCompleted, 12u);
  options.minPauseMillis = 50;
  SimEnv seldom(1);
  uint64_t completed = runCounting(seldom, options)->progress().checkpointsCompleted;
  EXPECT_GE(completed, 3u);
  // The final one waits for nothing.
  EXPECT_LE(completed, 5u);
}

TEST(CheckpointCoordinator, DescribesTheLastCheckpoints) {
  CheckpointOptions options;
  options.intervalMillis = 10;
  options.firstId = 100;
  SimEnv env(1);
  auto job = runCounting(env, options);
  JobProgress progress = job->progress();
  ASSERT_EQ(progress.checkpoints.size(), 10u);
  EXPECT_EQ(progress.checkpoints[0].id, 99 + progress.checkpointsCompleted);
  EXPECT_EQ(progress.checkpoints[0].path, progress.lastCheckpointPath);
  for (size_t i = 0; i < progress.checkpoints.size(); ++i) {
    const CheckpointStatistics& checkpoint = progress.checkpoints[i];
    EXPECT_EQ(checkpoint.id, progress.checkpoints[0].id - i);
    EXPECT_EQ(checkpoint.state, CheckpointState::kCompleted);
    EXPECT_FALSE(checkpoint.isSavepoint);
    uint64_t bytes = 0;
    for (const CheckpointStatistics::Operator& op : checkpoint.operators) {
      EXPECT_EQ(op.parallelism, op.id == "count" ? 2u : 1u);
      bytes += op.bytes;
    }
    EXPECT_EQ(checkpoint.operators.size(), 3u);
    EXPECT_GT(bytes, 0u);
    EXPECT_EQ(checkpoint.bytes, bytes);
  }
}

}  // namespace

}  // namespace millrace
