// The options and the statistics of checkpoints.
#include "runtime/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "env/file_system.h"
#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
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

// Of a checkpoint that is complete.
void expectConsistent(const CheckpointStatistics& checkpoint) {
  EXPECT_EQ(checkpoint.numAcknowledgedSubtasks, checkpoint.numSubtasks);
  int64_t end = checkpoint.triggerTimestampMillis + checkpoint.endToEndDurationMillis;
  EXPECT_LE(checkpoint.latestAckTimestampMillis, end);
  uint64_t bytes = 0;
  uint32_t numSubtasks = 0;
  for (const TaskCheckpointStatistics& task : checkpoint.tasks) {
    ASSERT_EQ(task.subtasks.size(), task.numSubtasks);
    EXPECT_TRUE(task.name.starts_with(task.headId)) << task.name;
    for (uint32_t i = 0; i < task.numSubtasks; ++i) {
      const SubtaskCheckpointStatistics& subtask = task.subtasks[i];
      EXPECT_EQ(subtask.index, i);
      EXPECT_EQ(subtask.ackTimestampMillis,
                checkpoint.triggerTimestampMillis + subtask.endToEndDurationMillis);
      EXPECT_LE(subtask.startDelayMillis, subtask.endToEndDurationMillis);
      uint64_t ofStates = 0;
      for (const StateCheckpointStatistics& state : subtask.states) {
        if (task.headId == "count") {
          EXPECT_EQ(state.operatorId, "count");
        }
        ofStates += state.checkpointedBytes;
      }
      // The file has headers and a directory as well.
      EXPECT_LE(ofStates, subtask.checkpointedBytes);
      bytes += subtask.checkpointedBytes;
      ++numSubtasks;
    }
  }
  EXPECT_EQ(numSubtasks, checkpoint.numSubtasks);
  EXPECT_EQ(bytes, checkpoint.checkpointedBytes);
}

TEST(CheckpointCoordinator, KeepsThePause) {
  CheckpointOptions options;
  options.intervalMillis = 10;
  SimEnv often(1);
  EXPECT_GE(runCounting(often, options)->progress().checkpoints.counts.completed, 12u);
  options.minPauseMillis = 50;
  SimEnv seldom(1);
  uint64_t completed = runCounting(seldom, options)->progress().checkpoints.counts.completed;
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
  CheckpointHistory history = job->progress().checkpoints;
  EXPECT_GE(history.counts.completed, 12u);
  EXPECT_EQ(history.counts.triggered, history.counts.completed);
  EXPECT_EQ(history.counts.inProgress + history.counts.failed + history.counts.restored, 0u);
  ASSERT_EQ(history.latest.size(), 10u);
  EXPECT_EQ(history.latest[0].id, 99 + history.counts.completed);
  EXPECT_EQ(history.latest[0].externalPath, history.latestPath());
  ASSERT_TRUE(history.latestCompleted.has_value());
  EXPECT_EQ(history.latestCompleted->id, history.latest[0].id);
  EXPECT_FALSE(history.latestSavepoint || history.latestFailed || history.latestRestored);
  for (size_t i = 0; i < history.latest.size(); ++i) {
    const CheckpointStatistics& checkpoint = history.latest[i];
    EXPECT_EQ(checkpoint.id, history.latest[0].id - i);
    EXPECT_EQ(checkpoint.status, CheckpointStatus::kCompleted);
    EXPECT_FALSE(checkpoint.isSavepoint);
    expectConsistent(checkpoint);
    // The files have what was counted.
    if (!env.files().exists(checkpoint.externalPath)) continue;
    uint64_t bytes = 0;
    std::vector<FileInfo> files = env.files().list(checkpoint.externalPath).value();
    for (const FileInfo& file : files) bytes += file.path.ends_with(".state") ? file.size : 0;
    EXPECT_EQ(checkpoint.checkpointedBytes, bytes);
  }
}

TEST(CheckpointCoordinator, TellsWhyOneFailedAndWhatTheJobWentOnFrom) {
  CheckpointOptions options;
  options.intervalMillis = 10;
  options.tolerableFailures = 1;
  SimEnv env(1);
  env.simFiles().failAfter(9);
  auto job = runCounting(env, options);
  CheckpointHistory history = job->progress().checkpoints;
  EXPECT_EQ(history.counts.failed, 1u);
  EXPECT_EQ(history.counts.triggered, history.counts.completed + 1);
  ASSERT_TRUE(history.latestFailed.has_value());
  const CheckpointStatistics& failed = *history.latestFailed;
  EXPECT_EQ(failed.status, CheckpointStatus::kFailed);
  EXPECT_NE(failed.failureMessage.find("could not"), std::string::npos) << failed.failureMessage;
  EXPECT_EQ(failed.failureTimestampMillis,
            failed.triggerTimestampMillis + failed.endToEndDurationMillis);
  EXPECT_EQ(failed.externalPath, "");

  options.restorePath = history.latestPath();
  history = runCounting(env, options)->progress().checkpoints;
  EXPECT_EQ(history.counts.restored, 1u);
  ASSERT_TRUE(history.latestRestored.has_value());
  EXPECT_EQ(history.latestRestored->externalPath, options.restorePath);
  EXPECT_GT(history.latestRestored->id, 0u);
}

// The slow half of the diamond holds the barrier back.
TEST(CheckpointCoordinator, MeasuresAlignment) {
  JobGraph graph;
  graph.options.batchRows = 10;
  graph.nodes.push_back(numbersNode("numbers", 1, {.limit = 10'000, .keys = 5, .pauseMillis = 1}));
  graph.nodes.push_back(addNode("fast", 2, {{0, Partitioning::kRebalance, {}}}));
  graph.nodes.push_back(addNode("slow", 2, {{0, Partitioning::kRebalance, {}}}, 0, 20'000));
  graph.nodes.push_back(
      unionNode("union", 2, {{1, Partitioning::kHash, {0}}, {2, Partitioning::kHash, {0}}}));
  JobOptions options;
  options.numWorkers = 4;
  auto job = startJob(std::move(graph), options, realEnv()).value();
  EXPECT_FALSE(job->wait(200));
  ASSERT_TRUE(job->checkpoint().ok());
  CheckpointStatistics checkpoint = job->progress().checkpoints.latest.front();
  expectConsistent(checkpoint);
  uint64_t longest = 0;
  for (const TaskCheckpointStatistics& task : checkpoint.tasks) {
    for (const SubtaskCheckpointStatistics& subtask : task.subtasks) {
      if (task.headId == "union") longest = std::max(longest, subtask.alignmentMicros);
      if (task.headId == "numbers") {
        EXPECT_EQ(subtask.alignmentMicros, 0u);
      }
    }
  }
  EXPECT_GE(longest, 1'000u);
}

}  // namespace

}  // namespace millrace
