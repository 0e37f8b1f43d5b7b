#include "env/file_system.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "env/env.h"
#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"

namespace millrace {
namespace {

// The same steps against the machine's files and the simulated ones.
class FileSystemTest : public testing::TestWithParam<bool> {
 protected:
  FileSystemTest()
      : sim_(1),
        files_(GetParam() ? sim_.files() : realEnv().files()),
        root_(fmt::format("/tmp/millrace-file-system-test-{}", ::getpid())) {}
  ~FileSystemTest() override { (void)files_.removeTree(root_).ok(); }

  SimEnv sim_;
  FileSystem& files_;
  std::string root_;
};

TEST_P(FileSystemTest, WritesReadsListsAndRemoves) {
  std::string path = root_ + "/a/b/file";
  auto file = files_.create(path).value();
  std::string big(100'000, 'x');
  file->append("head ").value();
  file->append(big).value();
  file->append(" tail").value();
  EXPECT_EQ(file->size(), 100'010u);
  file->close().value();
  EXPECT_EQ(readFile(files_, "file://" + path).value(), "head " + big + " tail");
  EXPECT_EQ(files_.stat(path).value().size, 100'010u);

  auto again = files_.reopen(path, 4).value();
  again->append("!").value();
  again->sync().value();
  again->close().value();
  EXPECT_EQ(readFile(files_, path).value(), "head!");

  writeFileAtomically(files_, root_ + "/a/z", "content").value();
  auto entries = files_.list(root_ + "/a").value();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].path, root_ + "/a/b");
  EXPECT_TRUE(entries[0].isDirectory);
  EXPECT_EQ(entries[1].path, root_ + "/a/z");
  files_.removeTree(root_).value();
  EXPECT_FALSE(files_.exists(path));
}

TEST_P(FileSystemTest, StreamsLargeFiles) {
  std::string path = root_ + "/streamed";
  auto file = files_.createStreamed(path).value();
  std::string content;
  // Pieces that fit no block, larger and smaller than the buffer; synced in between.
  for (size_t size : {5'000u, 3'000'001u, 17u, 0u, 1'048'576u, 900'000u, 1u}) {
    std::string piece;
    for (size_t i = 0; i < size; ++i)
      piece += static_cast<char>((content.size() + i) * 2654435761u >> 24);
    file->append(piece).value();
    content += piece;
    EXPECT_EQ(file->size(), content.size());
    if (size % 2 == 1) {
      file->sync().value();
      EXPECT_EQ(readFile(files_, path).value(), content);
    }
  }
  file->close().value();
  EXPECT_EQ(readFile(files_, path).value(), content);
}

TEST_P(FileSystemTest, StreamsFilesOfManyBuffers) {
  std::string path = root_ + "/streamed";
  auto file = files_.createStreamed(path).value();
  std::string content;
  auto write = [&](size_t size) {
    std::string piece;
    for (size_t i = 0; i < size; ++i)
      piece += static_cast<char>((content.size() + i) * 2654435761u >> 24);
    file->append(piece).value();
    content += piece;
  };
  // At the end of a block, in the middle of one, and on from there.
  for (size_t size : {9'003'008u, 8'192'000u, 5'000'003u, 6'000'000u, 7u}) {
    write(size);
    file->sync().value();
    EXPECT_EQ(readFile(files_, path).value(), content);
  }
  file->close().value();
}

TEST_P(FileSystemTest, FlushedBytesAreReadWhileTheFileIsWritten) {
  std::string path = root_ + "/log";
  auto file = files_.create(path).value();
  file->append("one ").value();
  file->flush().value();
  EXPECT_EQ(readFile(files_, path).value(), "one ");
  file->append("two").value();
  file->flush().value();
  EXPECT_EQ(readFile(files_, path).value(), "one two");
  file->close().value();
}

TEST_P(FileSystemTest, SaysWhatIsWrong) {
  EXPECT_EQ(files_.openForRead(root_ + "/none").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(files_.list(root_ + "/none").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(files_.reopen(root_ + "/none", 0).error().kind(), ErrorKind::kNotFound);
  writeFileAtomically(files_, root_ + "/short", "abc").value();
  EXPECT_EQ(files_.reopen(root_ + "/short", 4).error().kind(), ErrorKind::kCorruptData);
}

INSTANTIATE_TEST_SUITE_P(RealAndSimulated, FileSystemTest, testing::Bool());

TEST(SimFileSystem, LosesWhatWasNotSynced) {
  SimEnv env(1);
  FileSystem& files = env.files();
  auto file = files.create("/d/data").value();
  file->append("kept").value();
  file->sync().value();
  file->append("lost").value();
  files.create("/d/unsynced").value()->append("x").value();
  writeFileAtomically(files, "/d/manifest", "m").value();
  env.simFiles().crash();
  EXPECT_EQ(readFile(files, "/d/data").value(), "kept");
  EXPECT_FALSE(files.exists("/d/manifest.tmp"));
  EXPECT_EQ(readFile(files, "/d/manifest").value(), "m");
  EXPECT_FALSE(file->append("more").ok());
}

TEST(SimFileSystem, FailsAndDelaysOnDemand) {
  SimEnv env(1);
  env.simFiles().setDelayMicros(1000);
  env.simFiles().failAfter(1);
  EXPECT_TRUE(env.files().create("/a").ok());
  EXPECT_FALSE(env.files().create("/b").ok());
  EXPECT_TRUE(env.files().create("/b").ok());
  EXPECT_GT(env.clock().nowMicros(), SimClock::kStartMicros);
}

TEST(SimFileSystem, WithoutPowerNothingWorks) {
  SimEnv env(1);
  env.simFiles().losePowerAfter(1);
  EXPECT_TRUE(env.files().create("/a").ok());
  EXPECT_FALSE(env.files().create("/b").ok());
  EXPECT_FALSE(env.files().create("/b").ok());
  env.simFiles().crash();
  EXPECT_TRUE(env.files().create("/b").ok());
}

}  // namespace
}  // namespace millrace
