#include "operators/window_table_function/window_table_function.h"

#include <algorithm>

#include "operators/window/window_clock.h"
#include "operators/window/window_slices.h"
#include "operators/window_table_function/session_table_function.h"
#include "types/gather.h"

namespace millrace {

namespace {

void storeTime(Column& column, size_t row, int64_t millis) {
  if (column.physical() == Physical::kNanoTimestamp) {
    column.mutableValues<NanoTimestamp>()[row] = {millis, 0, 0};
  } else {
    column.mutableValues<int64_t>()[row] = millis * 1000;
  }
}

class WindowTableFunction final : public Operator {
 public:
  explicit WindowTableFunction(const WindowTableFunctionSpec& spec)
      : spec_(spec), slices_(spec.window) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    clock_ = WindowClock(context.eval.zone, spec_.window.isLtz);
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    if (batch.empty()) {
      std::vector<ColumnPtr> columns;
      for (const Type& type : spec_.input) columns.push_back(Column::make(type, 0));
      appendWindows(columns, 0);
      Batch marks(std::move(columns), 0);
      for (const WatermarkMark& mark : batch.marks()) {
        marks.mutableMarks().push_back({0, mark.watermark});
      }
      return marks.marks().empty() ? Status() : out.emit(std::move(marks));
    }
    dropNullTimes(batch);
    Rows rows = batch.rows();
    if (spec_.window.isProctime) {
      context_->refreshTime();
      times_.assign(rows.count(), context_->eval.nowMicros / 1000);
    } else {
      readTimes(*batch.column(spec_.timeColumn), rows, times_);
    }
    if (clock_.converts()) {
      for (int64_t& time : times_) time = clock_.toLocal(time);
    }
    return slices_.isTumble() ? emitTumble(std::move(batch), out) : emitMany(batch, out);
  }

 private:
  void dropNullTimes(Batch& batch) {
    const Column& column = *batch.column(spec_.timeColumn);
    if (spec_.window.isProctime || !column.mayHaveNulls()) return;
    auto kept = std::make_shared<Selection>();
    forEachRow(batch.rows(), [&](uint32_t row) {
      if (!column.isNull(row)) kept->push_back(row);
    });
    bump(context_->metrics->lateRecordsDropped, batch.numSelected() - kept->size());
    batch.setSelection(std::move(kept));
  }

  void appendWindows(std::vector<ColumnPtr>& columns, size_t rows) {
    Type bound = Type::timestamp(3).withNullable(false);
    start_ = Column::make(bound, rows);
    end_ = Column::make(bound, rows);
    time_ = Column::make(spec_.input[spec_.timeColumn], rows);
    columns.insert(columns.end(), {start_, end_, time_});
  }

  void storeWindow(size_t row, int64_t windowEnd) {
    storeTime(*start_, row, slices_.windowStart(windowEnd));
    storeTime(*end_, row, windowEnd);
    storeTime(*time_, row, clock_.toInstant(windowEnd - 1));
  }

  // One window per row: the input's columns stay as they are.
  Status emitTumble(Batch batch, Output& out) {
    std::vector<ColumnPtr> columns = batch.columns();
    appendWindows(columns, batch.numRows());
    Rows rows = batch.rows();
    for (uint32_t k = 0; k < rows.count(); ++k) {
      storeWindow(rows[k], slices_.sliceEndOf(times_[k]));
    }
    batch.setColumns(std::move(columns));
    return out.emit(std::move(batch));
  }

  // The windows of a row in the order of Flink: HOP lists the last one first, CUMULATE the first.
  Status emitMany(const Batch& batch, Output& out) {
    Rows rows = batch.rows();
    rows_.clear();
    ends_.clear();
    size_t nextMark = 0;
    std::vector<WatermarkMark> marks = batch.marks();
    for (uint32_t k = 0; k < rows.count(); ++k) {
      while (nextMark < marks.size() && marks[nextMark].position <= rows[k]) {
        marks[nextMark++].position = static_cast<uint32_t>(rows_.size());
      }
      int64_t slice = slices_.sliceEndOf(times_[k]);
      int64_t first = slices_.firstWindowEnd(slice);
      auto begin = static_cast<ptrdiff_t>(ends_.size());
      for (int64_t end = slices_.lastWindowEnd(slice); end >= first;
           end = slices_.previousWindowEnd(end)) {
        rows_.push_back(rows[k]);
        ends_.push_back(end);
      }
      if (spec_.window.kind == WindowKind::kCumulate)
        std::reverse(ends_.begin() + begin, ends_.end());
    }
    while (nextMark < marks.size()) {
      marks[nextMark++].position = static_cast<uint32_t>(rows_.size());
    }
    return emitRuns(batch, marks, out);
  }

  Status emitRuns(const Batch& batch, const std::vector<WatermarkMark>& marks, Output& out) {
    constexpr size_t kMaxRows = 8192;
    size_t nextMark = 0;
    for (size_t begin = 0; begin < rows_.size() || nextMark < marks.size(); begin += kMaxRows) {
      size_t count = std::min(kMaxRows, rows_.size() - begin);
      std::span<const uint32_t> picked(rows_.data() + begin, count);
      std::vector<ColumnPtr> columns;
      for (const ColumnPtr& column : batch.columns()) columns.push_back(gather(*column, picked));
      appendWindows(columns, count);
      for (size_t i = 0; i < count; ++i) storeWindow(i, ends_[begin + i]);
      Batch run(std::move(columns), count);
      if (batch.kinds() != nullptr && count > 0) {
        RowKind* kinds = run.allocateKinds();
        for (size_t i = 0; i < count; ++i) kinds[i] = batch.kinds()[picked[i]];
      }
      for (; nextMark < marks.size() && marks[nextMark].position <= begin + count; ++nextMark) {
        run.mutableMarks().push_back(
            {static_cast<uint32_t>(marks[nextMark].position - begin), marks[nextMark].watermark});
      }
      TRY(out.emit(std::move(run)));
    }
    return {};
  }

  WindowTableFunctionSpec spec_;
  WindowSlices slices_;
  OperatorContext* context_ = nullptr;
  WindowClock clock_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> rows_;  // the input row of each output row, and its window
  std::vector<int64_t> ends_;
  MutableColumnPtr start_;
  MutableColumnPtr end_;
  MutableColumnPtr time_;
};

}  // namespace

Result<OperatorPtr> makeWindowTableFunction(const WindowTableFunctionSpec& spec) {
  TRY(spec.window.check());
  if (spec.window.kind == WindowKind::kSession) return makeSessionTableFunction(spec);
  return OperatorPtr(std::make_unique<WindowTableFunction>(spec));
}

}  // namespace millrace
