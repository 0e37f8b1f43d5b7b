#include "runtime/checkpoint_recovery.h"

#include <gtest/gtest.h>

#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
#include "runtime/runtime_test_fixture.h"

namespace millrace {

namespace {

using namespace runtime_test;

// Checkpoints 1 .. count of one job in "/c".
std::string makeCheckpoints(SimEnv& env, uint32_t count) {
  JobGraph graph;
  graph.name = "count";
  graph.nodes.push_back(numbersNode("numbers", 2, {.limit = 2000, .keys = 50, .pauseMillis = 1}));
  graph.nodes.push_back(countNode("count", 2, {{0, Partitioning::kHash, {0}}}));
  graph.nodes.push_back(
      sinkNode("sink", 2, {{1, Partitioning::kHash, {0}}}, std::make_shared<Collected>()));
  graph.options.batchRows = 10;
  JobOptions options;
  options.checkpoints.directory = "/c";
  options.checkpoints.intervalMillis = 10;
  options.checkpoints.retained = count;
  auto job = runJobSimulated(std::move(graph), options, env, 1).value();
  EXPECT_EQ(job->status(), JobStatus::kFinished);
  return "/c/" + job->id();
}

void damage(FileSystem& files, const std::string& checkpoint, size_t at) {
  std::vector<FileInfo> entries = files.list(checkpoint).value();
  for (const FileInfo& entry : entries) {
    if (!entry.path.ends_with(".state")) continue;
    std::string content = readFile(files, entry.path).value();
    content[at] = static_cast<char>(content[at] ^ 1);
    writeFileAtomically(files, entry.path, content).value();
    return;
  }
  FAIL() << "no state file in " << checkpoint;
}

TEST(CheckpointRecovery, FallsBackToTheOneBefore) {
  SimEnv env(1);
  std::string root = makeCheckpoints(env, 3);
  FileSystem& files = env.files();
  uint64_t highest = 0;
  std::vector<FoundCheckpoint> found = findCheckpoints(files, root, &highest).value();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].id, highest);
  EXPECT_EQ(chooseCheckpoint(files, found).value().checkpoint.id, highest);

  // In a block, which is read only when its key groups are.
  damage(files, found[0].path, 40);
  RecoveryChoice choice = chooseCheckpoint(files, found).value();
  EXPECT_EQ(choice.checkpoint.id, found[1].id);
  ASSERT_EQ(choice.warnings.size(), 1u);
  EXPECT_NE(choice.warnings[0].find(found[0].path), std::string::npos) << choice.warnings[0];
  EXPECT_NE(choice.warnings[0].find("at offset"), std::string::npos) << choice.warnings[0];

  // Incomplete: a state file is missing.
  std::vector<FileInfo> entries = files.list(found[1].path).value();
  for (const FileInfo& entry : entries) {
    if (entry.path.ends_with(".state")) files.remove(entry.path).value();
  }
  EXPECT_EQ(chooseCheckpoint(files, found).value().checkpoint.id, found[2].id);

  // Not a manifest any more.
  writeFileAtomically(files, found[2].path + "/manifest.json", "{").value();
  Result<RecoveryChoice> none = chooseCheckpoint(files, found);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind(), ErrorKind::kRestore);
}

TEST(CheckpointRecovery, DoesNotPassOverANewerFormat) {
  SimEnv env(2);
  std::string root = makeCheckpoints(env, 2);
  FileSystem& files = env.files();
  std::vector<FoundCheckpoint> found = findCheckpoints(files, root).value();
  ASSERT_EQ(found.size(), 2u);
  std::string manifest = readFile(files, found[0].path + "/manifest.json").value();
  size_t version = manifest.find("\"formatVersion\": 1");
  ASSERT_NE(version, std::string::npos);
  manifest.replace(version, 18, "\"formatVersion\": 9");
  writeFileAtomically(files, found[0].path + "/manifest.json", manifest).value();
  Result<RecoveryChoice> refused = chooseCheckpoint(files, found);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("format version 9"), std::string::npos);
}

TEST(CheckpointRecovery, IncompleteOnesCountForNumbering) {
  SimEnv env(3);
  FileSystem& files = env.files();
  EXPECT_TRUE(findCheckpoints(files, "/nowhere").value().empty());
  writeFileAtomically(files, "/c/chk-12/a.state", "x").value();
  writeFileAtomically(files, "/c/other/manifest.json", "x").value();
  uint64_t highest = 3;
  EXPECT_TRUE(findCheckpoints(files, "/c", &highest).value().empty());
  EXPECT_EQ(highest, 12u);
}

}  // namespace

}  // namespace millrace
