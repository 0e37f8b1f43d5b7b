#include "connectors/kinesis/kinesis_source.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <map>

#include "connectors/kinesis/aggregated_record.h"
#include "connectors/kinesis/initial_timestamp.h"
#include "connectors/kinesis/testing/scripted_stream.h"
#include "connectors/testing/source_harness.h"

namespace millrace {
namespace {

using connector_test::allFields;
using connector_test::renderRows;
using kinesis_test::ScriptedStream;

ScanRequest request(OptionMap options = {}) {
  ScanRequest scan;
  scan.table.name = "t";
  scan.table.physical = {{"n", Type::integer()}};
  scan.table.options = {{"connector", "kinesis"},
                        {"stream", "s"},
                        {"format", "json"},
                        {"source.init.position", "TRIM_HORIZON"}};
  for (auto& [key, value] : options) scan.table.options[key] = value;
  scan.fields = allFields(scan.table.physical);
  return scan;
}

std::string json(int n) { return "{\"n\":" + std::to_string(n) + "}"; }

// All subtasks of a source over a scripted stream, in one thread.
class StreamRun {
 public:
  StreamRun(const ScanRequest& scan, SimEnv& env, std::shared_ptr<ScriptedStream> stream,
            uint32_t parallelism, std::vector<std::string> snapshots = {})
      : env_(env) {
    if (!snapshots.empty()) {
      restored_ = RestoredOperator::fromBytes(std::move(snapshots)).value();
    }
    source_ = makeKinesisSource(scan, env, std::move(stream), 0).value();
    for (uint32_t i = 0; i < parallelism; ++i) {
      auto subtask = std::make_unique<Subtask>();
      SubtaskInfo info{i, parallelism, 128};
      subtask->store = std::make_unique<StateStore>(info, restored_.get());
      subtask->op.subtask = info;
      subtask->op.options = &options_;
      subtask->op.env = &env;
      subtask->op.state = subtask->store.get();
      subtask->op.metrics = &subtask->metrics;
      subtask->context.op = &subtask->op;
      subtask->context.wake = [] {};
      subtask->reader = source_->makeReader(info).value();
      EXPECT_TRUE(subtask->reader->open(subtask->context).ok());
      subtasks_.push_back(std::move(subtask));
    }
  }

  // Lets `seconds` pass, a quarter at a time.
  void run(int seconds = 15, size_t maxRows = 3) {
    for (int i = 0; i < seconds * 4; ++i) {
      pollAll(maxRows);
      env_.simClock().advanceMicros(250'000);
    }
  }

  // Until nobody has anything at this moment.
  void pollAll(size_t maxRows = 3) {
    for (bool progress = true; progress && error.empty();) {
      progress = false;
      for (uint32_t i = 0; i < subtasks_.size() && error.empty(); ++i) {
        progress = pollOne(i, maxRows) || progress;
      }
    }
  }

  bool pollOne(uint32_t subtask, size_t maxRows = 3) {
    Batch batch;
    Result<SourceStatus> status = subtasks_[subtask]->reader->poll(maxRows, batch);
    if (!status.ok()) {
      error = status.error().message();
      return false;
    }
    if (status.value() != SourceStatus::kData) return false;
    renderRows(batch, rows);
    return true;
  }

  std::string snapshotOf(uint32_t subtask, uint64_t id) {
    EXPECT_TRUE(subtasks_[subtask]->reader->snapshotState(id).ok());
    return subtasks_[subtask]->store->snapshot();
  }
  std::vector<std::string> snapshot(uint64_t id = 1) {
    std::vector<std::string> files;
    for (uint32_t i = 0; i < subtasks_.size(); ++i) files.push_back(snapshotOf(i, id));
    return files;
  }
  int64_t behind(uint32_t subtask) const { return subtasks_[subtask]->metrics.millisBehindLatest; }
  uint64_t malformed() const { return subtasks_[0]->metrics.malformedRecords; }

  std::vector<std::string> rows;
  std::string error;

 private:
  struct Subtask {
    OperatorMetrics metrics;
    std::unique_ptr<StateStore> store;
    OperatorContext op;
    SourceContext context;
    std::unique_ptr<SourceReader> reader;
  };
  SimEnv& env_;
  ExecutionOptions options_;
  std::unique_ptr<RestoredOperator> restored_;
  std::unique_ptr<Source> source_;
  std::vector<std::unique_ptr<Subtask>> subtasks_;
};

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> rows;
  for (int i = from; i < to; ++i) rows.push_back(std::to_string(i));
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> both(const StreamRun& first, const StreamRun& second) {
  std::vector<std::string> rows = first.rows;
  rows.insert(rows.end(), second.rows.begin(), second.rows.end());
  return sorted(rows);
}

TEST(KinesisSource, ReadsAllShardsAndGoesOnAtAnyPointAtAnotherParallelism) {
  for (int stop = 0; stop < 30; ++stop) {
    SimEnv env(1);
    auto stream = std::make_shared<ScriptedStream>(env, 4);
    stream->recordsPerCall = 7;
    for (int i = 0; i < 60; ++i) stream->put("key" + std::to_string(i), json(i));
    StreamRun first(request(), env, stream, 2);
    for (int i = 0; i < stop; ++i) first.pollOne(static_cast<uint32_t>(i) % 2);
    StreamRun second(request(), env, stream, 3, first.snapshot());
    second.run();
    EXPECT_EQ(second.error, "");
    EXPECT_EQ(both(first, second), numbers(0, 60)) << stop;
  }
}

TEST(KinesisSource, TellsHowFarItIsBehind) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->recordsPerCall = 2;
  for (int i = 0; i < 6; ++i) stream->put("key", json(i));
  StreamRun run(request(), env, stream, 2);
  EXPECT_EQ(run.behind(0), -1);
  run.pollAll();
  EXPECT_EQ(std::max(run.behind(0), run.behind(1)), 1000);  // what the scripted stream says
  run.run();
  EXPECT_EQ(std::max(run.behind(0), run.behind(1)), 0);
  EXPECT_EQ(std::min(run.behind(0), run.behind(1)), -1);  // it has no shard
}

TEST(KinesisSource, ChildrenComeAfterTheirParents) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 2);
  stream->recordsPerCall = 2;
  std::map<std::string, std::vector<int>> expected;
  int n = 0;
  auto putSome = [&] {
    for (int i = 0; i < 40; ++i, ++n) stream->put("key" + std::to_string(n % 10), json(n));
  };
  putSome();
  StreamRun run(request(), env, stream, 2);
  run.pollAll();
  stream->split(0);
  putSome();
  run.run(3);
  stream->split(1);
  stream->merge(2, 3);
  putSome();
  stream->merge(4, 5);
  putSome();
  run.run(60);
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(sorted(run.rows), numbers(0, 160));
  std::map<int, int> last;
  for (const std::string& row : run.rows) {
    int number = std::stoi(row);
    auto before = last.find(number % 10);
    if (before != last.end()) {
      EXPECT_LT(before->second, number);
    }
    last[number % 10] = number;
  }
}

// Subtask 0 has its barrier before its shard ends, subtask 1 after: what subtask 1 would read of
// the child stands in no snapshot before the parent's last row does.
TEST(KinesisSource, AChildWaitsForTheBarrierThatItsParentHasPassed) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 2);
  stream->putInto(0, json(0));
  stream->putInto(1, json(1));
  StreamRun run(request(), env, stream, 2);
  run.run(1);
  ASSERT_EQ(run.rows.size(), 2U);
  stream->putInto(0, json(2));
  stream->merge(0, 1);
  stream->putInto(2, json(3));
  std::vector<std::string> files{run.snapshotOf(0, 1)};
  run.run(11);
  EXPECT_EQ(sorted(run.rows), numbers(0, 3));
  files.push_back(run.snapshotOf(1, 1));
  StreamRun again(request(), env, stream, 1, files);
  again.run();
  // What was read behind the barrier is read again, and the child follows.
  EXPECT_EQ(again.rows.size(), 2U);
}

TEST(KinesisSource, FinishedShardsAreNotReadAgain) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  for (int i = 0; i < 5; ++i) stream->put("a", json(i));
  stream->split(0);
  for (int i = 5; i < 10; ++i) stream->put("a", json(i));
  StreamRun first(request(), env, stream, 1);
  first.run();
  EXPECT_EQ(sorted(first.rows), numbers(0, 10));
  StreamRun second(request(), env, stream, 2, first.snapshot());
  stream->put("a", json(10));
  second.run();
  EXPECT_EQ(second.rows, (std::vector<std::string>{"10"}));
}

TEST(KinesisSource, LatestIsWhereTheJobHasBegun) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 2);
  for (int i = 0; i < 5; ++i) stream->put("k" + std::to_string(i), json(i));
  env.simClock().advanceMicros(1'000'000);
  ScanRequest scan = request({{"source.init.position", "LATEST"}});
  StreamRun never(scan, env, stream, 1);
  std::vector<std::string> early = never.snapshot();  // before the shards are known
  env.simClock().advanceMicros(1'000'000);
  StreamRun first(scan, env, stream, 1, early);
  first.pollAll();
  EXPECT_TRUE(first.rows.empty());
  std::vector<std::string> snapshot = first.snapshot();
  for (int i = 5; i < 9; ++i) stream->put("k" + std::to_string(i), json(i));
  stream->split(0);
  env.simClock().advanceMicros(5'000'000);
  StreamRun second(scan, env, stream, 1, snapshot);
  second.run();
  EXPECT_EQ(sorted(second.rows), numbers(5, 9));
  StreamRun third(scan, env, stream, 1, second.snapshot());
  third.run();
  EXPECT_TRUE(third.rows.empty());
}

TEST(KinesisSource, BeginsAtATimestamp) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", json(0));
  env.simClock().advanceMicros(2'000'000);
  stream->put("a", json(1));
  StreamRun run(request({{"source.init.position", "AT_TIMESTAMP"},
                         {"source.init.timestamp", "2020-01-01T00:00:01.500-00:00"}}),
                env, stream, 1);
  run.run();
  EXPECT_EQ(run.rows, (std::vector<std::string>{"1"}));
}

TEST(KinesisSource, ThrottlingErrorsAndExpiredIteratorsLoseNothing) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->recordsPerCall = 2;
  for (int i = 0; i < 8; ++i) stream->put("a", json(i));
  stream->throttles = 30;
  stream->transients = 3;
  StreamRun run(request(), env, stream, 1);
  run.run(40);
  EXPECT_EQ(run.rows.size(), 8U);
  stream->expires = true;
  for (int i = 8; i < 12; ++i) stream->put("a", json(i));
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(stream->numIterators, 2);
  EXPECT_EQ(sorted(run.rows), numbers(0, 12));
  stream->transients = 1000;
  run.run(60);
  EXPECT_EQ(run.error, "try again");
}

TEST(KinesisSource, ARecoverableErrorIsWaitedOut) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", json(1));
  stream->transients = 50;
  StreamRun run(
      request({{"shard.consumer.error.recoverable[0].exception", "java.net.UnknownHostException"}}),
      env, stream, 1);
  run.run(60);
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows, (std::vector<std::string>{"1"}));
}

TEST(KinesisSource, IteratorsHaveRetriesOfTheirOwn) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", json(1));
  stream->iteratorTransients = 3;
  StreamRun run(request({{"scan.shard.getrecords.maxretries", "0"}}), env, stream, 1);
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows, (std::vector<std::string>{"1"}));
  stream->iteratorTransients = 3;
  StreamRun strict(request({{"scan.shard.getiterator.maxretries", "2"}}), env, stream, 1);
  strict.run();
  EXPECT_EQ(strict.error, "try again");
}

TEST(KinesisSource, WhatTheStreamHasForgottenIsPassedOver) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 2);
  for (int i = 0; i < 6; ++i) stream->putInto(0, json(i));
  stream->putInto(1, json(6));
  stream->recordsPerCall = 2;
  StreamRun first(request(), env, stream, 1);
  first.pollOne(0);
  std::vector<std::string> snapshot = first.snapshot();
  stream->trim(0, 4);
  stream->removeShard(1);
  StreamRun second(request(), env, stream, 1, snapshot);
  second.run();
  EXPECT_EQ(second.error, "");
  EXPECT_EQ(second.rows, (std::vector<std::string>{"4", "5"}));
}

std::string varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

std::string field(int number, const std::string& bytes) {
  return static_cast<char>(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string aggregated(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string message;
  for (const auto& [key, data] : records) message += field(1, key);
  for (size_t i = 0; i < records.size(); ++i) {
    message += field(3, std::string("\x08") + varint(i) + field(3, records[i].second));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(message.data(), message.size(), digest, nullptr, EVP_md5(), nullptr);
  return "\xF3\x89\x9A\xC2" + message + std::string(reinterpret_cast<char*>(digest), 16);
}

TEST(KinesisSource, ExpandsAggregatedRecordsAndRestoresInsideThem) {
  // The keys a and b lie in different halves of the ring.
  ASSERT_NE(hashKeyOf("a") >> 127, hashKeyOf("b") >> 127);
  size_t shard = hashKeyOf("a") >> 127 ? 1 : 0;
  for (int stop = 0; stop < 6; ++stop) {
    SimEnv env(1);
    auto stream = std::make_shared<ScriptedStream>(env, 2);
    stream->putInto(shard, json(0));
    stream->putInto(
        shard,
        aggregated(
            {{"a", json(1)}, {"b", json(99)}, {"a", json(2)}, {"a", json(3)}, {"a", json(4)}}));
    stream->putInto(shard, json(5));
    StreamRun first(request(), env, stream, 1);
    for (int i = 0; i < stop; ++i) first.pollOne(0, 1);
    EXPECT_EQ(first.rows.size(), static_cast<size_t>(stop));
    StreamRun second(request(), env, stream, 1, first.snapshot());
    second.run();
    EXPECT_EQ(both(first, second), numbers(0, 6)) << stop;
  }
}

TEST(KinesisSource, TakesRecordsAsTheyAreWhenToldSoOrBroken) {
  std::string packed = aggregated({{"a", "x"}});
  std::vector<DeaggregatedRecord> users;
  EXPECT_TRUE(readAggregatedRecord(packed, users));
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_FALSE(readAggregatedRecord(packed.substr(0, size), users));
  }
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", packed);
  ScanRequest scan = request({{"format", "raw"}, {"source.deaggregation", "false"}});
  scan.table.physical = {{"b", Type::varbinary(1000)}};
  scan.fields = allFields(scan.table.physical);
  StreamRun run(scan, env, stream, 1);
  run.run(1);
  ASSERT_EQ(run.rows.size(), 1U);
  EXPECT_GT(run.rows[0].size(), 20U);
}

TEST(KinesisSource, MetadataAndMalformedRecords) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", json(1));
  stream->put("a", "{broken");
  stream->put("a", "{\n \"n\":\n 2}\n");
  stream->put("a", "");
  stream->put("a", json(3));
  ScanRequest scan = request({{"json.ignore-parse-errors", "true"}});
  scan.metadataKeys = {"sequence-number", "shard-id", "timestamp"};
  StreamRun run(scan, env, stream, 1);
  run.run(1, 100);
  EXPECT_EQ(run.malformed(), 1U);
  ASSERT_EQ(run.rows.size(), 3U);
  EXPECT_TRUE(run.rows[0].starts_with("1 \"00000000000000000001\" \"shardId-000000000000\" "));
  EXPECT_TRUE(run.rows[1].starts_with("2 \"00000000000000000003\""));
  EXPECT_TRUE(run.rows[2].starts_with("3 \"00000000000000000005\""));
  StreamRun strict(request(), env, stream, 1);
  strict.run(1, 100);
  EXPECT_NE(strict.error.find("sequence number 00000000000000000002"), std::string::npos)
      << strict.error;
}

TEST(KinesisSource, AMessageIsARecordWhateverItHolds) {
  SimEnv env(1);
  auto stream = std::make_shared<ScriptedStream>(env, 1);
  stream->put("a", "1,\"open");
  stream->put("a", "2,b\n9,second");
  stream->put("a", "3,\"c\"\"\nd\"");
  stream->put("a", "4,e");
  ScanRequest scan = request({{"format", "csv"}, {"csv.ignore-parse-errors", "true"}});
  scan.table.physical = {{"n", Type::integer()}, {"s", Type::string()}};
  scan.fields = allFields(scan.table.physical);
  StreamRun run(scan, env, stream, 1);
  run.run(1, 100);
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows.size(), 3U);
  scan = request({{"format", "raw"}});
  scan.table.physical = {{"s", Type::string()}};
  scan.fields = allFields(scan.table.physical);
  StreamRun raw(scan, env, stream, 1);
  raw.run(1, 100);
  EXPECT_EQ(raw.rows.size(), 4U);
}

TEST(InitialTimestamp, ReadsFlinksFormats) {
  const char* pattern = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
  EXPECT_EQ(parseInitialTimestamp("2016-04-04T19:58:46.480-00:00", pattern).value(), 1459799926480);
  EXPECT_EQ(parseInitialTimestamp("2016-04-04T21:58:46.480+02:00", pattern).value(), 1459799926480);
  EXPECT_EQ(parseInitialTimestamp("2016-04-04T19:58:46.480Z", pattern).value(), 1459799926480);
  EXPECT_EQ(parseInitialTimestamp("1459799926.480", pattern).value(), 1459799926480);
  EXPECT_EQ(parseInitialTimestamp("20160404 195846", "yyyyMMdd HHmmss").value(), 1459799926000);
  EXPECT_FALSE(parseInitialTimestamp("-5", pattern).ok());
  EXPECT_FALSE(parseInitialTimestamp("yesterday", pattern).ok());
}

}  // namespace
}  // namespace millrace
