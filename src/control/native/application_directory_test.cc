#include "control/native/application_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "env/file_lock.h"
#include "env/file_system.h"

namespace millrace {
namespace {

class ApplicationDirectoryTest : public testing::Test {
 protected:
  ApplicationDirectoryTest() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~ApplicationDirectoryTest() override { std::filesystem::remove_all(root_); }

  std::string root_ = testing::TempDir() + "application-directory/7";
  ApplicationDirectory directory_{realEnv(), root_};
};

TEST_F(ApplicationDirectoryTest, TheEpochIsTheLastThatWasSet) {
  EXPECT_EQ(directory_.epoch().value(), 0);
  ASSERT_TRUE(directory_.setEpoch(3).ok());
  ASSERT_TRUE(directory_.setEpoch(12).ok());
  EXPECT_EQ(directory_.epoch().value(), 12);
}

TEST_F(ApplicationDirectoryTest, ADamagedEpochIsNoEpoch) {
  ASSERT_TRUE(writeFileAtomically(realEnv().files(), root_ + "/epoch", "12x\n").ok());
  Result<int64_t> epoch = directory_.epoch();
  ASSERT_FALSE(epoch.ok());
  EXPECT_EQ(epoch.error().kind(), ErrorKind::kCorruptData);
}

TEST_F(ApplicationDirectoryTest, ATaskIsPrivate) {
  EXPECT_FALSE(directory_.savedTask(1).value().has_value());
  ASSERT_TRUE(directory_.saveTask(1, "SELECT 1").ok());
  EXPECT_EQ(directory_.savedTask(1).value(), "SELECT 1");
  auto mode = std::filesystem::status(directory_.attemptDirectory(1) + "/task.json").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ApplicationDirectoryTest, OnlyTheAttemptThatHasFinishedHas) {
  ASSERT_TRUE(directory_.saveTask(1, "").ok());
  ASSERT_TRUE(directory_.markFinished(1).ok());
  EXPECT_TRUE(directory_.isFinished(1));
  EXPECT_FALSE(directory_.isFinished(2));
}

TEST_F(ApplicationDirectoryTest, SnapshotsStayInTheirDirectoryWhateverTheirNames) {
  std::string long1(300, 'a');
  std::string long2 = long1 + "b";
  EXPECT_NE(directory_.snapshotDirectory(long1), directory_.snapshotDirectory(long2));
  for (const std::string& name : {std::string(".."), std::string("."), long1, long2}) {
    std::filesystem::path path = directory_.snapshotDirectory(name);
    EXPECT_EQ(path.lexically_normal().parent_path(), root_ + "/snapshots") << name;
    ASSERT_TRUE(std::filesystem::create_directories(path / "4/savepoint-x")) << name;
  }
  EXPECT_EQ(directory_.snapshotsOf(4).value().size(), 4);
  EXPECT_EQ(directory_.snapshotsOf(5).value().size(), 0);
  ASSERT_TRUE(directory_.removeSnapshot("..").ok());
  ASSERT_TRUE(directory_.removeSnapshot("never taken").ok());
  EXPECT_EQ(directory_.snapshotsOf(4).value().size(), 3);
}

TEST_F(ApplicationDirectoryTest, OlderAttemptsGoAndTheirSnapshotsStay) {
  for (int64_t attempt : {1, 2, 10}) ASSERT_TRUE(directory_.saveTask(attempt, "").ok());
  std::filesystem::create_directories(directory_.snapshotDirectory("s", 1) + "/savepoint-x");
  ASSERT_TRUE(directory_.removeAttemptsBefore(10).ok());
  EXPECT_FALSE(directory_.savedTask(1).value().has_value());
  EXPECT_FALSE(directory_.savedTask(2).value().has_value());
  EXPECT_TRUE(directory_.savedTask(10).value().has_value());
  EXPECT_EQ(directory_.snapshotsOf(1).value().size(), 1);
}

TEST_F(ApplicationDirectoryTest, OneAtATimeHoldsTheLock) {
  Result<std::unique_ptr<FileLock>> first = FileLock::acquire(directory_.lockFile());
  ASSERT_TRUE(first.ok());
  int64_t holder = 0;
  Result<std::unique_ptr<FileLock>> second = FileLock::acquire(directory_.lockFile(), &holder);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(holder, 0);
  first.value().reset();
  EXPECT_TRUE(FileLock::acquire(directory_.lockFile()).ok());
}

}  // namespace
}  // namespace millrace
