// Storms: many clients ask for everything at random, the engine fails, forgets to answer or is
// slow, and the service dies in between. Whatever happens, at the end nothing is stuck.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "control/control_world.h"

namespace millrace::kinesisanalyticsv2 {
namespace {

using Json = nlohmann::ordered_json;
using Command = ScriptedEngine::Command;
using Kind = ScriptedAnswer::Kind;

constexpr int kApplications = 3;
constexpr int kSteps = 120;
constexpr int64_t kLongMillis = 60 * 60'000;

// Errors that a client may see because another one was faster. Anything else is a defect.
const std::set<std::string> kExpectedErrors = {
    "ResourceInUseException",
    "ResourceNotFoundException",
    "InvalidArgumentException",
    "InvalidRequestException",
    "LimitExceededException",
    "ConcurrentModificationException",
    "InvalidApplicationConfigurationException",
};

class Storm {
 public:
  explicit Storm(uint64_t seed) : random_(seed), world_(seed) {
    world_.script = [this](Command command, JobId) { return answer(command); };
    world_.engine().setReport({90, 0});
  }

  void run() {
    for (int i = 0; i < kSteps; ++i) {
      if (below(25) == 0) world_.restart();
      if (below(20) == 0 && !world_.engine().alive().empty()) {
        auto jobs = world_.engine().alive();
        world_.engine().failJob(jobs[below(jobs.size())]);
      }
      act(fmt::format("app{}", below(kApplications)));
      if (below(3) != 0) world_.pass(static_cast<int64_t>(below(400)));
      if (below(12) == 0) world_.pass(static_cast<int64_t>(below(20 * 60'000)));
      observeVersions();
    }
    calm_ = true;
    world_.engine().setReport({50, 0});
    world_.pass(kLongMillis);
    check();
  }

 private:
  size_t below(size_t bound) { return random_() % bound; }

  ScriptedAnswer answer(Command command) {
    ScriptedAnswer answer;
    answer.delayMillis = static_cast<int64_t>(below(500));
    if (calm_) return answer;
    if (below(10) == 0) answer.delayMillis = static_cast<int64_t>(below(10 * 60'000));
    size_t fate = below(20);
    if (fate == 0) answer.kind = Kind::kSilent;
    bool mayFail = command != Command::kCancel && command != Command::kDeleteSnapshot;
    if (fate == 1 && mayFail && command != Command::kSavepoint) answer.kind = Kind::kFinishes;
    if (fate >= 2 && fate <= 4 && mayFail) answer.kind = Kind::kFails;
    return answer;
  }

  void ask(const std::string& operation, const std::string& name, const std::string& more = "") {
    std::string result =
        world_.call(operation, fmt::format(R"({{"ApplicationName":"{}"{}}})", name, more));
    if (result.starts_with("{") || kExpectedErrors.contains(result)) return;
    ADD_FAILURE() << operation << ": " << result << " " << world_.lastMessage();
  }

  void act(const std::string& name) {
    int64_t version = versions_[name];
    std::string expected = fmt::format(R"(,"CurrentApplicationVersionId":{})",
                                       version == 0 ? 1 : version - (below(8) == 0 ? 1 : 0));
    switch (below(12)) {
      case 0:
      case 1:
        ask("CreateApplication", name,
            fmt::format(R"(,"RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:r",)"
                        R"("ApplicationConfiguration":{{"ApplicationSnapshotConfiguration":)"
                        R"({{"SnapshotsEnabled":{}}},"ApplicationSystemRollbackConfiguration":)"
                        R"({{"RollbackEnabled":{}}}}})",
                        below(4) != 0, below(2) == 0));
        break;
      case 2:
      case 3:
      case 4:
        ask("StartApplication", name);
        break;
      case 5:
        ask("StopApplication", name);
        break;
      case 6:
        ask("StopApplication", name, R"(,"Force":true)");
        break;
      case 7:
      case 8:
        ask("UpdateApplication", name, expected);
        break;
      case 9:
        ask("RollbackApplication", name, expected);
        break;
      case 10:
        ask("CreateApplicationSnapshot", name,
            fmt::format(R"(,"SnapshotName":"s{}")", below(1000)));
        break;
      default:
        if (below(4) == 0) deleteApplication(name);
        break;
    }
  }

  void deleteApplication(const std::string& name) {
    auto created = created_.find(name);
    if (created == created_.end()) return;
    ask("DeleteApplication", name, fmt::format(R"(,"CreateTimestamp":{})", created->second));
  }

  // Within the life of an application its version only grows.
  void observeVersions() {
    for (int i = 0; i < kApplications; ++i) {
      std::string name = fmt::format("app{}", i);
      std::string text =
          world_.call("DescribeApplication", fmt::format(R"({{"ApplicationName":"{}"}})", name));
      if (!text.starts_with("{")) {
        versions_.erase(name);
        created_.erase(name);
        continue;
      }
      Json detail = Json::parse(text)["ApplicationDetail"];
      int64_t created = detail["CreateTimestamp"];
      int64_t version = detail["ApplicationVersionId"];
      if (created_[name] == created) {
        EXPECT_GE(version, versions_[name]);
      }
      created_[name] = created;
      versions_[name] = version;
    }
  }

  void check() {
    std::set<int64_t> running;
    for (int i = 0; i < kApplications; ++i) {
      std::string name = fmt::format("app{}", i);
      std::string status = world_.status(name);
      EXPECT_TRUE(status == "READY" || status == "RUNNING" || status.empty()) << name << status;
      if (status.empty()) continue;
      checkRecords(name);
      std::optional<Application> application;
      ASSERT_TRUE(world_.store()
                      .read([&](StoreReader& reader) -> millrace::Status {
                        application = TRY(reader.findApplication(name));
                        return {};
                      })
                      .ok());
      if (status == "RUNNING") running.insert(application->id);
      for (JobId job : world_.engine().alive()) {
        if (job.application != application->id) continue;
        EXPECT_EQ(job.attempt, application->job.attempt) << name;
      }
    }
    // What runs is what the service says, and nothing else.
    std::set<int64_t> alive;
    for (JobId job : world_.engine().alive()) alive.insert(job.application);
    EXPECT_EQ(alive, running);
  }

  void checkRecords(const std::string& name) {
    std::string query = fmt::format(R"({{"ApplicationName":"{}")", name);
    Json open = Json::parse(world_.mustCall("ListApplicationOperations",
                                            query + R"(,"OperationStatus":"IN_PROGRESS"})"));
    EXPECT_TRUE(open["ApplicationOperationInfoList"].empty()) << open.dump();
    Json snapshots = Json::parse(world_.mustCall("ListApplicationSnapshots", query + "}"));
    for (const Json& snapshot : snapshots["SnapshotSummaries"]) {
      EXPECT_TRUE(snapshot["SnapshotStatus"] == "READY" || snapshot["SnapshotStatus"] == "FAILED")
          << snapshot.dump();
    }
    int64_t before = 0;
    Json versions = Json::parse(world_.mustCall("ListApplicationVersions", query + "}"));
    for (const Json& version : versions["ApplicationVersionSummaries"]) {
      int64_t id = version["ApplicationVersionId"];
      EXPECT_TRUE(before == 0 || id == before - 1);
      before = id;
    }
  }

  std::mt19937_64 random_;
  ControlWorld world_;
  bool calm_ = false;
  std::map<std::string, int64_t> versions_;
  std::map<std::string, int64_t> created_;
};

TEST(Storm, NothingIsStuckAndVersionsGrow) {
  const char* given = std::getenv("MILLRACE_STORMS");
  int numSeeds = given == nullptr ? 20 : std::atoi(given);
  for (int seed = 1; seed <= numSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Storm(static_cast<uint64_t>(seed)).run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
