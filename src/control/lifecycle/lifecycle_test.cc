#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/control_world.h"

namespace millrace::kinesisanalyticsv2 {
namespace {

using Json = nlohmann::ordered_json;
using Command = ScriptedEngine::Command;
using Kind = ScriptedAnswer::Kind;

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr const char* kApp = R"({"ApplicationName":"app"})";

// Every `command` ends so, everything else well.
ScriptedEngine::Script answering(Command command, ScriptedAnswer answer) {
  return [=](Command asked, JobId) { return asked == command ? answer : ScriptedAnswer(); };
}

ScriptedEngine::Script good() {
  return [](Command, JobId) { return ScriptedAnswer(); };
}

ScriptedAnswer failing(std::string reason) { return {Kind::kFails, 100, std::move(reason)}; }
ScriptedAnswer silent() { return {Kind::kSilent, 100, ""}; }

Json snapshots(ControlWorld& world) {
  return Json::parse(world.mustCall("ListApplicationSnapshots", kApp))["SnapshotSummaries"];
}

int countOf(ControlWorld& world, Command command) {
  int count = 0;
  for (Command asked : world.engine().commands()) count += asked == command ? 1 : 0;
  return count;
}

std::string update(int64_t version, const std::string& configuration) {
  return R"({"ApplicationName":"app","CurrentApplicationVersionId":)" + std::to_string(version) +
         R"(,"ApplicationConfigurationUpdate":)" + configuration + "}";
}

const std::string kNewProperties =
    R"({"EnvironmentPropertyUpdates":{"PropertyGroups":[{"PropertyGroupId":"g",)"
    R"("PropertyMap":{"k":"v"}}]}})";
const std::string kRollbackEnabled =
    R"({"ApplicationSystemRollbackConfiguration":{"RollbackEnabled":true}})";

TEST(Lifecycle, AStartIsNotItsEnd) {
  ControlWorld world;
  world.createApplication("app");
  EXPECT_EQ(world.status("app"), "READY");
  world.mustCall("StartApplication", kApp);
  EXPECT_EQ(world.status("app"), "STARTING");
  EXPECT_EQ(world.newestOperation("app"), "StartApplication IN_PROGRESS");
  EXPECT_EQ(world.call("StartApplication", kApp), "ResourceInUseException");
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_EQ(world.newestOperation("app"), "StartApplication SUCCESSFUL");
}

TEST(Lifecycle, AFailedStartSaysWhy) {
  ControlWorld world;
  world.script = answering(Command::kStart, failing("syntax error: near 'FORM' (line 3)"));
  world.createApplication("app");
  world.mustCall("StartApplication", kApp);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.newestOperation("app"),
            "StartApplication FAILED syntax error: near 'FORM' (line 3)");
}

TEST(Lifecycle, AStartThatHangsTimesOutAndIsCancelled) {
  ControlWorld world;
  world.script = answering(Command::kStart, silent());
  world.createApplication("app");
  world.mustCall("StartApplication", kApp);
  world.pass(5 * kMinute - kSecond);
  EXPECT_EQ(world.status("app"), "STARTING");
  world.pass(2 * kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_NE(world.newestOperation("app").find("did not start within a total timeout of 5 minutes"),
            std::string::npos);
  world.pass(kSecond);
  EXPECT_TRUE(world.engine().alive().empty());
}

TEST(Lifecycle, AStopTakesASnapshotThatTheNextStartRestores) {
  ControlWorld world;
  world.runApplication("app");
  EXPECT_EQ(world.engine().lastRequest(1).restoreLocation, "");
  world.mustCall("StopApplication", kApp);
  EXPECT_EQ(world.status("app"), "STOPPING");
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  Json list = snapshots(world);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["SnapshotStatus"], "READY");
  world.mustCall("StartApplication", kApp);
  world.pass(kSecond);
  std::string name = list[0]["SnapshotName"];
  EXPECT_EQ(world.engine().lastRequest(1).restoreLocation, "savepoint/" + name);
}

TEST(Lifecycle, SkipMeansSkip) {
  ControlWorld world;
  world.runApplication("app");
  world.mustCall("StopApplication", kApp);
  world.pass(kSecond);
  world.mustCall(
      "StartApplication",
      R"({"ApplicationName":"app","RunConfiguration":{"ApplicationRestoreConfiguration":)"
      R"({"ApplicationRestoreType":"SKIP_RESTORE_FROM_SNAPSHOT"}}})");
  world.pass(kSecond);
  EXPECT_EQ(world.engine().lastRequest(1).restoreLocation, "");
}

TEST(Lifecycle, WithoutASnapshotTheJobGoesOnAndCanBeStoppedAgain) {
  ControlWorld world;
  world.script = answering(Command::kStop, failing("disk full"));
  world.runApplication("app");
  world.mustCall("StopApplication", kApp);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_NE(world.newestOperation("app").find("disk full"), std::string::npos);
  EXPECT_EQ(snapshots(world)[0]["SnapshotStatus"], "FAILED");
  world.script = good();
  world.mustCall("StopApplication", kApp);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
}

TEST(Lifecycle, SnapshotsThatAreDisabledAreNotTaken) {
  ControlWorld world;
  world.runApplication("app", R"({"ApplicationSnapshotConfiguration":{"SnapshotsEnabled":false}})");
  world.mustCall("StopApplication", kApp);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_TRUE(snapshots(world).empty());
}

TEST(Lifecycle, AForcedStopWinsOverALateStart) {
  ControlWorld world;
  world.script = answering(Command::kStart, {Kind::kGood, 30 * kSecond, ""});
  world.createApplication("app");
  world.mustCall("StartApplication", kApp);
  world.pass(10 * kSecond);
  world.mustCall("StopApplication", R"({"ApplicationName":"app","Force":true})");
  EXPECT_EQ(world.status("app"), "FORCE_STOPPING");
  world.pass(kMinute);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.newestOperation("app"), "StopApplication SUCCESSFUL");
  EXPECT_TRUE(world.engine().alive().empty());
}

TEST(Lifecycle, AStopThatIsCommittedFirstKeepsTheStartFromTheEngine) {
  ControlWorld world;
  world.createApplication("app");
  // Both are committed before the life cycle has looked at either.
  world.mustCall("StartApplication", kApp);
  world.mustCall("StopApplication", R"({"ApplicationName":"app","Force":true})");
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(countOf(world, Command::kStart), 0);
}

TEST(Lifecycle, ALateAnswerOfAnOlderAttemptChangesNothing) {
  ControlWorld world;
  world.script = answering(Command::kCancel, {Kind::kGood, 2 * kMinute, ""});
  world.runApplication("app");
  world.mustCall("StopApplication", R"({"ApplicationName":"app","Force":true})");
  world.pass(kMinute + kSecond);
  ASSERT_EQ(world.status("app"), "READY");
  world.mustCall("StartApplication", kApp);
  world.pass(5 * kMinute);
  EXPECT_EQ(world.status("app"), "RUNNING");
}

TEST(Lifecycle, AnUpdateGoesOnFromItsSnapshot) {
  ControlWorld world;
  world.runApplication("app");
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  EXPECT_EQ(world.status("app"), "UPDATING");
  EXPECT_EQ(world.version("app"), 2);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_EQ(world.newestOperation("app"), "UpdateApplication SUCCESSFUL");
  const JobRequest& request = world.engine().lastRequest(1);
  EXPECT_EQ(request.versionId, 2);
  EXPECT_EQ(request.properties.at("g").at("k"), "v");
  EXPECT_EQ(request.restoreLocation,
            "savepoint/" + snapshots(world)[0]["SnapshotName"].get<std::string>());
  EXPECT_EQ(world.call("UpdateApplication", update(1, kNewProperties)),
            "ConcurrentModificationException");
}

// The new version fails; what runs before and after it starts well.
ScriptedEngine::Script failingVersion(ControlWorld& world, int64_t version) {
  return [&world, version](Command command, JobId job) {
    bool fails = command == Command::kStart &&
                 world.engine().lastRequest(job.application).versionId == version;
    return fails ? failing("no such column") : ScriptedAnswer();
  };
}

TEST(Lifecycle, AFailedUpdateWithoutRollbackIsReady) {
  ControlWorld world;
  world.runApplication("app");
  world.script = failingVersion(world, 2);
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.version("app"), 2);
  EXPECT_EQ(world.newestOperation("app"), "UpdateApplication FAILED no such column");
}

TEST(Lifecycle, AFailedUpdateRollsBackByItself) {
  ControlWorld world;
  world.runApplication("app", kRollbackEnabled);
  world.script = failingVersion(world, 2);
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_EQ(world.version("app"), 3);
  EXPECT_EQ(world.newestOperation("app"), "RollbackApplication SUCCESSFUL");
  const JobRequest& request = world.engine().lastRequest(1);
  EXPECT_TRUE(request.properties.empty());
  EXPECT_NE(request.restoreLocation, "");
  Json list = Json::parse(world.mustCall("ListApplicationVersions", kApp));
  EXPECT_EQ(list["ApplicationVersionSummaries"][1]["ApplicationStatus"], "ROLLED_BACK");
  Json failed = Json::parse(world.mustCall(
      "ListApplicationOperations", R"({"ApplicationName":"app","OperationStatus":"FAILED"})"));
  ASSERT_EQ(failed["ApplicationOperationInfoList"].size(), 1U);
  std::string id = failed["ApplicationOperationInfoList"][0]["OperationId"];
  Json details = Json::parse(world.mustCall(
      "DescribeApplicationOperation", R"({"ApplicationName":"app","OperationId":")" + id + "\"}"));
  EXPECT_TRUE(details["ApplicationOperationInfoDetails"]["OperationFailureDetails"].contains(
      "RollbackOperationId"));
}

TEST(Lifecycle, ARollbackThatFailsTooIsReady) {
  ControlWorld world;
  world.runApplication("app", kRollbackEnabled);
  world.script = answering(Command::kStart, failing("broken"));
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.newestOperation("app"), "RollbackApplication FAILED broken");
}

TEST(Lifecycle, ARollbackReturnsToTheVersionBefore) {
  ControlWorld world;
  world.runApplication("app");
  EXPECT_EQ(world.call("RollbackApplication",
                       R"({"ApplicationName":"app","CurrentApplicationVersionId":1})"),
            "InvalidRequestException");
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  world.pass(kSecond);
  world.mustCall("RollbackApplication",
                 R"({"ApplicationName":"app","CurrentApplicationVersionId":2})");
  EXPECT_EQ(world.status("app"), "ROLLING_BACK");
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "RUNNING");
  EXPECT_TRUE(world.engine().lastRequest(1).properties.empty());
  Json detail = Json::parse(world.mustCall("DescribeApplication", kApp))["ApplicationDetail"];
  EXPECT_EQ(detail["ApplicationVersionId"], 3);
  EXPECT_EQ(detail["ApplicationVersionRolledBackFrom"], 2);
  EXPECT_EQ(detail["ApplicationVersionRolledBackTo"], 1);
}

TEST(Lifecycle, ARunningApplicationIsDeletedAtOnce) {
  ControlWorld world;
  world.runApplication("app");
  Json detail = Json::parse(world.mustCall("DescribeApplication", kApp))["ApplicationDetail"];
  int64_t created = detail["CreateTimestamp"];
  EXPECT_EQ(world.call("DeleteApplication", R"({"ApplicationName":"app","CreateTimestamp":1})"),
            "InvalidArgumentException");
  // Clients that know whole seconds only.
  world.mustCall("DeleteApplication", R"({"ApplicationName":"app","CreateTimestamp":)" +
                                          std::to_string(created / 1000 * 1000) + "}");
  EXPECT_EQ(world.status("app"), "DELETING");
  world.pass(kSecond);
  EXPECT_EQ(world.call("DescribeApplication", kApp), "ResourceNotFoundException");
  EXPECT_TRUE(world.engine().alive().empty());
  EXPECT_EQ(world.engine().forgotten(), std::vector<int64_t>{1});
  // The name is free, and the new one is another application.
  world.runApplication("app");
  EXPECT_EQ(world.engine().alive()[0].application, 2);
}

TEST(Lifecycle, AJobThatFailsForGoodLeavesARecord) {
  ControlWorld world;
  world.runApplication("app");
  world.engine().failJob(world.engine().alive()[0]);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(world.newestOperation("app"), "JobFailure FAILED the restart strategy has given up");
}

TEST(Lifecycle, NoTransientStatusIsForEver) {
  ControlWorld world;
  world.runApplication("app");
  world.script = [](Command, JobId) { return silent(); };
  world.mustCall("UpdateApplication", update(1, kNewProperties));
  world.pass(30 * kMinute);
  EXPECT_EQ(world.status("app"), "READY");
  world.script = good();
  world.mustCall("StartApplication", kApp);
  world.pass(kSecond);
  ASSERT_EQ(world.status("app"), "RUNNING");
  world.script = [](Command, JobId) { return silent(); };
  world.mustCall("StopApplication", kApp);
  world.pass(30 * kMinute);
  EXPECT_EQ(world.status("app"), "READY");
  world.mustCall("DeleteApplication",
                 R"({"ApplicationName":"app","CreateTimestamp":1577836800000})");
  world.pass(30 * kMinute);
  EXPECT_EQ(world.status("app"), "");
}

TEST(Lifecycle, SnapshotsOfUsers) {
  ControlWorld world;
  world.runApplication("app");
  std::string first = R"({"ApplicationName":"app","SnapshotName":"first"})";
  world.mustCall("CreateApplicationSnapshot", first);
  EXPECT_EQ(world.call("CreateApplicationSnapshot", first), "ResourceInUseException");
  EXPECT_EQ(snapshots(world)[0]["SnapshotStatus"], "CREATING");
  world.pass(kSecond);
  Json snapshot = snapshots(world)[0];
  EXPECT_EQ(snapshot["SnapshotStatus"], "READY");
  world.mustCall("DeleteApplicationSnapshot",
                 R"({"ApplicationName":"app","SnapshotName":"first","SnapshotCreationTimestamp":)" +
                     snapshot["SnapshotCreationTimestamp"].dump() + "}");
  world.pass(kSecond);
  EXPECT_TRUE(snapshots(world).empty());
}

TEST(Lifecycle, TheLimitIsForSnapshotsOfUsersOnly) {
  ControlWorld world;
  world.quotas.snapshots = 1;
  world.restart();
  world.runApplication("app");
  world.mustCall("CreateApplicationSnapshot", R"({"ApplicationName":"app","SnapshotName":"a"})");
  world.pass(kSecond);
  EXPECT_EQ(
      world.call("CreateApplicationSnapshot", R"({"ApplicationName":"app","SnapshotName":"b"})"),
      "LimitExceededException");
  world.mustCall("StopApplication", kApp);
  world.pass(kSecond);
  EXPECT_EQ(world.status("app"), "READY");
  EXPECT_EQ(snapshots(world).size(), 2U);
}

TEST(Lifecycle, ARestartOfTheServiceFindsEverythingAgain) {
  struct Case {
    const char* operation;
    std::string input;
    const char* end;
  };
  const Case cases[] = {
      {"StopApplication", kApp, "READY"},
      {"StopApplication", R"({"ApplicationName":"app","Force":true})", "READY"},
      {"UpdateApplication", update(1, kNewProperties), "RUNNING"},
      {"DeleteApplication", R"({"ApplicationName":"app","CreateTimestamp":1577836800000})", ""},
      {"DescribeApplication", kApp, "RUNNING"},
  };
  for (const Case& test : cases) {
    // Before the engine was told, while it works, and when its answer got lost.
    for (int64_t delay : {0, 50, 150}) {
      ControlWorld world;
      world.runApplication("app");
      world.mustCall(test.operation, test.input);
      if (delay > 0) world.pass(delay);
      world.restart();
      world.pass(2 * kMinute);
      EXPECT_EQ(world.status("app"), test.end) << test.operation << test.input << delay;
    }
  }
}

TEST(Lifecycle, AStartSurvivesARestartOfTheService) {
  for (int64_t delay : {0, 50}) {
    ControlWorld world;
    world.createApplication("app");
    world.mustCall("StartApplication", kApp);
    if (delay > 0) world.pass(delay);
    world.restart();
    world.pass(kSecond);
    EXPECT_EQ(world.status("app"), "RUNNING");
    EXPECT_EQ(world.newestOperation("app"), "StartApplication SUCCESSFUL");
    EXPECT_EQ(world.engine().alive().size(), 1U);
  }
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
