// The operations over a virtual clock: what takes minutes or hours, and what must be counted
// exactly. What clients see is tested in tests/serve.
#include "companions/kinesis/service.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "access/access_control.h"
#include "aws/model/generated/kinesis/create_stream.h"
#include "aws/model/generated/kinesis/decrease_stream_retention_period.h"
#include "aws/model/generated/kinesis/delete_stream.h"
#include "aws/model/generated/kinesis/describe_stream_summary.h"
#include "aws/model/generated/kinesis/get_records.h"
#include "aws/model/generated/kinesis/get_shard_iterator.h"
#include "aws/model/generated/kinesis/increase_stream_retention_period.h"
#include "aws/model/generated/kinesis/list_shards.h"
#include "aws/model/generated/kinesis/list_streams.h"
#include "aws/model/generated/kinesis/put_record.h"
#include "aws/model/generated/kinesis/put_records.h"
#include "aws/model/generated/kinesis/split_shard.h"
#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"

namespace millrace::kinesis {

// As the generated bindings declare them.
Outcome<CreateStreamResponse> createStream(Service&, CreateStreamInput&, RequestContext&);
Outcome<DecreaseStreamRetentionPeriodResponse> decreaseStreamRetentionPeriod(
    Service&, DecreaseStreamRetentionPeriodInput&, RequestContext&);
Outcome<DeleteStreamResponse> deleteStream(Service&, DeleteStreamInput&, RequestContext&);
Outcome<DescribeStreamSummaryOutput> describeStreamSummary(Service&, DescribeStreamSummaryInput&,
                                                           RequestContext&);
Outcome<GetRecordsOutput> getRecords(Service&, GetRecordsInput&, RequestContext&);
Outcome<GetShardIteratorOutput> getShardIterator(Service&, GetShardIteratorInput&, RequestContext&);
Outcome<IncreaseStreamRetentionPeriodResponse> increaseStreamRetentionPeriod(
    Service&, IncreaseStreamRetentionPeriodInput&, RequestContext&);
Outcome<ListShardsOutput> listShards(Service&, ListShardsInput&, RequestContext&);
Outcome<ListStreamsOutput> listStreams(Service&, ListStreamsInput&, RequestContext&);
Outcome<PutRecordOutput> putRecord(Service&, PutRecordInput&, RequestContext&);
Outcome<PutRecordsOutput> putRecords(Service&, PutRecordsInput&, RequestContext&);
Outcome<SplitShardResponse> splitShard(Service&, SplitShardInput&, RequestContext&);

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3600 * kSecond;

class EverythingAllowed final : public Authorizer {
 public:
  Outcome<void> authorize(const Principal&, const AccessRequest&) override { return {}; }
};

class SilentLog final : public Log {
 public:
  void write(LogLevel, std::string_view, Fields) override {}
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : env_(3), root_(fmt::format("/tmp/millrace-kinesis-test-{}", ::getpid())) {
    (void)realEnv().files().removeTree(root_).ok();
    realEnv().files().makeDirectories(root_).value();
    access_ = AccessControl::open(env_, {.directory = root_, .account = "000000000000"}).value();
    open({});
  }
  ~ServiceTest() override {
    service_.reset();
    access_.reset();
    (void)realEnv().files().removeTree(root_).ok();
  }

  // The database is a real file, records are in the simulated file system.
  void open(std::map<std::string, std::string> settings) {
    service_.reset();
    // The background thread keeps out: it would meet injected failures.
    settings.emplace("fsync-interval-ms", "3600000");
    CompanionContext context{
        env_, log_, root_, "us-east-1", "000000000000", *access_, std::move(settings)};
    service_ = Service::open(context).value();
  }

  RequestContext context() {
    return {service_->model(),
            service_->model().operations[0],
            env_,
            authorizer_,
            http_,
            {},
            "000000000000",
            "us-east-1",
            "request",
            {}};
  }

  template <typename Input, typename Function>
  auto call(Function function, Input input) {
    RequestContext request = context();
    return function(*service_, input, request);
  }

  void create(const std::string& name, int32_t shards) {
    CreateStreamInput input;
    input.streamName = name;
    input.shardCount = shards;
    ASSERT_TRUE(call(createStream, input).ok());
  }

  Outcome<PutRecordOutput> put(const std::string& data, const std::string& key = "key") {
    PutRecordInput input;
    input.streamName = "orders";
    input.data.bytes = data;
    input.partitionKey = key;
    return call(putRecord, std::move(input));
  }

  Outcome<GetShardIteratorOutput> iterator(const std::string& type,
                                           const std::string& shard = "0") {
    GetShardIteratorInput input;
    input.streamName = "orders";
    input.shardId = shard;
    input.shardIteratorType = type;
    return call(getShardIterator, input);
  }

  Outcome<GetRecordsOutput> get(const std::string& shardIterator) {
    GetRecordsInput input;
    input.shardIterator = shardIterator;
    return call(getRecords, input);
  }

  std::vector<std::string> dataOf(const GetRecordsOutput& output) {
    std::vector<std::string> data;
    for (const Record& record : output.records) data.push_back(record.data.bytes);
    return data;
  }

  std::string status() {
    DescribeStreamSummaryInput input;
    input.streamName = "orders";
    Outcome<DescribeStreamSummaryOutput> summary = call(describeStreamSummary, input);
    return summary.ok() ? summary.value().streamDescriptionSummary.streamStatus
                        : summary.error().code();
  }

  void pass(int64_t micros) { env_.simClock().advanceMicros(micros); }

  SimEnv env_;
  std::string root_;
  EverythingAllowed authorizer_;
  SilentLog log_;
  std::unique_ptr<AccessControl> access_;
  HttpRequest http_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, IteratorsWorkForFiveMinutes) {
  create("orders", 1);
  put("a").value();
  std::string token = *iterator("TRIM_HORIZON").value().shardIterator;
  pass(300 * kSecond);
  EXPECT_EQ(dataOf(get(token).value()), std::vector<std::string>{"a"});
  pass(kSecond / 1000);
  Outcome<GetRecordsOutput> expired = get(token);
  ASSERT_FALSE(expired.ok());
  EXPECT_EQ(expired.error().code(), "ExpiredIteratorException");
  EXPECT_EQ(expired.error().message(),
            "Iterator expired. The iterator was created at time Wed Jan 01 00:00:00 UTC 2020 while "
            "right now it is Wed Jan 01 00:05:00 UTC 2020 which is further in the future than the "
            "tolerated delay of 300000 milliseconds.");
}

TEST_F(ServiceTest, TransitionsTakeAsLongAsTheOptionSays) {
  open({{"transition-ms", "500"}});
  create("orders", 1);
  EXPECT_EQ(status(), "CREATING");
  EXPECT_EQ(put("a").error().code(), "ResourceNotFoundException");
  pass(kSecond / 2);
  EXPECT_EQ(status(), "ACTIVE");
  put("a").value();
  SplitShardInput split;
  split.streamName = "orders";
  split.shardToSplit = "shardId-000000000000";
  split.newStartingHashKey = "12345";
  call(splitShard, split).value();
  EXPECT_EQ(status(), "UPDATING");
  EXPECT_EQ(call(splitShard, split).error().code(), "ResourceInUseException");
  EXPECT_EQ(put("b").value().shardId, "shardId-000000000000") << "it goes on meanwhile";
  open({{"transition-ms", "500"}});
  pass(kSecond / 2);
  EXPECT_EQ(status(), "ACTIVE") << "also over a restart";
  EXPECT_EQ(put("c").value().shardId, "shardId-000000000002");
  DeleteStreamInput remove;
  remove.streamName = "orders";
  call(deleteStream, remove).value();
  EXPECT_EQ(status(), "DELETING");
  pass(kSecond / 2);
  EXPECT_EQ(status(), "ResourceNotFoundException");
}

TEST_F(ServiceTest, AClosedShardEndsWithItsChildren) {
  create("orders", 1);
  put("a").value();
  std::string token = *iterator("TRIM_HORIZON").value().shardIterator;
  SplitShardInput split;
  split.streamName = "orders";
  split.shardToSplit = "shardId-000000000000";
  split.newStartingHashKey = "12345";
  call(splitShard, split).value();
  GetRecordsOutput end = get(token).value();
  EXPECT_EQ(dataOf(end), std::vector<std::string>{"a"});
  EXPECT_FALSE(end.nextShardIterator);
  ASSERT_TRUE(end.childShards);
  ASSERT_EQ(end.childShards->size(), 2u);
  EXPECT_EQ((*end.childShards)[0].shardId, "shardId-000000000001");
  EXPECT_EQ((*end.childShards)[0].hashKeyRange.endingHashKey, "12344");
  GetRecordsOutput latest = get(*iterator("LATEST").value().shardIterator).value();
  EXPECT_FALSE(latest.nextShardIterator);
}

TEST_F(ServiceTest, AShardTakesAThousandRecordsASecond) {
  create("orders", 1);
  PutRecordsInput input;
  input.streamName = "orders";
  input.records.resize(500);
  for (PutRecordsRequestEntry& entry : input.records) entry.partitionKey = "key";
  pass(kSecond);
  EXPECT_EQ(call(putRecords, input).value().failedRecordCount, 0);
  EXPECT_EQ(call(putRecords, input).value().failedRecordCount, 0);
  pass(kSecond / 10);
  PutRecordsOutput output = call(putRecords, input).value();
  EXPECT_EQ(output.failedRecordCount, 400);
  EXPECT_TRUE(output.records[99].sequenceNumber);
  EXPECT_EQ(output.records[100].errorCode, "ProvisionedThroughputExceededException");
  EXPECT_EQ(output.records[100].errorMessage,
            "Rate exceeded for shard shardId-000000000000 in stream orders under account "
            "000000000000.");
  EXPECT_EQ(put("a").error().code(), "ProvisionedThroughputExceededException");
  open({{"throttling", "off"}});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(call(putRecords, input).value().failedRecordCount, 0);
}

TEST_F(ServiceTest, AShardTakesAMegabyteASecond) {
  create("orders", 1);
  std::string half(512 * 1024 - 3, 'x');  // and the key
  put(half).value();
  put(half).value();
  EXPECT_EQ(put("a").error().code(), "ProvisionedThroughputExceededException");
  pass(kSecond / 2);
  put(half).value();
}

TEST_F(ServiceTest, AShardIsReadFiveTimesASecond) {
  create("orders", 1);
  std::string token = *iterator("TRIM_HORIZON").value().shardIterator;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(get(token).ok());
  EXPECT_EQ(get(token).error().code(), "ProvisionedThroughputExceededException");
  pass(kSecond / 5);
  EXPECT_TRUE(get(token).ok());
}

TEST_F(ServiceTest, ALargeAnswerIsPaidForBeforeTheNext) {
  create("orders", 1);
  std::string data((1 << 20) - 3, 'x');
  for (int i = 0; i < 12; ++i) {
    put(data).value();
    pass(kSecond);
  }
  std::string token = *iterator("TRIM_HORIZON").value().shardIterator;
  GetRecordsOutput large = get(token).value();
  // Ten megabytes at most, and not beyond a segment.
  EXPECT_GE(large.records.size(), 8u);
  EXPECT_LE(large.records.size(), 10u);
  EXPECT_GT(*large.millisBehindLatest, 0);
  Outcome<GetRecordsOutput> early = get(*large.nextShardIterator);
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().code(), "ProvisionedThroughputExceededException");
  pass(6 * kSecond);
  GetRecordsOutput rest = get(*large.nextShardIterator).value();
  EXPECT_EQ(large.records.size() + rest.records.size(), 12u);
  EXPECT_EQ(*rest.millisBehindLatest, 0);
}

TEST_F(ServiceTest, RecordsAreThereForTheRetentionPeriod) {
  create("orders", 1);
  put("old").value();
  pass(12 * kHour);
  put("new").value();
  pass(12 * kHour + kSecond);
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            std::vector<std::string>{"new"});
  IncreaseStreamRetentionPeriodInput longer;
  longer.streamName = "orders";
  longer.retentionPeriodHours = 48;
  call(increaseStreamRetentionPeriod, longer).value();
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            std::vector<std::string>{"new"})
      << "what has expired does not come back";
  pass(13 * kHour);
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            std::vector<std::string>{"new"});
  service_->streams().maintain().value();
  pass(48 * kHour);
  EXPECT_TRUE(get(*iterator("TRIM_HORIZON").value().shardIterator).value().records.empty());
  service_->streams().maintain().value();
  EXPECT_EQ(iterator("AT_TIMESTAMP").error().code(), "InvalidArgumentException");
}

TEST_F(ServiceTest, ClosedShardsGoWhenTheirRecordsHaveExpired) {
  create("orders", 1);
  put("a").value();
  SplitShardInput split;
  split.streamName = "orders";
  split.shardToSplit = "0";
  split.newStartingHashKey = "12345";
  call(splitShard, split).value();
  ListShardsInput list;
  list.streamName = "orders";
  EXPECT_EQ(call(listShards, list).value().shards->size(), 3u);
  pass(25 * kHour);
  EXPECT_EQ(call(listShards, list).value().shards->size(), 2u);
  service_->streams().maintain().value();
  EXPECT_EQ(iterator("TRIM_HORIZON", "0").error().code(), "ResourceNotFoundException");
  open({});
  EXPECT_EQ(call(listShards, list).value().shards->size(), 2u);
}

TEST_F(ServiceTest, NextTokensExpire) {
  create("orders", 3);
  create("parcels", 1);
  ListShardsInput shards;
  shards.streamName = "orders";
  shards.maxResults = 2;
  ListShardsInput next;
  next.nextToken = *call(listShards, shards).value().nextToken;
  EXPECT_EQ((*call(listShards, next).value().shards)[0].shardId, "shardId-000000000002");
  ListStreamsInput streams;
  streams.limit = 1;
  ListStreamsInput nextStreams;
  nextStreams.nextToken = *call(listStreams, streams).value().nextToken;
  EXPECT_EQ(call(listStreams, nextStreams).value().streamNames,
            std::vector<std::string>{"parcels"});
  pass(301 * kSecond);
  EXPECT_EQ(call(listShards, next).error().code(), "ExpiredNextTokenException");
  EXPECT_EQ(call(listStreams, nextStreams).error().code(), "ExpiredNextTokenException");
}

TEST_F(ServiceTest, RecordsOutliveTheProcess) {
  create("orders", 1);
  std::string first = put("a").value().sequenceNumber;
  open({});
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            std::vector<std::string>{"a"});
  EXPECT_GT(put("b").value().sequenceNumber, first);
}

TEST_F(ServiceTest, WithAlwaysRecordsOutliveTheMachine) {
  open({{"fsync", "always"}});
  create("orders", 1);
  put("a").value();
  env_.simFiles().crash();
  open({});
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            std::vector<std::string>{"a"});
}

TEST_F(ServiceTest, AFullDiskIsAnInternalFailure) {
  create("orders", 1);
  put("a").value();
  env_.simFiles().failAfter(0);
  EXPECT_EQ(put("b").error().status(), 500);
  put("c").value();
  EXPECT_EQ(dataOf(get(*iterator("TRIM_HORIZON").value().shardIterator).value()),
            (std::vector<std::string>{"a", "c"}));
}

TEST(KinesisOptions, AreChecked) {
  KinesisOptions options =
      KinesisOptions::parse(
          {{"throttling", "2.5"}, {"fsync", "always"}, {"shard-limit", "10"}, {"cache-mb", "1"}})
          .value();
  EXPECT_EQ(options.throttling, 2.5);
  EXPECT_EQ(options.sync, SyncPolicy::kAlways);
  EXPECT_EQ(options.shardLimit, 10);
  EXPECT_EQ(options.cacheBytes, 1u << 20);
  EXPECT_EQ(KinesisOptions::parse({{"fsnc", "x"}}).error().kind(), ErrorKind::kUnknownOption);
  for (auto [name, value] : {std::pair{"fsync", "sometimes"},
                             {"throttling", "-1"},
                             {"transition-ms", "1s"},
                             {"shard-limit", "0"}}) {
    EXPECT_EQ(KinesisOptions::parse({{name, value}}).error().kind(), ErrorKind::kInvalidOption);
  }
}

}  // namespace
}  // namespace millrace::kinesis
