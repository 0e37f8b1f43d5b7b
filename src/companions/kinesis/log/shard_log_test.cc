#include "companions/kinesis/log/shard_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"

namespace millrace::kinesis {
namespace {

constexpr size_t kNoLimit = 10 << 20;
constexpr int64_t kHour = 3'600'000;

class ShardLogTest : public testing::Test {
 protected:
  ShardLogTest() : env_(7), budget_(64 << 20), now_(env_.clock().nowMillis()) {}

  std::unique_ptr<ShardLog> open() {
    return ShardLog::open(env_.files(), budget_, "/data/shard", 3, options_).value();
  }

  // Records "<text>-0", "<text>-1", ... in one append.
  AppendedRecords append(ShardLog& log, const std::string& text, size_t count = 1) {
    std::vector<std::string> data;
    for (size_t i = 0; i < count; ++i) data.push_back(fmt::format("{}-{}", text, i));
    std::vector<NewRecord> records;
    for (const std::string& bytes : data) records.push_back({"key", bytes});
    return log.append(records, now_).value();
  }

  static std::vector<std::string> readAll(ShardLog& log, uint64_t from = 0, int64_t oldest = 0) {
    std::vector<std::string> data;
    while (true) {
      LogRead read = log.read(from, 10'000, kNoLimit, oldest).value();
      for (const StoredRecord& record : read.records) data.emplace_back(record.data);
      from = read.nextPosition;
      if (read.atEnd) return data;
    }
  }

  std::vector<std::string> segmentFiles() {
    std::vector<std::string> paths;
    std::vector<FileInfo> files = env_.files().list("/data/shard").value();
    for (const FileInfo& file : files) paths.push_back(file.path);
    return paths;
  }

  SimEnv env_;
  CacheBudget budget_;
  ShardLogOptions options_;
  int64_t now_;
};

TEST_F(ShardLogTest, ReadsWhatWasAppendedInOrder) {
  auto log = open();
  EXPECT_EQ(log->endPosition(), ShardLog::kFirstPosition);
  EXPECT_TRUE(log->read(0, 10, kNoLimit, 0).value().atEnd);
  AppendedRecords first = append(*log, "a", 3);
  AppendedRecords second = append(*log, "b", 2);
  EXPECT_EQ(first.firstPosition, 1u);
  EXPECT_EQ(second.firstPosition, 4u);
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"a-0", "a-1", "a-2", "b-0", "b-1"}));
  EXPECT_EQ(readAll(*log, 3), (std::vector<std::string>{"a-2", "b-0", "b-1"}));
  LogRead read = log->read(2, 2, kNoLimit, 0).value();
  ASSERT_EQ(read.records.size(), 2u);
  EXPECT_EQ(read.records[0].position, 2u);
  EXPECT_EQ(read.records[0].partitionKey, "key");
  EXPECT_EQ(read.records[0].arrivalMillis, now_);
  EXPECT_EQ(read.nextPosition, 4u);
  EXPECT_FALSE(read.atEnd);
}

TEST_F(ShardLogTest, LimitsBytesButReturnsAtLeastOneRecord) {
  auto log = open();
  std::string large(1000, 'x');
  for (int i = 0; i < 5; ++i) log->append({{{"k", large}}}, now_).value();
  EXPECT_EQ(log->read(0, 100, 2500, 0).value().records.size(), 2u);
  EXPECT_EQ(log->read(0, 100, 10, 0).value().records.size(), 1u);
}

TEST_F(ShardLogTest, SurvivesTheEndOfTheProcessWithoutSync) {
  auto log = open();
  append(*log, "a", 3);
  uint64_t end = log->endPosition();
  log = open();  // the old one is not closed in order before
  EXPECT_GE(log->endPosition(), end);
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"a-0", "a-1", "a-2"}));
  AppendedRecords more = append(*log, "b", 1);
  EXPECT_GE(more.firstPosition, end);
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"a-0", "a-1", "a-2", "b-0"}));
}

TEST_F(ShardLogTest, SyncedRecordsSurviveTheEndOfTheMachine) {
  auto log = open();
  append(*log, "synced", 2);
  log->sync().value();
  AppendedRecords lost = append(*log, "lost", 2);
  log.reset();
  env_.simFiles().crash();
  log = open();
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"synced-0", "synced-1"}));
  // A reader may have seen what was lost: its positions are not used again.
  EXPECT_GT(append(*log, "new", 1).firstPosition, lost.firstPosition + 1);
  EXPECT_EQ(readAll(*log, lost.firstPosition + 2), (std::vector<std::string>{"new-0"}));
}

// Every length to which a crash can cut the file, and every byte that it can damage.
TEST_F(ShardLogTest, CutsOffATailThatIsIncompleteOrDamaged) {
  auto log = open();
  append(*log, "keep", 2);
  log->sync().value();
  std::string path = segmentFiles().at(0);
  size_t intact = readFile(env_.files(), path).value().size();
  append(*log, "tail", 1);
  log.reset();
  std::string whole = readFile(env_.files(), path).value();
  for (size_t i = intact; i < whole.size(); ++i) {
    for (bool cut : {true, false}) {
      std::string damaged = cut ? whole.substr(0, i) : whole;
      if (!cut) damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
      writeFileAtomically(env_.files(), path, damaged).value();
      auto recovered = open();
      ASSERT_EQ(readAll(*recovered), (std::vector<std::string>{"keep-0", "keep-1"})) << i << cut;
      append(*recovered, "more", 1);
      recovered = open();
      ASSERT_EQ(readAll(*recovered), (std::vector<std::string>{"keep-0", "keep-1", "more-0"}));
    }
  }
}

TEST_F(ShardLogTest, ASegmentWithoutAWholeHeadIsForgotten) {
  auto log = open();
  append(*log, "a", 1);
  log->sync().value();
  log.reset();
  writeFileAtomically(env_.files(), "/data/shard/00000000ffffffff.segment", "MRKS").value();
  log = open();
  EXPECT_EQ(readAll(*log), std::vector<std::string>{"a-0"});
  EXPECT_EQ(segmentFiles().size(), 1u);
}

TEST_F(ShardLogTest, GoesOnInNewSegmentsAndReadsAcrossThem) {
  options_.segmentBytes = 300;
  budget_.take(1 << 30);  // nothing is cached
  auto log = open();
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    append(*log, fmt::format("r{}", i), 2);
    expected.push_back(fmt::format("r{}-0", i));
    expected.push_back(fmt::format("r{}-1", i));
  }
  EXPECT_GT(segmentFiles().size(), 10u);
  EXPECT_EQ(readAll(*log), expected);
  log = open();
  EXPECT_EQ(readAll(*log), expected);
  for (uint64_t from : {1u, 2u, 37u, 99u}) {
    EXPECT_EQ(
        readAll(*log, from),
        std::vector<std::string>(expected.begin() + static_cast<long>(from) - 1, expected.end()));
  }
}

TEST_F(ShardLogTest, RecentRecordsAreReadWithoutTouchingAFile) {
  auto log = open();
  append(*log, "a", 3);
  env_.simFiles().failAfter(0);
  EXPECT_EQ(readAll(*log, 1), (std::vector<std::string>{"a-0", "a-1", "a-2"}));
}

TEST_F(ShardLogTest, FindsPositionsByTime) {
  options_.segmentBytes = 300;
  auto log = open();
  int64_t start = now_;
  for (int i = 0; i < 40; ++i) {
    now_ = start + i * 10;
    append(*log, "r", 2);
  }
  EXPECT_EQ(log->positionAt(start - 5).value(), 1u);
  EXPECT_EQ(log->positionAt(start).value(), 1u);
  EXPECT_EQ(log->positionAt(start + 1).value(), 3u);
  EXPECT_EQ(log->positionAt(start + 200).value(), 41u);
  EXPECT_EQ(log->positionAt(start + 201).value(), 43u);
  EXPECT_EQ(log->positionAt(start + 391).value(), log->endPosition());
}

TEST_F(ShardLogTest, TimeNeverGoesBackWithinAShard) {
  auto log = open();
  append(*log, "a", 1);
  now_ -= 1000;
  EXPECT_EQ(append(*log, "b", 1).arrivalMillis, now_ + 1000);
}

TEST_F(ShardLogTest, ExpiredRecordsAreNotReadAndTheirFilesGo) {
  auto log = open();
  append(*log, "old", 2);
  int64_t between = now_ + kHour;
  now_ += 2 * kHour;
  append(*log, "new", 1);  // an hour passed, so this is another segment
  EXPECT_EQ(segmentFiles().size(), 2u);
  EXPECT_EQ(readAll(*log, 0, between), std::vector<std::string>{"new-0"});
  log->trim(between).value();
  EXPECT_EQ(segmentFiles().size(), 1u);
  EXPECT_EQ(readAll(*log, 0, 0), std::vector<std::string>{"new-0"});
  uint64_t end = log->endPosition();
  log->trim(now_ + 1).value();
  EXPECT_TRUE(readAll(*log).empty());
  log = open();
  EXPECT_GE(log->endPosition(), end);
  EXPECT_TRUE(readAll(*log).empty());
}

TEST_F(ShardLogTest, ReadsOldRecordsOfASegmentThatExpiresInPart) {
  auto log = open();
  append(*log, "old", 2);
  now_ += 1000;
  append(*log, "new", 2);
  EXPECT_EQ(readAll(*log, 0, now_), (std::vector<std::string>{"new-0", "new-1"}));
  EXPECT_EQ(readAll(*log, 2, now_), (std::vector<std::string>{"new-0", "new-1"}));
}

TEST_F(ShardLogTest, AFullDiskLosesNothingThatWasAcknowledged) {
  auto log = open();
  append(*log, "a", 1);
  // The write and the flush of an append.
  for (uint64_t operation : {0, 1}) {
    env_.simFiles().failAfter(operation);
    std::vector<NewRecord> records{{"key", "refused"}};
    EXPECT_FALSE(log->append(records, now_).ok());
    append(*log, "b", 1);
  }
  std::vector<std::string> expected{"a-0", "b-0", "b-0"};
  EXPECT_EQ(readAll(*log), expected);
  log = open();
  EXPECT_EQ(readAll(*log), expected);
}

TEST_F(ShardLogTest, LetsGoOfWhatIsNotUsed) {
  auto log = open();
  append(*log, "a", 2);
  log->release(now_ + 1).value();
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"a-0", "a-1"})) << "from the file";
  append(*log, "b", 1);
  EXPECT_EQ(readAll(*log), (std::vector<std::string>{"a-0", "a-1", "b-0"}));
}

TEST_F(ShardLogTest, TheCacheStaysWithinItsBudget) {
  CacheBudget small(20'000);
  auto log = ShardLog::open(env_.files(), small, "/data/small", 3, options_).value();
  std::string data(1000, 'x');
  for (int i = 0; i < 100; ++i) {
    log->append({{{"k", data}}}, now_).value();
    EXPECT_FALSE(small.exceeded());
  }
  EXPECT_EQ(readAll(*log).size(), 100u);
}

}  // namespace
}  // namespace millrace::kinesis
