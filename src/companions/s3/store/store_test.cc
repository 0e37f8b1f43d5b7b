#include "companions/s3/store/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "companions/s3/store/buckets.h"
#include "companions/s3/store/objects.h"

namespace millrace::s3 {
namespace {

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, Fields) override {}
};

// A store on a directory that goes with the test. open() is a start of the program, without an
// orderly end of the one before.
class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        std::filesystem::temp_directory_path() / ("millrace-store-" + std::string(info->name()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    open();
    bucket_ = store_
                  ->write([&](Transaction& transaction) -> Outcome<BucketRecord> {
                    BucketRecord bucket;
                    bucket.name = "bucket";
                    return TRY(insertBucket(transaction, bucket));
                  })
                  .value()
                  .id;
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open() {
    store_.reset();
    store_ = Store::open(realEnv(), log_, directory_).value();
  }

  IncomingFile written(std::string_view content) {
    IncomingFile file = store_->files().create().value();
    file.append(content).value();
    file.finish().value();
    return file;
  }

  void commit(const std::string& key, const IncomingFile& file, uint64_t size) {
    ObjectRecord object;
    object.key = key;
    object.size = size;
    PartRecord part;
    part.file = file.id();
    part.size = size;
    store_
        ->write([&](Transaction& transaction) -> Outcome<int64_t> {
          return TRY(putVersion(transaction, bucket_, object, {part}));
        })
        .value();
  }

  void erase(const std::string& key) {
    store_
        ->write([&](Transaction& transaction) -> Outcome<void> {
          auto object = TRY(findCurrent(transaction, bucket_, key));
          TRY(eraseVersion(transaction, bucket_, *object));
          return {};
        })
        .value();
  }

  std::string contentOf(const std::string& file) {
    auto opened = store_->files().openForRead(file);
    if (!opened.ok()) return "(none)";
    std::string content(100, '\0');
    content.resize(opened.value()->read(0, content.data(), content.size()).value());
    return content;
  }

  size_t numFiles(const std::string& folder) {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / folder)) {
      count += entry.is_regular_file();
    }
    return count;
  }

  SilentLog log_;
  std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
  int64_t bucket_ = 0;
};

TEST_F(StoreTest, AFileThatNobodyNamedIsGone) {
  { IncomingFile file = written("x"); }
  EXPECT_EQ(numFiles("incoming"), 0u);
}

TEST_F(StoreTest, AFileWhoseProgramDiedBeforeTheCommitIsGone) {
  std::filesystem::create_directories(directory_ / "incoming");
  { std::ofstream(directory_ / "incoming" / "0123456789abcdef0123456789abcdef") << "x"; }
  open();
  EXPECT_EQ(numFiles("incoming") + numFiles("objects"), 0u);
}

TEST_F(StoreTest, AFileWhoseProgramDiedAfterTheCommitIsKept) {
  std::string id;
  {
    IncomingFile file = written("content");
    commit("key", file, 7);
    id = file.id();
    EXPECT_EQ(contentOf(id), "content");
    // What a kill leaves: the file where it was written.
    std::filesystem::copy(directory_ / "incoming" / id, directory_ / "saved");
  }
  std::filesystem::rename(directory_ / "saved", directory_ / "incoming" / id);
  open();
  EXPECT_EQ(numFiles("incoming"), 0u);
  EXPECT_EQ(contentOf(id), "content");
}

TEST_F(StoreTest, WhatIsReplacedGoesWhenNobodyReadsIt) {
  IncomingFile first = written("first");
  commit("key", first, 5);
  first.keep();
  auto lease = store_->files().lease();
  IncomingFile second = written("second");
  commit("key", second, 6);
  second.keep();
  EXPECT_EQ(contentOf(first.id()), "first");
  auto later = store_->files().lease();
  lease.reset();
  EXPECT_EQ(contentOf(first.id()), "(none)");
  EXPECT_EQ(contentOf(second.id()), "second");
}

TEST_F(StoreTest, WhatWasNotRemovedYetIsRemovedAtTheNextStart) {
  IncomingFile file = written("x");
  commit("key", file, 1);
  file.keep();
  std::filesystem::copy(directory_ / "objects", directory_ / "saved",
                        std::filesystem::copy_options::recursive);
  erase("key");
  EXPECT_EQ(numFiles("objects"), 0u);
  // As if the program had died before the removal.
  std::filesystem::remove_all(directory_ / "objects");
  std::filesystem::rename(directory_ / "saved", directory_ / "objects");
  open();
  EXPECT_EQ(numFiles("objects"), 0u);
}

TEST_F(StoreTest, AnErrorTakesEverythingBack) {
  IncomingFile file = written("x");
  commit("key", file, 1);
  file.keep();
  auto outcome = store_->write([&](Transaction& transaction) -> Outcome<void> {
    auto object = TRY(findCurrent(transaction, bucket_, "key"));
    TRY(eraseVersion(transaction, bucket_, *object));
    return ApiError("Broken", 400, "on purpose");
  });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), "Broken");
  EXPECT_EQ(contentOf(file.id()), "x");
}

}  // namespace
}  // namespace millrace::s3
