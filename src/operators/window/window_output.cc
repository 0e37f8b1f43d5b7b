#include "operators/window/window_output.h"

#include "types/datetime.h"

namespace millrace {

namespace {

void storeTime(Column& column, size_t row, int64_t millis) {
  if (column.physical() == Physical::kNanoTimestamp) {
    column.mutableValues<NanoTimestamp>()[row] = {millis, 0, 0};
  } else {
    column.mutableValues<int64_t>()[row] = millis * 1000;
  }
}

}  // namespace

WindowOutput::WindowOutput(std::vector<Type> types, std::vector<WindowProperty> properties,
                           Type timeType, bool isLtz)
    : types_(std::move(types)),
      properties_(std::move(properties)),
      timeType_(std::move(timeType)),
      isLtz_(isLtz) {}

Type WindowOutput::typeOf(WindowProperty property) const {
  if (property == WindowProperty::kTime) return timeType_;
  return Type::timestamp(3).withNullable(false);
}

int64_t WindowOutput::timeOf(WindowProperty property, int64_t start, int64_t end) const {
  switch (property) {
    case WindowProperty::kStart:
      return start;
    case WindowProperty::kEnd:
      return end;
    case WindowProperty::kTime:
      break;
  }
  return isLtz_ ? clock_.toInstant(end - 1) : end - 1;
}

ColumnPtr WindowOutput::constantTime(const Type& type, int64_t millis, size_t rows) const {
  MutableColumnPtr column = Column::makeConstant(type, rows);
  storeTime(*column, 0, millis);
  return column;
}

Status WindowOutput::addWindow(std::vector<ColumnPtr> columns, size_t rows, int64_t start,
                               int64_t end, ColumnPtr startColumn, Output& out) {
  for (WindowProperty property : properties_) {
    if (property == WindowProperty::kStart && startColumn) {
      columns.push_back(startColumn);
    } else {
      columns.push_back(constantTime(typeOf(property), timeOf(property, start, end), rows));
    }
  }
  return add(Batch(std::move(columns), rows), out);
}

Status WindowOutput::addWindows(std::vector<ColumnPtr> columns, std::span<const int64_t> starts,
                                std::span<const int64_t> ends, Output& out) {
  for (WindowProperty property : properties_) {
    MutableColumnPtr column = Column::make(typeOf(property), starts.size());
    for (size_t k = 0; k < starts.size(); ++k) {
      storeTime(*column, k, timeOf(property, starts[k], ends[k]));
    }
    columns.push_back(std::move(column));
  }
  return add(Batch(std::move(columns), starts.size()), out);
}

Status WindowOutput::add(Batch batch, Output& out) {
  TRY(flush(out));
  pending_ = std::move(batch);
  return {};
}

Batch WindowOutput::emptyBatch() const {
  std::vector<ColumnPtr> columns;
  for (const Type& type : types_) columns.push_back(Column::make(type, 0));
  for (WindowProperty property : properties_) {
    columns.push_back(Column::make(typeOf(property), 0));
  }
  return Batch(std::move(columns), 0);
}

void WindowOutput::addMark(int64_t watermark) {
  if (!pending_) pending_ = emptyBatch();
  pending_->mutableMarks().push_back({pending_->numRows(), watermark});
}

void WindowOutput::ownStrings() {
  if (pending_ && pending_->borrowed()) pending_->materialize();
}

Status WindowOutput::flush(Output& out) {
  if (!pending_) return {};
  Batch batch = std::move(*pending_);
  pending_.reset();
  return out.emit(std::move(batch));
}

}  // namespace millrace
