// What a user may give as the path of a checkpoint.
#include "state/checkpoint_path.h"

#include <gtest/gtest.h>

#include "env/file_system.h"
#include "env/sim/sim_env.h"
#include "state/snapshot_directory.h"

namespace millrace {

namespace {

constexpr const char* kFirst = "/c/00000000000000000000000000000001";
constexpr const char* kSecond = "/c/00000000000000000000000000000002";

void writeCheckpoint(Env& env, const std::string& root, uint64_t id) {
  Manifest manifest;
  manifest.checkpointId = id;
  manifest.maxParallelism = 128;
  SnapshotDirectory(env.files(), root, 10).commit(manifest).value();
}

std::string resolved(Env& env, const std::string& path) {
  Result<std::string> found = resolveCheckpoint(env.files(), path);
  return found.ok() ? found.value() : std::string(errorLabel(found.error().kind()));
}

TEST(CheckpointPath, NamesACheckpointInManyWays) {
  SimEnv env(1);
  writeCheckpoint(env, kFirst, 3);
  writeCheckpoint(env, kFirst, 12);
  writeCheckpoint(env, "/s/savepoint-000000-0123456789ab", 5);
  std::string root = kFirst;
  for (const char* prefix : {"", "file:", "file://"}) {
    for (const char* rest : {"", "/", "/manifest.json", "/_metadata"}) {
      EXPECT_EQ(resolved(env, prefix + root + "/chk-3" + rest), root + "/chk-3");
    }
    // The newest by its number.
    for (const char* rest : {"", "/"})
      EXPECT_EQ(resolved(env, prefix + root + rest), root + "/chk-12");
    EXPECT_EQ(resolved(env, std::string(prefix) + "/c"), root + "/chk-12");
    EXPECT_EQ(resolved(env, std::string(prefix) + "/s/savepoint-000000-0123456789ab"),
              "/s/savepoint-000000-0123456789ab/chk-5");
  }
}

TEST(CheckpointPath, SeveralJobsMustBeToldApart) {
  SimEnv env(1);
  writeCheckpoint(env, kFirst, 3);
  writeCheckpoint(env, kSecond, 4);
  Result<std::string> refused = resolveCheckpoint(env.files(), "/c");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kRestore);
  std::string text = refused.error().describe();
  for (const char* job : {kFirst, kSecond}) {
    EXPECT_NE(text.find(std::string("'") + job + "'"), std::string::npos) << text;
  }
  EXPECT_EQ(resolved(env, kSecond), std::string(kSecond) + "/chk-4");
}

TEST(CheckpointPath, WhatIsNoneIsAnError) {
  SimEnv env(1);
  EXPECT_EQ(resolved(env, "/nowhere"), "not found");
  // Never completed.
  writeFileAtomically(env.files(), "/c/chk-1/a.state", "x").value();
  EXPECT_EQ(resolved(env, "/c"), "not found");
  EXPECT_EQ(resolved(env, "/c/chk-1"), "not found");
  EXPECT_EQ(resolved(env, "/c/chk-1/manifest.json"), "not found");
  EXPECT_EQ(resolved(env, "/c/chk-1/a.state"), "restore failed");
  writeFileAtomically(env.files(), "/flink/_metadata", "x").value();
  EXPECT_EQ(resolved(env, "/flink"), "unsupported");
  EXPECT_EQ(resolved(env, "/flink/_metadata"), "unsupported");
}

}  // namespace

}  // namespace millrace
