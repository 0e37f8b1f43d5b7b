#include <gtest/gtest.h>

#include "control/control_world.h"
#include "control/scaling/scaling_policy.h"

namespace millrace::kinesisanalyticsv2 {
namespace {

constexpr int64_t kMinute = 60'000;

TEST(ScalingPolicy, FifteenHighPointsScaleUp) {
  ScalingPolicy policy;
  for (int i = 0; i < 14; ++i) EXPECT_EQ(policy.add(75, 2, {1, 64}), 2);
  EXPECT_EQ(policy.add(75, 2, {1, 64}), 4);
  EXPECT_EQ(policy.add(75, 4, {1, 64}), 4);  // it counts anew
}

TEST(ScalingPolicy, OneLowerPointInBetweenStartsAgain) {
  ScalingPolicy policy;
  for (int i = 0; i < 14; ++i) EXPECT_EQ(policy.add(99, 1, {1, 64}), 1);
  EXPECT_EQ(policy.add(74.9, 1, {1, 64}), 1);
  for (int i = 0; i < 14; ++i) EXPECT_EQ(policy.add(99, 1, {1, 64}), 1);
  EXPECT_EQ(policy.add(99, 1, {1, 64}), 2);
}

TEST(ScalingPolicy, StaysWithinItsBounds) {
  ScalingPolicy up;
  for (int i = 0; i < 14; ++i) EXPECT_EQ(up.add(99, 5, {1, 8}), 5);
  EXPECT_EQ(up.add(99, 5, {1, 8}), 8);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(up.add(99, 8, {1, 8}), 8);
  ScalingPolicy down;
  for (int i = 0; i < 359; ++i) EXPECT_EQ(down.add(9.9, 4, {3, 8}), 4);
  EXPECT_EQ(down.add(9.9, 4, {3, 8}), 3);
  for (int i = 0; i < 400; ++i) EXPECT_EQ(down.add(0, 3, {3, 8}), 3);
}

TEST(Autoscaler, ScalesUpAndDownOnTheClock) {
  ControlWorld world;
  world.engine().setReport({90, 0});
  world.runApplication("app");
  world.pass(14 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 1);
  world.pass(2 * kMinute);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_EQ(world.newestOperation("app"), "AutoScaling SUCCESSFUL");
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 2);
  EXPECT_NE(world.engine().lastRequest(1).restoreLocation, "");
  EXPECT_EQ(world.version("app"), 1);
  world.engine().setReport({5, 0});
  world.pass(359 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 2);
  world.pass(2 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 1);
  // Never below Parallelism.
  world.pass(400 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 1);
}

TEST(Autoscaler, KeepsToTheOperatorsMaximumAndTheQuota) {
  ControlWorld world;
  world.quotas.kpus = 3;
  world.restart();
  world.engine().setReport({90, 0});
  world.runApplication("app");
  world.pass(120 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 3);

  ControlWorld other;
  other.engine().setReport({90, 5});
  other.runApplication("app");
  other.pass(120 * kMinute);
  EXPECT_EQ(other.engine().lastRequest(1).parallelism, 5);
}

// The job does not start at that parallelism.
ScriptedEngine::Script failingAt(ControlWorld& world, int32_t parallelism) {
  return [&world, parallelism](ScriptedEngine::Command command, JobId job) {
    bool fails = command == ScriptedEngine::Command::kStart &&
                 world.engine().lastRequest(job.application).parallelism == parallelism;
    return ScriptedAnswer{fails ? ScriptedAnswer::Kind::kFails : ScriptedAnswer::Kind::kGood};
  };
}

TEST(Autoscaler, AFailedScalingGoesBackWithItsState) {
  ControlWorld world;
  world.engine().setReport({90, 0});
  world.runApplication("app",
                       R"({"ApplicationSystemRollbackConfiguration":{"RollbackEnabled":true}})");
  world.script = failingAt(world, 2);
  world.pass(16 * kMinute);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_EQ(world.newestOperation("app"), "RollbackApplication SUCCESSFUL");
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 1);
  EXPECT_NE(world.engine().lastRequest(1).restoreLocation, "");
}

TEST(Autoscaler, AFailedScalingWithoutRollbackIsReady) {
  ControlWorld world;
  world.engine().setReport({90, 0});
  world.runApplication("app");
  world.script = failingAt(world, 2);
  world.pass(16 * kMinute);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.newestOperation("app"), "AutoScaling FAILED scripted failure");
}

TEST(Autoscaler, LeavesThoseWhoDoNotWantIt) {
  ControlWorld world;
  world.engine().setReport({90, 0});
  world.runApplication(
      "app", R"({"FlinkApplicationConfiguration":{"ParallelismConfiguration":{"ConfigurationType":)"
             R"("CUSTOM","Parallelism":2,"AutoScalingEnabled":false}}})");
  world.pass(60 * kMinute);
  EXPECT_EQ(world.engine().lastRequest(1).parallelism, 2);
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
