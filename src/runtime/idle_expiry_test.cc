// State with a time to live goes also when no more input comes.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "runtime/job.h"
#include "state/keyed_table.h"

namespace millrace {

namespace {

constexpr int64_t kKeys = 20'000;

const Type kNumber = Type::bigint().withNullable(false);

// Every key once, then nothing for ever.
class SilentKeys final : public Source, public SourceReader {
 public:
  bool isBounded() const override { return false; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo&) override {
    return std::unique_ptr<SourceReader>(std::make_unique<SilentKeys>());
  }
  Status open(SourceContext&) override { return {}; }
  int64_t wakeAtMillis() const override { return INT64_MAX; }
  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    size_t rows = std::min<size_t>(maxRows, static_cast<size_t>(kKeys - next_));
    if (rows == 0) return SourceStatus::kWaiting;
    MutableColumnPtr column = Column::make(kNumber, rows);
    for (size_t i = 0; i < rows; ++i) column->mutableValues<int64_t>()[i] = next_++;
    out = Batch({column}, rows);
    return SourceStatus::kData;
  }
  Status snapshotState(uint64_t) override { return {}; }

 private:
  int64_t next_ = 0;
};

// Remembers every key for 300 ms.
class Remember final : public Operator {
 public:
  Status open(OperatorContext& context) override {
    context_ = &context;
    context.refreshTime();
    StateSchema schema;
    schema.name = "keys";
    schema.key = {kNumber};
    schema.parts = {{"seen", "BIGINT", 8, {}}};
    schema.ttlMillis = 300;
    table_ = TRY(context.state->openTable(schema));
    return {};
  }
  Status processBatch(int, Batch batch, Output&) override {
    context_->refreshTime();
    ColumnPtr key = batch.column(0);
    keys_.encode(table_->encoder(), {&key, 1}, batch.rows());
    values_.resize(keys_.size());
    table_->findOrInsert(keys_, values_.data(), nullptr);
    return {};
  }

 private:
  OperatorContext* context_ = nullptr;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
};

TEST(IdleExpiry, StateGoesWithoutInput) {
  JobGraph graph;
  graph.name = "idle expiry";
  JobNode source;
  source.id = source.name = "keys";
  source.output = {{"key", kNumber}};
  source.makeSource = []() -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<SilentKeys>());
  };
  JobNode remember;
  remember.id = remember.name = "remember";
  remember.inputs = {{0, Partitioning::kHash, {0}}};
  remember.output = source.output;
  remember.makeOperator = [](const SubtaskInfo&) -> Result<OperatorPtr> {
    return OperatorPtr(std::make_unique<Remember>());
  };
  graph.nodes = {std::move(source), std::move(remember)};
  auto job = startJob(std::move(graph), {}, realEnv()).value();
  auto stateBytes = [&] { return job->progress().operators[1].stateBytes; };
  auto within10Seconds = [](auto condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  };
  ASSERT_TRUE(within10Seconds([&] { return stateBytes() > kKeys * 16; }));
  EXPECT_TRUE(within10Seconds([&] { return stateBytes() < 64 * 1024; })) << stateBytes();
  job->cancel();
  job->wait(-1);
}

}  // namespace

}  // namespace millrace
