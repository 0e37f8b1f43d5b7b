#include "runtime/runtime_test_fixture.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "runtime/watermark.h"
#include "state/key_batch.h"

namespace millrace::runtime_test {

namespace {

const Type kBigint = Type::bigint().withNullable(false);

Batch pairs(const std::vector<std::pair<int64_t, int64_t>>& rows) {
  MutableColumnPtr keys = Column::make(kBigint, rows.size());
  MutableColumnPtr values = Column::make(kBigint, rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    keys->mutableValues<int64_t>()[i] = rows[i].first;
    values->mutableValues<int64_t>()[i] = rows[i].second;
  }
  return Batch({keys, values}, rows.size());
}

std::string bytesOf(int64_t number) {
  return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
}
int64_t numberOf(std::string_view bytes, size_t index = 0) {
  int64_t number = 0;
  std::memcpy(&number, bytes.data() + index * sizeof(number), sizeof(number));
  return number;
}

// Positions are kept per original subtask (stripe), so that a restore at any parallelism works.
class NumbersReader final : public SourceReader {
 public:
  NumbersReader(NumbersOptions options, SubtaskInfo subtask)
      : options_(options), subtask_(subtask) {}

  Status open(SourceContext& context) override {
    context_ = &context;
    positions_ = TRY(context.op->state->openList("stripes", Redistribution::kSplit));
    if (context.op->state->isRestored()) {
      for (const std::string& element : positions_->elements()) {
        stripes_.push_back({numberOf(element), numberOf(element, 1)});
      }
    } else {
      stripes_.push_back({subtask_.index, subtask_.parallelism});
    }
    return {};
  }

  Result<SourceStatus> poll(size_t maxRows, Batch& out) override {
    if (static_cast<int>(subtask_.index) == options_.silentSubtask) return SourceStatus::kWaiting;
    int64_t now = context_->op->env->clock().nowMillis();
    if (now < nextMillis_) return SourceStatus::kWaiting;
    std::vector<std::pair<int64_t, int64_t>> rows;
    std::vector<WatermarkMark> marks;
    while (rows.size() < maxRows) {
      auto next = std::min_element(stripes_.begin(), stripes_.end());
      if (next == stripes_.end() || next->first >= options_.limit) break;
      int64_t number = next->first;
      next->first += next->second;
      if (options_.watermarkEvery > 0 && number / options_.watermarkEvery != lastMark_) {
        lastMark_ = number / options_.watermarkEvery;
        marks.push_back({static_cast<uint32_t>(rows.size()), number - 1});
      }
      rows.emplace_back(number % options_.keys, number);
    }
    if (rows.empty()) {
      nextMillis_ = INT64_MAX;
      return options_.endless ? SourceStatus::kWaiting : SourceStatus::kEnd;
    }
    if (options_.pauseMillis > 0) nextMillis_ = now + options_.pauseMillis;
    out = pairs(rows);
    out.mutableMarks() = marks;
    return SourceStatus::kData;
  }

  int64_t wakeAtMillis() const override {
    return static_cast<int>(subtask_.index) == options_.silentSubtask ? INT64_MAX : nextMillis_;
  }

  Status snapshotState(uint64_t) override {
    positions_->elements().clear();
    for (const auto& [next, step] : stripes_) {
      positions_->elements().push_back(bytesOf(next) + bytesOf(step));
    }
    return {};
  }

 private:
  NumbersOptions options_;
  SubtaskInfo subtask_;
  SourceContext* context_ = nullptr;
  ListState* positions_ = nullptr;
  std::vector<std::pair<int64_t, int64_t>> stripes_;
  int64_t lastMark_ = -1;
  int64_t nextMillis_ = INT64_MIN;
};

class Numbers final : public Source {
 public:
  explicit Numbers(NumbersOptions options) : options_(options) {}
  bool isBounded() const override { return !options_.endless; }
  Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) override {
    return std::unique_ptr<SourceReader>(std::make_unique<NumbersReader>(options_, subtask));
  }

 private:
  NumbersOptions options_;
};

class Count final : public Operator {
 public:
  explicit Count(int64_t failAt) : failAt_(failAt) {}

  Status open(OperatorContext& context) override {
    StateSchema schema;
    schema.name = "counts";
    schema.key = {kBigint};
    schema.parts = {{"count", "BIGINT", 8, {}}};
    table_ = TRY(context.state->openTable(schema));
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    batch.materialize();
    size_t n = batch.numRows();
    ColumnPtr key = batch.column(0);
    keys_.encode(table_->encoder(), {&key, 1}, batch.rows());
    std::vector<std::byte*> values(n);
    table_->findOrInsert(keys_, values.data(), nullptr);
    MutableColumnPtr counts = Column::make(kBigint, n);
    for (size_t i = 0; i < n; ++i) {
      if (batch.column(1)->values<int64_t>()[i] == failAt_) {
        return Error(ErrorKind::kArithmetic, "the test wants this").withHint("Do not ask for it.");
      }
      int64_t count = 0;
      std::memcpy(&count, values[i], sizeof(count));
      ++count;
      std::memcpy(values[i], &count, sizeof(count));
      counts->mutableValues<int64_t>()[i] = count;
    }
    batch.setColumns({key, counts});
    return out.emit(std::move(batch));
  }

 private:
  int64_t failAt_;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
};

class Failing final : public Operator {
 public:
  explicit Failing(std::shared_ptr<FailurePlan> plan) : plan_(std::move(plan)) {}
  Status processBatch(int, Batch batch, Output& out) override {
    batch.materialize();
    for (size_t i = 0; i < batch.numRows(); ++i) {
      if (plan_->fails(batch.column(1)->values<int64_t>()[i])) {
        return Error(ErrorKind::kArithmetic, "the test wants this");
      }
    }
    return out.emit(std::move(batch));
  }

 private:
  std::shared_ptr<FailurePlan> plan_;
};

class Add final : public Operator {
 public:
  Add(int64_t addend, int64_t sleepMicros) : addend_(addend), sleepMicros_(sleepMicros) {}
  Status processBatch(int, Batch batch, Output& out) override {
    if (sleepMicros_ > 0) std::this_thread::sleep_for(std::chrono::microseconds(sleepMicros_));
    MutableColumnPtr sums = Column::make(kBigint, batch.numRows());
    for (size_t i = 0; i < batch.numRows(); ++i) {
      sums->mutableValues<int64_t>()[i] = batch.column(1)->values<int64_t>()[i] + addend_;
    }
    batch.setColumns({batch.column(0), sums});
    return out.emit(std::move(batch));
  }

 private:
  int64_t addend_;
  int64_t sleepMicros_;
};

class Union final : public Operator {
 public:
  explicit Union(size_t numInputs) : merger_(numInputs), numInputs_(numInputs) {}
  Status processBatch(int input, Batch batch, Output& out) override {
    std::vector<WatermarkMark> marks;
    for (const WatermarkMark& mark : batch.marks()) {
      auto lifted = merger_.update(static_cast<size_t>(input), mark.watermark);
      if (lifted) marks.push_back({mark.position, *lifted});
    }
    batch.mutableMarks() = std::move(marks);
    return out.emit(std::move(batch));
  }
  Status endInput(int input, Output& out) override {
    ++ended_;
    return lift(merger_.setFinished(static_cast<size_t>(input)), out);
  }
  Status inputIdle(int input, bool idle, Output& out) override {
    TRY(lift(merger_.setIdle(static_cast<size_t>(input), idle), out));
    return out.markIdle(merger_.allIdle());
  }
  Status finish(Output&) override {
    if (ended_ == numInputs_) return {};
    return Error(ErrorKind::kInternal, "finished before its inputs");
  }

 private:
  Status lift(std::optional<int64_t> watermark, Output& out) {
    if (!watermark) return {};
    Batch batch = pairs({});
    batch.mutableMarks().push_back({0, *watermark});
    return out.emit(std::move(batch));
  }
  WatermarkMerger merger_;
  size_t numInputs_;
  size_t ended_ = 0;
};

class HoldBack final : public Operator {
 public:
  Status open(OperatorContext& context) override {
    context_ = &context;
    return {};
  }
  Status processBatch(int, Batch batch, Output&) override {
    batch.materialize();
    held_.push_back(std::move(batch));
    if (due_ == INT64_MAX) due_ = context_->env->clock().nowMillis() + 5;
    return {};
  }
  Status flush(Output& out) override {
    for (Batch& batch : held_) TRY(out.emit(std::move(batch)));
    held_.clear();
    due_ = INT64_MAX;
    return {};
  }
  Status finish(Output&) override {
    if (held_.empty()) return {};
    return Error(ErrorKind::kInternal, "finished without flush");
  }
  int64_t nextProcessingTime() const override { return due_; }
  Status onProcessingTime(int64_t now, Output& out) override {
    if (now < due_) return Error(ErrorKind::kInternal, "too early");
    return flush(out);
  }

 private:
  OperatorContext* context_ = nullptr;
  std::vector<Batch> held_;
  int64_t due_ = INT64_MAX;
};

class Idle final : public Operator {
 public:
  explicit Idle(bool idle) : idle_(idle) {}
  Status processBatch(int, Batch batch, Output& out) override { return out.emit(std::move(batch)); }
  int64_t nextProcessingTime() const override { return idle_ ? 0 : INT64_MAX; }
  Status onProcessingTime(int64_t, Output& out) override {
    idle_ = false;
    return out.markIdle(true);
  }

 private:
  bool idle_;
};

// Two-phase: rows since the last checkpoint are pending in the state, and committed when it is
// complete.
class Sink final : public Operator {
 public:
  explicit Sink(std::shared_ptr<Collected> collected) : collected_(std::move(collected)) {}

  Status open(OperatorContext& context) override {
    subtask_ = context.subtask.index;
    pending_ = TRY(context.state->openList("pending", Redistribution::kSplit));
    return {};
  }

  Status processBatch(int, Batch batch, Output&) override {
    size_t mark = 0;
    Rows rows = batch.rows();
    for (uint32_t k = 0; k < rows.count(); ++k) {
      while (mark < batch.marks().size() && batch.marks()[mark].position <= rows[k]) {
        advance(batch, mark);
      }
      open_.push_back({subtask_, batch.column(0)->values<int64_t>()[rows[k]],
                       batch.column(1)->values<int64_t>()[rows[k]], watermark_});
    }
    while (mark < batch.marks().size()) advance(batch, mark);
    return regressed_ ? Error(ErrorKind::kInternal, "watermark went back") : Status();
  }

  Status snapshotState(uint64_t id) override {
    for (const Collected::Row& row : open_) {
      pending_->elements().push_back(bytesOf(static_cast<int64_t>(id)) + bytesOf(row.key) +
                                     bytesOf(row.value) + bytesOf(row.watermark) +
                                     bytesOf(Collected::newToken()));
    }
    open_.clear();
    return {};
  }

  Status checkpointComplete(uint64_t id) override {
    std::vector<std::string> later;
    for (std::string& element : pending_->elements()) {
      if (numberOf(element) > static_cast<int64_t>(id)) {
        later.push_back(std::move(element));
      } else {
        collected_->commit(numberOf(element, 4), {subtask_, numberOf(element, 1),
                                                  numberOf(element, 2), numberOf(element, 3)});
      }
    }
    pending_->elements() = std::move(later);
    return {};
  }

 private:
  void advance(const Batch& batch, size_t& mark) {
    regressed_ = regressed_ || batch.marks()[mark].watermark < watermark_;
    watermark_ = batch.marks()[mark++].watermark;
    collected_->addWatermark(subtask_, watermark_);
  }

  std::shared_ptr<Collected> collected_;
  ListState* pending_ = nullptr;
  std::vector<Collected::Row> open_;
  uint32_t subtask_ = 0;
  int64_t watermark_ = kMinWatermark;
  bool regressed_ = false;
};

template <typename Make>
JobNode operatorNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs, Make make) {
  JobNode node;
  node.name = id;
  node.id = std::move(id);
  node.parallelism = parallelism;
  node.inputs = std::move(inputs);
  node.output = pairSchema();
  node.makeOperator = [make](const SubtaskInfo& subtask) -> Result<OperatorPtr> {
    return OperatorPtr(make(subtask));
  };
  return node;
}

}  // namespace

void Collected::commit(int64_t token, const Row& row) {
  std::lock_guard lock(mutex_);
  if (tokens_.insert(token).second) rows_.push_back(row);
}

int64_t Collected::newToken() {
  static std::atomic<int64_t> next{0};
  return ++next;
}

void Collected::addWatermark(uint32_t subtask, int64_t watermark) {
  std::lock_guard lock(mutex_);
  watermarks_[subtask] = watermark;
}

std::vector<Collected::Row> Collected::rows() const {
  std::lock_guard lock(mutex_);
  return rows_;
}

int64_t Collected::lowestFinalWatermark(uint32_t parallelism) const {
  std::lock_guard lock(mutex_);
  if (watermarks_.size() < parallelism) return kMinWatermark;
  int64_t lowest = kMaxWatermark;
  for (const auto& [subtask, watermark] : watermarks_) lowest = std::min(lowest, watermark);
  return lowest;
}

Schema pairSchema() { return {{"key", kBigint}, {"value", kBigint}}; }

JobNode numbersNode(std::string id, uint32_t parallelism, NumbersOptions options) {
  JobNode node;
  node.name = id;
  node.id = std::move(id);
  node.parallelism = parallelism;
  node.output = pairSchema();
  node.makeSource = [options]() -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<Numbers>(options));
  };
  return node;
}

JobNode countNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                  int64_t failAt) {
  return operatorNode(std::move(id), parallelism, std::move(inputs),
                      [failAt](const SubtaskInfo&) { return std::make_unique<Count>(failAt); });
}

bool FailurePlan::fails(int64_t value) {
  std::lock_guard lock(mutex_);
  return values_.erase(value) > 0;
}

bool FailurePlan::empty() const {
  std::lock_guard lock(mutex_);
  return values_.empty();
}

JobNode failingNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                    std::shared_ptr<FailurePlan> plan) {
  return operatorNode(std::move(id), parallelism, std::move(inputs),
                      [plan](const SubtaskInfo&) { return std::make_unique<Failing>(plan); });
}

JobNode addNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs, int64_t addend,
                int64_t sleepMicros) {
  return operatorNode(std::move(id), parallelism, std::move(inputs), [=](const SubtaskInfo&) {
    return std::make_unique<Add>(addend, sleepMicros);
  });
}

JobNode unionNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs) {
  size_t numInputs = inputs.size();
  return operatorNode(std::move(id), parallelism, std::move(inputs),
                      [=](const SubtaskInfo&) { return std::make_unique<Union>(numInputs); });
}

JobNode bufferNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs) {
  return operatorNode(std::move(id), parallelism, std::move(inputs),
                      [](const SubtaskInfo&) { return std::make_unique<HoldBack>(); });
}

JobNode idleNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                 uint32_t idleSubtask) {
  return operatorNode(std::move(id), parallelism, std::move(inputs), [=](const SubtaskInfo& info) {
    return std::make_unique<Idle>(info.index == idleSubtask);
  });
}

JobNode sinkNode(std::string id, uint32_t parallelism, std::vector<JobEdge> inputs,
                 std::shared_ptr<Collected> collected) {
  return operatorNode(std::move(id), parallelism, std::move(inputs),
                      [=](const SubtaskInfo&) { return std::make_unique<Sink>(collected); });
}

}  // namespace millrace::runtime_test
