// Checkpoint directories on a simulated disk: completion, crashes, retention, damage.
#include "state/snapshot_directory.h"

#include <gtest/gtest.h>

#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
#include "state/state_store.h"

namespace millrace {

namespace {

constexpr uint32_t kMaxParallelism = 16;
constexpr uint64_t kNever = 1'000'000;
constexpr char kRoot[] = "/checkpoints";

SnapshotBytes stateBytes(uint32_t subtask, const std::string& element) {
  StateStore store({subtask, 2, kMaxParallelism}, nullptr);
  store.openList("offsets", Redistribution::kSplit).value()->elements().push_back(element);
  return store.snapshotParts(false);
}

Status writeCheckpoint(SnapshotDirectory& directory, uint64_t id, uint64_t attempt) {
  Manifest manifest;
  manifest.checkpointId = id;
  manifest.jobName = "job";
  manifest.maxParallelism = kMaxParallelism;
  StoredOperator& stored = manifest.operators["source/orders"];
  stored.parallelism = 2;
  for (uint32_t subtask = 0; subtask < 2; ++subtask) {
    std::string element = std::to_string(id) + "-" + std::to_string(subtask);
    stored.files.push_back(TRY(
        directory.writeFile(id, "source/orders", subtask, attempt, stateBytes(subtask, element))));
  }
  return directory.commit(manifest);
}

// The elements that a restore of the latest checkpoint sees, joined; or the error.
std::string restored(FileSystem& files, uint32_t maxParallelism = kMaxParallelism) {
  auto checkpoint = openCheckpoint(files, kRoot, maxParallelism);
  if (!checkpoint.ok()) return checkpoint.error().message();
  StateStore store({0, 1, maxParallelism}, checkpoint.value().find("source/orders"));
  auto list = store.openList("offsets", Redistribution::kSplit);
  if (!list.ok()) return list.error().message();
  std::string joined;
  for (const std::string& element : list.value()->elements()) joined += element + " ";
  return joined;
}

TEST(SnapshotDirectory, KeepsTheLatest) {
  SimEnv env(1);
  SnapshotDirectory directory(env.files(), kRoot, 2);
  EXPECT_NE(restored(env.files()).find("no complete checkpoint"), std::string::npos);
  for (uint64_t id = 1; id <= 4; ++id) ASSERT_TRUE(writeCheckpoint(directory, id, 0).ok());
  EXPECT_EQ(directory.complete().value(), (std::vector<uint64_t>{3, 4}));
  env.simFiles().crash();
  EXPECT_EQ(restored(env.files()), "4-0 4-1 ");
  EXPECT_NE(restored(env.files(), 32).find("max parallelism"), std::string::npos);
}

TEST(SnapshotDirectory, AFailureAnywhereLeavesACompleteCheckpoint) {
  for (uint64_t failing = 0; failing < 40; ++failing) {
    SimEnv env(failing);
    SnapshotDirectory directory(env.files(), kRoot, 1);
    ASSERT_TRUE(writeCheckpoint(directory, 1, 0).ok());
    env.simFiles().failAfter(failing);
    bool written = writeCheckpoint(directory, 2, 0).ok();
    env.simFiles().failAfter(kNever);
    env.simFiles().crash();
    std::string found = restored(env.files());
    if (written) {
      EXPECT_EQ(found, "2-0 2-1 ") << failing;
      break;
    }
    EXPECT_TRUE(found == "1-0 1-1 " || found == "2-0 2-1 ") << failing << ": " << found;
    ASSERT_TRUE(directory.abort(2).ok());
    ASSERT_TRUE(writeCheckpoint(directory, 3, 1).ok());
    EXPECT_EQ(restored(env.files()), "3-0 3-1 ");
  }
}

TEST(SnapshotDirectory, ReadsAManifestWithoutWhatNobodyNeeds) {
  SimEnv env(1);
  SnapshotDirectory directory(env.files(), kRoot, 1);
  ASSERT_TRUE(writeCheckpoint(directory, 1, 0).ok());
  std::string path = directory.pathOf(1) + "/manifest.json";
  std::string manifest = readFile(env.files(), path).value();
  for (const char* field : {"\"schemas\": [],", ",\n  \"checksum\""}) {
    size_t begin = manifest.rfind(field);
    ASSERT_NE(begin, std::string::npos) << field;
    manifest.erase(begin, manifest.find('\n', begin + 2) - begin);
  }
  ASSERT_TRUE(writeFileAtomically(env.files(), path, manifest).ok());
  EXPECT_EQ(restored(env.files()), "1-0 1-1 ");
}

TEST(SnapshotDirectory, ReportsDamage) {
  SimEnv env(1);
  SnapshotDirectory directory(env.files(), kRoot, 1);
  ASSERT_TRUE(writeCheckpoint(directory, 1, 0).ok());
  std::string path = directory.pathOf(1) + "/manifest.json";
  std::string manifest = readFile(env.files(), path).value();
  for (const std::string& text : {manifest.substr(0, manifest.size() / 2), std::string("[]")}) {
    ASSERT_TRUE(writeFileAtomically(env.files(), path, text).ok());
    EXPECT_NE(restored(env.files()).find("manifest"), std::string::npos);
  }
  // Text that can be read, and is not what was written.
  const std::pair<std::string, std::string> kChanges[] = {
      {"source/orders", "source/others"}, {"lism\": 1", "lism\": 2"}, {"\"job\"", "\"jab\""}};
  for (const auto& [from, to] : kChanges) {
    std::string changed = manifest;
    changed.replace(manifest.find(from), from.size(), to);
    ASSERT_TRUE(writeFileAtomically(env.files(), path, changed).ok());
    std::string message = restored(env.files());
    EXPECT_NE(message.find("damaged: its checksum"), std::string::npos) << to << ": " << message;
  }
  ASSERT_TRUE(writeFileAtomically(env.files(), path, manifest).ok());
  std::string name = directory.pathOf(1) + "/" +
                     SnapshotDirectory::readManifest(env.files(), kRoot)
                         .value()
                         .operators["source/orders"]
                         .files[1]
                         .name;
  ASSERT_TRUE(writeFileAtomically(env.files(), name, "short").ok());
  std::string message = restored(env.files());
  EXPECT_NE(message.find(name), std::string::npos) << message;
  EXPECT_NE(message.find("offset"), std::string::npos) << message;
}

}  // namespace

}  // namespace millrace
