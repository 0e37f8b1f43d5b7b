#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "connectors/connector.h"
#include "connectors/filesystem/file_layout.h"
#include "connectors/filesystem/partition_commit.h"
#include "env/file_system.h"
#include "env/sim/sim_env.h"
#include "state/snapshot.h"

namespace millrace {
namespace {

class NoOutput : public Output {
 public:
  Status emit(Batch) override { return {}; }
};

SinkRequest request(OptionMap options = {}) {
  SinkRequest sink;
  sink.table.name = "t";
  sink.table.physical = {{"n", Type::integer()}, {"p", Type::string()}};
  sink.table.options = {{"connector", "filesystem"}, {"path", "/out"}, {"format", "csv"}};
  for (auto& [key, value] : options) sink.table.options[key] = value;
  return sink;
}

Batch batchOf(const std::vector<std::pair<int, const char*>>& rows) {
  MutableColumnPtr numbers = Column::make(Type::integer(), rows.size());
  MutableColumnPtr texts = Column::make(Type::string(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    numbers->mutableValues<int32_t>()[i] = rows[i].first;
    if (rows[i].second) {
      texts->setString(i, rows[i].second);
    } else {
      texts->setNull(i);
    }
  }
  return Batch({numbers, texts}, rows.size());
}

// One subtask of the sink, which goes on from checkpoint 1 when it is restored.
class Sink {
 public:
  Sink(const SinkRequest& request, Env& env, const RestoredOperator* restored = nullptr,
       const std::string& jobId = "job", const SubtaskInfo& subtask = {})
      : store_(subtask, restored) {
    context_.jobId = jobId;
    context_.operatorId = "insert:t[0]/sink";
    context_.subtask = subtask;
    context_.restoredCheckpointId = restored ? 1 : 0;
    context_.options = &options_;
    context_.env = &env;
    context_.state = &store_;
    context_.metrics = &metrics_;
    TableOptions read = readTableOptions(request.table).value();
    op_ = read.connector->makeSink(request, subtask, env).value();
    EXPECT_TRUE(op_->open(context_).ok());
    if (restored) complete(1);
  }
  void write(Batch batch) { EXPECT_TRUE(op_->processBatch(0, std::move(batch), out_).ok()); }
  std::string snapshot(uint64_t id) {
    EXPECT_TRUE(op_->snapshotState(id).ok());
    return store_.snapshot();
  }
  void complete(uint64_t id) { EXPECT_TRUE(op_->checkpointComplete(id).ok()); }
  // What the task does when the sink's next check is due.
  void check(Env& env) {
    int64_t now = env.clock().nowMillis();
    if (op_->nextProcessingTime() > now) return;
    EXPECT_TRUE(op_->onProcessingTime(now, out_).ok());
  }
  void finish() {
    EXPECT_TRUE(op_->finish(out_).ok());
    snapshot(99);
    complete(99);
  }

 private:
  ExecutionOptions options_;
  OperatorMetrics metrics_;
  StateStore store_;
  OperatorContext context_;
  NoOutput out_;
  OperatorPtr op_;
};

void collect(Env& env, const std::string& directory, bool hidden, std::vector<std::string>& out) {
  if (!env.files().exists(directory)) return;
  std::vector<FileInfo> entries = env.files().list(directory).value();
  for (const FileInfo& entry : entries) {
    if (entry.isDirectory) {
      collect(env, entry.path, hidden, out);
    } else if (isHiddenName(fileName(entry.path)) == hidden) {
      out.push_back(entry.path);
    }
  }
}

std::vector<std::string> paths(Env& env, bool hidden) {
  std::vector<std::string> found;
  collect(env, "/out", hidden, found);
  return found;
}

std::string visible(Env& env) {
  std::string text;
  for (const std::string& path : paths(env, false)) {
    text += readFile(env.files(), path).value();
  }
  return text;
}

TEST(FileSink, RowsAppearWhenTheirCheckpointIsComplete) {
  SimEnv env(1);
  Sink sink(request(), env);
  sink.write(batchOf({{1, "a"}, {2, "b"}}));
  EXPECT_EQ(visible(env), "");
  sink.snapshot(1);
  sink.write(batchOf({{3, "c"}}));
  EXPECT_EQ(visible(env), "");
  sink.complete(1);
  EXPECT_EQ(visible(env), "1,a\n2,b\n");
  sink.complete(1);
  sink.finish();
  std::string text = visible(env);
  EXPECT_NE(text.find("1,a\n2,b\n"), std::string::npos);
  EXPECT_NE(text.find("3,c\n"), std::string::npos);
  EXPECT_TRUE(paths(env, true).empty());
}

TEST(FileSink, ARestoreCommitsWhatWasPendingAndDropsTheRest) {
  SimEnv env(1);
  std::string snapshot;
  {
    Sink sink(request(), env);
    sink.write(batchOf({{1, "a"}}));
    snapshot = sink.snapshot(1);
    sink.write(batchOf({{2, "b"}}));
    sink.snapshot(2);
    sink.write(batchOf({{3, "c"}}));
  }
  auto restored = RestoredOperator::fromBytes({snapshot}).value();
  Sink sink(request(), env, restored.get());
  EXPECT_EQ(visible(env), "1,a\n");
  EXPECT_TRUE(paths(env, true).empty());
  sink.write(batchOf({{2, "b"}}));
  sink.finish();
  std::string text = visible(env);
  EXPECT_EQ(text.size(), std::string("1,a\n2,b\n").size());
}

// The checkpoint behind the one that is restored was complete, and is lost.
TEST(FileSink, ARestoreTakesBackWhatLaterCheckpointsCommitted) {
  SimEnv env(1);
  std::string snapshot;
  {
    Sink sink(request(), env);
    sink.write(batchOf({{1, "a"}}));
    snapshot = sink.snapshot(1);
    sink.complete(1);
    sink.write(batchOf({{2, "b"}}));
    sink.snapshot(2);
    sink.complete(2);
    sink.write(batchOf({{3, "c"}}));
    sink.snapshot(3);
    sink.complete(3);
    EXPECT_EQ(paths(env, false).size(), 3U);
  }
  auto restored = RestoredOperator::fromBytes({snapshot}).value();
  Sink sink(request(), env, restored.get());
  EXPECT_EQ(visible(env), "1,a\n");
  sink.write(batchOf({{2, "b"}, {3, "c"}}));
  sink.finish();
  EXPECT_EQ(visible(env), "1,a\n2,b\n3,c\n");
}

TEST(FileSink, AStartFromTheBeginningTakesEverythingBack) {
  SimEnv env(1);
  {
    Sink sink(request(), env);
    sink.write(batchOf({{1, "a"}}));
    sink.finish();
  }
  Sink again(request(), env);
  EXPECT_TRUE(paths(env, false).empty());
  Sink other(request(), env, nullptr, "another job");
  again.write(batchOf({{1, "a"}}));
  again.finish();
  EXPECT_EQ(visible(env), "1,a\n");
}

// The job whose snapshot it was may still run: what it has written since then stays.
TEST(FileSink, AnotherJobTakesNothingBack) {
  SimEnv env(1);
  Sink first(request(), env);
  first.write(batchOf({{1, "a"}}));
  std::string snapshot = first.snapshot(1);
  first.complete(1);
  first.write(batchOf({{2, "b"}}));
  first.snapshot(2);
  first.complete(2);
  first.write(batchOf({{3, "c"}}));
  auto restored = RestoredOperator::fromBytes({snapshot}).value();
  Sink second(request(), env, restored.get(), "another job");
  EXPECT_EQ(visible(env), "1,a\n2,b\n");
  second.write(batchOf({{4, "d"}}));
  second.finish();
  first.finish();
  std::string text = visible(env);
  EXPECT_EQ(text.size(), std::string("1,a\n2,b\n3,c\n4,d\n").size());
  EXPECT_TRUE(paths(env, true).empty());
}

// From two subtasks to one, and back: names are not used twice, and parts of subtasks that are no
// more are known.
TEST(FileSink, PartsOfFormerSubtasksAreKnown) {
  SimEnv env(1);
  std::vector<std::string> two;
  {
    std::vector<std::unique_ptr<Sink>> sinks;
    for (uint32_t i = 0; i < 2; ++i) {
      sinks.push_back(std::make_unique<Sink>(request(), env, nullptr, "job", SubtaskInfo{i, 2}));
    }
    sinks[0]->write(batchOf({{1, "a"}}));
    sinks[1]->write(batchOf({{2, "b"}}));
    for (auto& sink : sinks) two.push_back(sink->snapshot(1));
    for (auto& sink : sinks) sink->complete(1);
    sinks[1]->write(batchOf({{9, "x"}}));
    sinks[1]->snapshot(2);
    sinks[1]->complete(2);
  }
  std::string one;
  auto restored = RestoredOperator::fromBytes(two).value();
  {
    Sink sink(request(), env, restored.get());
    EXPECT_EQ(paths(env, false).size(), 2U);
    sink.write(batchOf({{3, "c"}}));
    one = sink.snapshot(1);
    sink.complete(1);
  }
  restored = RestoredOperator::fromBytes({one}).value();
  std::vector<std::unique_ptr<Sink>> sinks;
  for (uint32_t i = 0; i < 2; ++i) {
    SubtaskInfo subtask{i, 2};
    sinks.push_back(std::make_unique<Sink>(request(), env, restored.get(), "job", subtask));
  }
  sinks[1]->write(batchOf({{4, "d"}}));
  for (auto& sink : sinks) sink->finish();
  EXPECT_EQ(paths(env, false).size(), 4U);
  EXPECT_EQ(visible(env).size(), std::string("1,a\n2,b\n3,c\n4,d\n").size());
}

TEST(FileSink, APartitionThatLostFilesIsNotComplete) {
  SimEnv env(1);
  SinkRequest sinkRequest = request({{"sink.partition-commit.policy.kind", "success-file"}});
  sinkRequest.table.partitionKeys = {"p"};
  std::string snapshot;
  {
    Sink sink(sinkRequest, env);
    sink.write(batchOf({{1, "a"}}));
    snapshot = sink.snapshot(1);
    sink.complete(1);
    sink.write(batchOf({{2, "b"}}));
    sink.snapshot(2);
    sink.complete(2);
    EXPECT_TRUE(env.files().exists("/out/p=b/_SUCCESS"));
  }
  auto restored = RestoredOperator::fromBytes({snapshot}).value();
  Sink sink(sinkRequest, env, restored.get());
  EXPECT_TRUE(env.files().exists("/out/p=a/_SUCCESS"));
  EXPECT_FALSE(env.files().exists("/out/p=b/_SUCCESS"));
  sink.write(batchOf({{2, "b"}}));
  sink.finish();
  EXPECT_TRUE(env.files().exists("/out/p=b/_SUCCESS"));
  EXPECT_EQ(visible(env), "1\n2\n");
}

TEST(FileSink, ThePartitionIsCompleteWhenTheWatermarkPassesAgain) {
  SimEnv env(1);
  SinkRequest sinkRequest = request({{"sink.partition-commit.policy.kind", "success-file"},
                                     {"sink.partition-commit.trigger", "partition-time"},
                                     {"partition.time-extractor.timestamp-pattern", "$p:00:00"}});
  sinkRequest.table.partitionKeys = {"p"};
  constexpr int64_t kTenOClock = 1'704'103'200'000;  // 2024-01-01 10:00
  auto watermark = [&] {
    Batch batch = batchOf({});
    batch.mutableMarks().push_back({0, kTenOClock});
    return batch;
  };
  std::string mark = "/out/p=2024-01-01 09/_SUCCESS";
  std::string snapshot;
  {
    Sink sink(sinkRequest, env);
    snapshot = sink.snapshot(1);
    sink.complete(1);
    sink.write(batchOf({{1, "2024-01-01 09"}}));
    sink.write(watermark());
    sink.snapshot(2);
    sink.complete(2);
    EXPECT_TRUE(env.files().exists(mark));
  }
  auto restored = RestoredOperator::fromBytes({snapshot}).value();
  Sink sink(sinkRequest, env, restored.get());
  EXPECT_FALSE(env.files().exists(mark));
  sink.snapshot(2);
  sink.complete(2);
  EXPECT_FALSE(env.files().exists(mark));
  sink.write(watermark());
  sink.snapshot(3);
  sink.complete(3);
  EXPECT_TRUE(env.files().exists(mark));
}

TEST(FileSink, PartitionsAndSuccessFiles) {
  SimEnv env(1);
  SinkRequest sinkRequest = request({{"sink.partition-commit.policy.kind", "success-file"}});
  sinkRequest.table.partitionKeys = {"p"};
  Sink sink(sinkRequest, env);
  sink.write(batchOf({{1, "a/b"}, {2, nullptr}, {3, "a/b"}}));
  sink.finish();
  std::vector<std::string> found = paths(env, false);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].starts_with("/out/p=__DEFAULT_PARTITION__/part-"));
  EXPECT_TRUE(found[1].starts_with("/out/p=a%2Fb/part-"));
  EXPECT_EQ(readFile(env.files(), found[1]).value(), "1\n3\n");
  EXPECT_TRUE(env.files().exists("/out/p=a%2Fb/_SUCCESS"));
}

TEST(FileSink, RollsBySizeAndRefusesWhatIsMissing) {
  SimEnv env(1);
  Sink sink(request({{"sink.rolling-policy.file-size", "10"}}), env);
  for (int i = 0; i < 4; ++i) sink.write(batchOf({{i, "0123456789"}}));
  sink.finish();
  EXPECT_EQ(paths(env, false).size(), 4U);
  TableOptions read = readTableOptions(request().table).value();
  for (const OptionMap& refused : std::vector<OptionMap>{
           {{"auto-compaction", "true"}}, {{"sink.partition-commit.policy.kind", "metastore"}}}) {
    EXPECT_FALSE(read.connector->validate(request(refused).table, TableUse::kSink).ok());
    // They say nothing about reading.
    EXPECT_TRUE(read.connector->validate(request(refused).table, TableUse::kScan).ok());
  }
}

TEST(FileSink, RollsByAgeAndByInactivity) {
  for (const char* key : {"rollover-interval", "inactivity-interval"}) {
    SimEnv env(1);
    Sink sink(request({{std::string("sink.rolling-policy.") + key, "1 min"}}), env);
    sink.write(batchOf({{1, "a"}}));
    env.simClock().advanceMicros(40'000'000);
    sink.write(batchOf({{2, "b"}}));
    sink.check(env);
    env.simClock().advanceMicros(40'000'000);
    sink.check(env);
    sink.write(batchOf({{3, "c"}}));
    sink.finish();
    // The age counts from the first row, inactivity from the last one.
    size_t parts = std::string(key) == "rollover-interval" ? 2 : 1;
    EXPECT_EQ(paths(env, false).size(), parts) << key;
    EXPECT_EQ(visible(env).size(), 12U);
  }
}

TEST(FileSink, PartitionsAreCommittedByTheClock) {
  SimEnv env(1);
  SinkRequest sinkRequest = request({{"sink.partition-commit.policy.kind", "success-file"},
                                     {"sink.partition-commit.delay", "1 min"},
                                     {"sink.partition-commit.success-file.name", "_DONE"}});
  sinkRequest.table.partitionKeys = {"p"};
  Sink sink(sinkRequest, env);
  sink.write(batchOf({{1, "a"}}));
  sink.snapshot(1);
  sink.complete(1);
  EXPECT_FALSE(env.files().exists("/out/p=a/_DONE"));
  env.simClock().advanceMicros(61'000'000);
  sink.snapshot(2);
  sink.complete(2);
  EXPECT_TRUE(env.files().exists("/out/p=a/_DONE"));
}

TEST(FileSink, PartitionsAreCommittedByTheirTime) {
  SimEnv env(1);
  SinkRequest sinkRequest = request({{"sink.partition-commit.policy.kind", "success-file"},
                                     {"sink.partition-commit.trigger", "partition-time"},
                                     {"sink.partition-commit.delay", "1 h"},
                                     {"partition.time-extractor.timestamp-pattern", "$p:00:00"}});
  sinkRequest.table.partitionKeys = {"p"};
  Sink sink(sinkRequest, env);
  constexpr int64_t kTenOClock = 1'704'103'200'000;  // 2024-01-01 10:00
  Batch batch = batchOf({{1, "2024-01-01 09"}, {2, "2024-01-01 10"}});
  batch.mutableMarks().push_back({2, kTenOClock + 1});
  sink.write(std::move(batch));
  sink.snapshot(1);
  sink.complete(1);
  EXPECT_TRUE(env.files().exists("/out/p=2024-01-01 09/_SUCCESS"));
  EXPECT_FALSE(env.files().exists("/out/p=2024-01-01 10/_SUCCESS"));
}

TEST(PartitionTime, FollowsThePattern) {
  EXPECT_EQ(partitionTimeMillis("dt=2024-01-01/hour=07", "$dt $hour:00:00").value(),
            1'704'067'200'000 + 7 * 3'600'000);
  EXPECT_EQ(partitionTimeMillis("dt=2024-01-01", "").value(), 1'704'067'200'000);
  EXPECT_FALSE(partitionTimeMillis("dt=x", "").ok());
}

}  // namespace
}  // namespace millrace
