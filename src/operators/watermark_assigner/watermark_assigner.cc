#include "operators/watermark_assigner/watermark_assigner.h"

#include <algorithm>

#include "expr/evaluator.h"
#include "operators/watermark_assigner/split_watermarks.h"
#include "runtime/split_reader.h"

namespace millrace {

namespace {

int64_t floorToMillis(int64_t micros) {
  int64_t millis = micros / 1000;
  return micros % 1000 < 0 ? millis - 1 : millis;
}

// How often to look at the clock for periodic watermarks and idleness, as in Flink.
int64_t timerIntervalOf(int64_t watermarkInterval, int64_t idleTimeout) {
  if (watermarkInterval <= 0) return idleTimeout;
  if (idleTimeout <= 0) return watermarkInterval;
  int64_t smaller = std::min(watermarkInterval, idleTimeout);
  int64_t larger = std::max(watermarkInterval, idleTimeout);
  return std::max<int64_t>(smaller * 5 < larger ? smaller : smaller / 5, 1);
}

class WatermarkAssigner final : public Operator, public SplitConsumer {
 public:
  WatermarkAssigner(uint32_t rowtimeColumn, std::unique_ptr<Evaluator> watermark)
      : rowtimeColumn_(rowtimeColumn), watermark_(std::move(watermark)) {}

  void setSplitReader(const SplitReader& reader) override {
    splits_ = std::make_unique<SplitWatermarks>(reader);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    interval_ = std::max<int64_t>(context.options->autoWatermarkIntervalMillis, 0);
    idleTimeout_ = std::max<int64_t>(context.options->sourceIdleTimeoutMillis, 0);
    if (splits_) idleTimeout_ = splits_->idleTimeoutMillis(idleTimeout_);
    int64_t now = context.env->clock().nowMillis();
    lastPeriodic_ = now;
    lastActive_ = now;
    if (interval_ > 0 || idleTimeout_ > 0) {
      timerInterval_ = timerIntervalOf(interval_, idleTimeout_);
      nextTimer_ = now + timerInterval_;
    }
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    bool ends = false;
    for (const WatermarkMark& mark : batch.marks()) ends = ends || mark.watermark == kMaxWatermark;
    batch.mutableMarks().clear();
    if (!batch.empty()) {
      processed_ += batch.numSelected();
      if (splits_) splits_->begin(context_->env->clock().nowMillis());
      TRY(setIdle(false, out));
      TRY(assign(batch));
    }
    if (ends) {
      TRY(setIdle(false, out));
      addFinalMark(batch);
    }
    if (batch.empty() && batch.marks().empty()) return {};
    rememberTypes(batch);
    return out.emit(std::move(batch));
  }

  Status inputIdle(int, bool idle, Output& out) override { return setIdle(idle, out); }

  Status endInput(int, Output& out) override {
    if (current_ == kMaxWatermark) return {};
    TRY(setIdle(false, out));
    Batch batch = emptyBatch();
    addFinalMark(batch);
    return out.emit(std::move(batch));
  }

  int64_t nextProcessingTime() const override { return nextTimer_; }

  Status onProcessingTime(int64_t now, Output& out) override {
    if (now < nextTimer_) return {};
    if (splits_ && current_ != kMaxWatermark) {
      splits_->refresh(now, idleTimeout_);
      current_ = std::max(current_, splits_->watermark());
    }
    if (interval_ > 0 && lastPeriodic_ + interval_ <= now) {
      lastPeriodic_ = now;
      if (current_ > last_ && current_ != kMaxWatermark) {
        last_ = current_;
        Batch batch = emptyBatch();
        batch.mutableMarks().push_back({0, last_});
        TRY(out.emit(std::move(batch)));
      }
    }
    if (processed_ != processedAtCheck_) {
      lastActive_ = now;
      processedAtCheck_ = processed_;
    }
    if (splits_) {
      TRY(setIdle(splits_->areIdle(), out));
    } else if (idleTimeout_ > 0 && lastActive_ + idleTimeout_ <= now) {
      TRY(setIdle(true, out));
    }
    nextTimer_ = now + timerInterval_;
    return {};
  }

 private:
  Status setIdle(bool idle, Output& out) {
    if (idle == idle_) return {};
    idle_ = idle;
    return out.markIdle(idle);
  }

  void addFinalMark(Batch& batch) {
    if (current_ == kMaxWatermark) return;
    current_ = kMaxWatermark;
    batch.mutableMarks().push_back({batch.numRows(), kMaxWatermark});
  }

  Status assign(Batch& batch) {
    const Column& rowtime = *batch.column(rowtimeColumn_);
    Rows rows = batch.rows();
    if (rowtime.mayHaveNulls()) {
      for (uint32_t k = 0; k < rows.count(); ++k) {
        if (!rowtime.isNull(rows[k])) continue;
        return Error(ErrorKind::kNullConstraint, "the rowtime column of a row is NULL")
            .withHint("Filter such rows out, or replace NULL before the watermark is defined.");
      }
    }
    context_->refreshTime();
    std::vector<ColumnPtr> columns = TRY(watermark_->evaluate(batch, context_->eval));
    const Column& column = *columns[0];
    if (column.physical() == Physical::kNanoTimestamp) {
      ColumnValues<NanoTimestamp> values(column);
      mark(batch, column, rows, [&](uint32_t row) { return values[row].millis; });
    } else {
      ColumnValues<int64_t> values(column);
      mark(batch, column, rows, [&](uint32_t row) { return floorToMillis(values[row]); });
    }
    return {};
  }

  template <typename MillisOf>
  void mark(Batch& batch, const Column& column, const Rows& rows, MillisOf&& millisOf) {
    bool nulls = column.mayHaveNulls();
    int64_t current = current_;
    int64_t last = last_;
    // A watermark is emitted when it exceeds the last one by more than the interval; the sum cannot
    // overflow for times that a TIMESTAMP can hold.
    int64_t threshold = last + interval_;
    std::vector<WatermarkMark>& marks = batch.mutableMarks();
    forEachRow(rows, [&](uint32_t row) {
      if (nulls && column.isNull(row)) return;
      int64_t millis = millisOf(row);
      // Of several splits the slowest counts.
      if (splits_) millis = splits_->advance(millis);
      if (millis <= current) return;
      current = millis;
      if (current > threshold) {
        last = current;
        threshold = last + interval_;
        marks.push_back({row + 1, last});
      }
    });
    current_ = current;
    last_ = last;
  }

  void rememberTypes(const Batch& batch) {
    if (!types_.empty()) return;
    for (const ColumnPtr& column : batch.columns()) types_.push_back(column->type());
  }

  Batch emptyBatch() const {
    std::vector<ColumnPtr> columns;
    for (const Type& type : types_) columns.push_back(Column::make(type, 0));
    return Batch(std::move(columns), 0);
  }

  uint32_t rowtimeColumn_;
  std::unique_ptr<Evaluator> watermark_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<SplitWatermarks> splits_;  // nullptr: the source has no splits
  std::vector<Type> types_;                  // of the input columns, known from the first batch on
  int64_t interval_ = 0;
  int64_t idleTimeout_ = 0;
  int64_t timerInterval_ = 0;
  int64_t nextTimer_ = INT64_MAX;
  // Both start at 0, as in Flink: there are no watermarks before 1970.
  int64_t current_ = 0;
  int64_t last_ = 0;
  int64_t lastPeriodic_ = 0;
  int64_t lastActive_ = 0;
  uint64_t processed_ = 0;
  uint64_t processedAtCheck_ = UINT64_MAX;
  bool idle_ = false;
};

}  // namespace

Result<OperatorPtr> makeWatermarkAssigner(const WatermarkAssignerSpec& spec) {
  std::unique_ptr<Evaluator> watermark = TRY(Evaluator::make({spec.watermark}));
  return OperatorPtr(std::make_unique<WatermarkAssigner>(spec.rowtimeColumn, std::move(watermark)));
}

}  // namespace millrace
