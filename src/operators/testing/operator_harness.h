// OperatorHarness: drives one operator without the runtime, for unit tests.
//
//   OperatorHarness harness([&] { return makeRank(spec); }, types);
//   harness.push({{"+I", {1, "a"}}, {"-U", {1, "a"}}}, {{2, 1000}});   // a mark behind row 1
//   EXPECT_EQ(harness.take(), "+I|1|a\n~1000\n");
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/operator.h"
#include "state/snapshot.h"
#include "types/column_builder.h"
#include "types/value.h"

namespace millrace {

struct TestRow {
  const char* kind;  // "+I", "-U", "+U", "-D"
  std::vector<Value> values;
};

class TestClock final : public Clock {
 public:
  int64_t nowMicros() const override { return millis * 1000; }
  int64_t monotonicNanos() const override { return millis * 1'000'000; }
  int64_t millis = 0;
};

// Only the clock may be used.
class TestEnv final : public Env {
 public:
  Clock& clock() override { return testClock; }
  FileSystem& files() override { UNREACHABLE(); }
  Random& random() override { UNREACHABLE(); }
  TestClock testClock;
};

inline RowKind rowKindOf(const std::string& name) {
  for (RowKind kind : {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter}) {
    if (name == rowKindName(kind)) return kind;
  }
  return RowKind::kDelete;
}

// A batch of rows; kinds only where one is not +I.
inline Batch makeBatch(const std::vector<Type>& types, const std::vector<TestRow>& rows,
                       std::vector<WatermarkMark> marks = {}) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < types.size(); ++i) {
    ColumnBuilder builder(types[i]);
    for (const TestRow& row : rows) builder.appendValue(row.values[i]);
    columns.push_back(builder.finish());
  }
  Batch batch(std::move(columns), rows.size());
  RowKind* kinds = nullptr;
  for (size_t k = 0; k < rows.size(); ++k) {
    RowKind kind = rowKindOf(rows[k].kind);
    if (kind == RowKind::kInsert) continue;
    if (kinds == nullptr) {
      kinds = batch.allocateKinds();
      std::fill(kinds, kinds + rows.size(), RowKind::kInsert);
    }
    kinds[k] = kind;
  }
  batch.mutableMarks() = std::move(marks);
  return batch;
}

inline std::string valueText(const Value& value, const Type& type) {
  if (value.isNull()) return "NULL";
  switch (type.physical()) {
    case Physical::kBool:
      return value.boolean() ? "true" : "false";
    case Physical::kString:
      return value.text();
    case Physical::kFloat:
    case Physical::kDouble:
      return std::to_string(value.real());
    default:
      return std::to_string(value.integer());
  }
}

// One line per row ("+I|1|a") and per watermark ("~1000"), in order.
inline std::string batchText(const Batch& batch) {
  std::string text;
  Rows rows = batch.rows();
  size_t mark = 0;
  auto addMarks = [&](uint32_t row) {
    while (mark < batch.marks().size() && batch.marks()[mark].position <= row) {
      text += "~" + std::to_string(batch.marks()[mark++].watermark) + "\n";
    }
  };
  for (uint32_t k = 0; k < rows.count(); ++k) {
    addMarks(rows[k]);
    text += rowKindName(batch.kind(rows[k]));
    for (const ColumnPtr& column : batch.columns()) {
      text += "|" + valueText(Value::of(*column, rows[k]), column->type());
    }
    text += "\n";
  }
  addMarks(UINT32_MAX);
  return text;
}

class OperatorHarness final : public Output {
 public:
  using Factory = std::function<Result<OperatorPtr>()>;

  // types: of the input columns. restored: snapshots of all subtasks that ran before. startMillis:
  // the time at which the operator is opened.
  OperatorHarness(Factory make, std::vector<Type> types, ExecutionOptions executionOptions = {},
                  SubtaskInfo subtask = {}, std::vector<std::string> restored = {},
                  int64_t startMillis = 0)
      : options(executionOptions), types_(std::move(types)) {
    env.testClock.millis = startMillis;
    if (!restored.empty()) {
      auto parts = RestoredOperator::fromBytes(std::move(restored));
      parts.value();
      restored_ = std::move(parts).value();
    }
    store_ = std::make_unique<StateStore>(subtask, restored_.get());
    context_.subtask = subtask;
    context_.options = &options;
    context_.env = &env;
    context_.state = store_.get();
    context_.metrics = &metrics;
    auto made = make();
    made.value();
    operator_ = std::move(made).value();
    context_.refreshTime();
    operator_->open(context_).value();
  }

  Status tryPush(Batch batch, int input = 0) {
    return operator_->processBatch(input, std::move(batch), *this);
  }
  void push(const std::vector<TestRow>& rows, std::vector<WatermarkMark> marks = {}) {
    tryPush(makeBatch(types_, rows, std::move(marks))).value();
  }
  // Every row as a batch of its own, with the marks behind it.
  void pushSingly(const std::vector<TestRow>& rows) {
    for (const TestRow& row : rows) push({row});
  }
  void end() {
    operator_->endInput(0, *this).value();
    operator_->finish(*this).value();
  }
  void setTime(int64_t millis) { tryTime(millis).value(); }
  Status tryTime(int64_t millis) {
    env.testClock.millis = millis;
    if (operator_->nextProcessingTime() > millis) return {};
    return operator_->onProcessingTime(millis, *this);
  }
  // What a checkpoint does.
  std::string snapshot() {
    operator_->flush(*this).value();
    operator_->snapshotState(1).value();
    return store_->snapshot();
  }
  // The output since the last call.
  std::string take() { return std::exchange(text_, {}); }

  Status emit(Batch batch) override {
    if (counting) {
      rowsOut += batch.numSelected();
    } else {
      text_ += batchText(batch);
    }
    return {};
  }
  Status markIdle(bool idle) override {
    text_ += idle ? "idle\n" : "active\n";
    return {};
  }

  ExecutionOptions options;
  TestEnv env;
  OperatorMetrics metrics;
  bool counting = false;  // benchmarks: count rows instead of keeping text
  uint64_t rowsOut = 0;

  Operator& op() { return *operator_; }

 private:
  std::vector<Type> types_;
  std::unique_ptr<RestoredOperator> restored_;
  std::unique_ptr<StateStore> store_;
  OperatorContext context_;
  OperatorPtr operator_;
  std::string text_;
};

}  // namespace millrace
