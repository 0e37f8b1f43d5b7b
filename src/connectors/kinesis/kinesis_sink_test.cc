#include "connectors/kinesis/kinesis_sink.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "connectors/kinesis/kinesis_options.h"
#include "connectors/kinesis/testing/scripted_stream.h"
#include "connectors/testing/source_harness.h"
#include "runtime/async_operator.h"
#include "types/column_builder.h"

namespace millrace {
namespace {

using kinesis_test::ScriptedStream;

class NoOutput : public Output {
 public:
  Status emit(Batch) override { return {}; }
};

SinkRequest request(OptionMap options = {}, std::vector<std::string> keys = {}) {
  SinkRequest sink;
  sink.table.name = "t";
  sink.table.physical = {{"n", Type::integer()}, {"s", Type::string()}};
  sink.table.options = {{"connector", "kinesis"}, {"stream", "s"}, {"format", "json"}};
  for (auto& [key, value] : options) sink.table.options[key] = value;
  sink.table.partitionKeys = std::move(keys);
  return sink;
}

Batch rows(int from, int to, const std::string& text = "x") {
  ColumnBuilder numbers(Type::integer());
  ColumnBuilder texts(Type::string());
  for (int i = from; i < to; ++i) {
    numbers.appendInt(i);
    texts.appendString(text + std::to_string(i % 3));
  }
  return Batch({numbers.finish(), texts.finish()}, static_cast<size_t>(to - from));
}

struct SinkRun {
  explicit SinkRun(const SinkRequest& sink, std::shared_ptr<ScriptedStream> to) {
    op = makeKinesisSink(sink, {1, 2, 128}, realEnv(), std::move(to)).value();
    async = dynamic_cast<AsyncOperator*>(op.get());
    async->setWake([] {});
    context.metrics = &metrics;
    EXPECT_TRUE(op->open(context).ok());
  }
  void settle() {
    for (int i = 0; i < 1000 && !async->isSettled(); ++i) {
      if (op->nextProcessingTime() == 0) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  NoOutput none;
  OperatorMetrics metrics;
  OperatorContext context;
  OperatorPtr op;
  AsyncOperator* async = nullptr;
};

TEST(KinesisSink, SendsInBatchesAndFlushes) {
  auto stream = std::make_shared<ScriptedStream>(realEnv(), 1);
  SinkRun run(request({{"sink.partitioner", "fixed"}, {"sink.batch.max-size", "40"}}), stream);
  ASSERT_TRUE(run.op->processBatch(0, rows(0, 100), run.none).ok());
  ASSERT_TRUE(run.op->flush(run.none).ok());
  run.settle();
  ASSERT_TRUE(run.async->isSettled());
  EXPECT_EQ(stream->batches, (std::vector<size_t>{40, 40, 20}));
  ASSERT_EQ(stream->written.size(), 100U);
  EXPECT_EQ(stream->written[7].data, "{\"n\":7,\"s\":\"x1\"}");
  EXPECT_EQ(stream->written[7].partitionKey, "1");
}

TEST(KinesisSink, PartitionKeysAreTheColumns) {
  auto stream = std::make_shared<ScriptedStream>(realEnv(), 1);
  SinkRun run(request({}, {"s", "n"}), stream);
  ASSERT_TRUE(run.op->processBatch(0, rows(0, 1, std::string(300, 'k')), run.none).ok());
  ASSERT_TRUE(run.op->processBatch(0, rows(5, 6), run.none).ok());
  ASSERT_TRUE(run.op->finish(run.none).ok());
  run.settle();
  ASSERT_EQ(stream->written.size(), 2U);
  std::vector<std::string> keys{stream->written[0].partitionKey, stream->written[1].partitionKey};
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys, (std::vector<std::string>{std::string(256, 'k'), "x2|5"}));
}

TEST(KinesisSink, RefusedRecordsGoAgainInOrder) {
  auto stream = std::make_shared<ScriptedStream>(realEnv(), 1);
  stream->refusals = 15;
  SinkRun run(request({{"sink.partitioner", "fixed"}, {"sink.batch.max-size", "10"}}), stream);
  ASSERT_TRUE(run.op->processBatch(0, rows(0, 50), run.none).ok());
  ASSERT_TRUE(run.op->flush(run.none).ok());
  run.settle();
  ASSERT_TRUE(run.async->isSettled());
  std::vector<std::string> data;
  for (const KinesisPut& put : stream->written) data.push_back(put.data);
  EXPECT_EQ(data.size(), 50U);
  std::sort(data.begin(), data.end());
  EXPECT_EQ(std::unique(data.begin(), data.end()), data.end());
}

TEST(KinesisSink, BackpressureAndErrors) {
  auto stream = std::make_shared<ScriptedStream>(realEnv(), 1);
  SinkRun run(request({{"sink.requests.max-buffered", "100"}}), stream);
  EXPECT_TRUE(run.async->isReady());
  ASSERT_TRUE(run.op->processBatch(0, rows(0, 100), run.none).ok());
  run.settle();
  EXPECT_TRUE(run.async->isReady());
  Status large = run.op->processBatch(0, rows(0, 1, std::string(2 << 20, 'y')), run.none);
  ASSERT_FALSE(large.ok());
  stream->refusals = 1;
  SinkRun strict(request({{"sink.fail-on-error", "true"}}), stream);
  ASSERT_TRUE(strict.op->processBatch(0, rows(0, 1), strict.none).ok());
  ASSERT_TRUE(strict.op->flush(strict.none).ok());
  strict.settle();
  EXPECT_FALSE(strict.async->isSettled());
  EXPECT_EQ(strict.op->nextProcessingTime(), 0);
  EXPECT_FALSE(strict.op->onProcessingTime(1, strict.none).ok());
}

TEST(KinesisOptions, MistakesAreFoundWhenATableIsUsed) {
  auto problem = [](OptionMap options, std::vector<std::string> keys, TableUse use) {
    TableDefinition table = request(std::move(options), std::move(keys)).table;
    Result<TableOptions> read = readTableOptions(table);
    if (!read.ok()) return read.error().message();
    Status checked = read.value().connector->validate(table, use);
    return checked.ok() ? std::string() : checked.error().message();
  };
  EXPECT_EQ(problem({}, {}, TableUse::kSink), "");
  EXPECT_EQ(problem({{"scan.stream.recordpublisher", "EFO"}}, {}, TableUse::kScan),
            "enhanced fan-out ('scan.stream.recordpublisher' = 'EFO')");
  EXPECT_EQ(problem({{"sink.partitioner", "fixed"}}, {"s"}, TableUse::kSink),
            "Cannot set sink.partitioner option for a table defined with a PARTITIONED BY clause");
  EXPECT_NE(problem({{"stream.arn", "x"}}, {}, TableUse::kScan), "");
  EXPECT_NE(problem({{"sink.batch.max-size", "501"}}, {}, TableUse::kSink), "");
  EXPECT_NE(problem({{"scan.stream.initpos", "AT_TIMESTAMP"}}, {}, TableUse::kScan), "");
  EXPECT_NE(problem({{"scan.stream.initpso", "LATEST"}}, {}, TableUse::kScan), "");
  // Flink reads enumerations in any case.
  EXPECT_EQ(problem({{"source.init.position", "trim_horizon"}}, {}, TableUse::kScan), "");
  EXPECT_EQ(problem({{"source.reader.type", "polling"}}, {}, TableUse::kScan), "");
  EXPECT_EQ(problem({{"scan.shard-assigner", "uniform"}}, {}, TableUse::kScan), "");
  EXPECT_EQ(problem({{"source.shard-assigner", "org.Mine"}}, {}, TableUse::kScan),
            "'source.shard-assigner' = 'org.Mine'");
  EXPECT_NE(problem({{"sink.http-client.protocol.version", "HTTP3"}}, {}, TableUse::kSink), "");
  EXPECT_NE(problem({{"sink.http-client.max-concurrency", "0"}}, {}, TableUse::kSink), "");
  EXPECT_NE(problem({{"aws.http-client.read-timeout", "0"}}, {}, TableUse::kScan), "");
  EXPECT_EQ(problem({{"aws.http.protocol.version", "HTTP2"},
                     {"aws.kinesis.client.user-agent-prefix", "mine"}},
                    {}, TableUse::kScan),
            "");
  EXPECT_EQ(problem({{"scan.stream.initpos", "AT_TIMESTAMP"},
                     {"scan.stream.initpos-timestamp", "1459799926.480"}},
                    {}, TableUse::kScan),
            "");
}

TEST(KinesisOptions, OfTheHttpClientBoundCalls) {
  auto reader = [](OptionMap options) {
    return std::move(readTableOptions(request(std::move(options)).table).value().options);
  };
  OptionReader own =
      reader({{"aws.http-client.read-timeout", "700"}, {"aws.http-client.max-concurrency", "5"}});
  EXPECT_EQ(readSinkStreamOptions(own).readTimeoutMillis, 700);
  EXPECT_EQ(readSinkOptions(own).maxInFlight, 5);
  OptionReader sink = reader({{"aws.http-client.read-timeout", "700"},
                              {"sink.http-client.read-timeout", "900"},
                              {"sink.http-client.max-concurrency", "3"}});
  EXPECT_EQ(readStreamOptions(sink).readTimeoutMillis, 700);
  EXPECT_EQ(readSinkStreamOptions(sink).readTimeoutMillis, 900);
  EXPECT_EQ(readSinkOptions(sink).maxInFlight, 3);
  EXPECT_EQ(readSinkOptions(reader({})).maxInFlight, 16);
}

}  // namespace
}  // namespace millrace
