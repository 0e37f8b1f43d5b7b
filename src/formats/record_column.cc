#include "formats/record_column.h"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

constexpr size_t kHeapBytes = 64 * 1024;

}  // namespace

RecordColumn::RecordColumn(const Type& type) : type_(type), physical_(type.physical()) {
  if (type.isNested()) builder_ = std::make_unique<ColumnBuilder>(type);
}

void RecordColumn::begin(size_t rows) {
  viewsRecord_ = false;
  heaps_.clear();
  heapLeft_ = 0;
  if (builder_) {
    builder_->truncate(0);
    return;
  }
  values_ = std::make_shared<Buffer>(std::max<size_t>(rows * physicalWidth(physical_), 1));
  if (physical_ == Physical::kString) std::memset(values_->data(), 0, values_->size());
  data_ = values_->data();
  validity_ = std::make_shared<Buffer>(std::max<size_t>(bitmapWords(rows), 1) * 8);
  std::memset(validity_->data(), 0, validity_->size());
  valid_ = reinterpret_cast<uint64_t*>(validity_->data());
}

ColumnPtr RecordColumn::finish(size_t rows, const BufferPtr& record) {
  if (builder_) {
    while (builder_->size() < rows) builder_->appendNull();
    return builder_->finish();
  }
  size_t set = 0;
  for (size_t i = 0; i < bitmapWords(rows); ++i) {
    set += static_cast<size_t>(__builtin_popcountll(valid_[i]));
  }
  if (viewsRecord_ && record) heaps_.push_back(record);
  return Column::assemble(type_, rows, std::move(values_),
                          set == rows ? nullptr : std::move(validity_), {}, std::move(heaps_));
}

void RecordColumn::setCopy(size_t row, std::string_view text) {
  if (text.size() > StringView::kInlineBytes) {
    if (heapLeft_ < text.size()) {
      heaps_.push_back(std::make_shared<Buffer>(std::max(text.size(), kHeapBytes)));
      heapNext_ = heaps_.back()->data();
      heapLeft_ = heaps_.back()->size();
    }
    std::memcpy(heapNext_, text.data(), text.size());
    text = {heapNext_, text.size()};
    heapNext_ += text.size();
    heapLeft_ -= text.size();
  }
  set(row, StringView(text));
}

void RecordColumn::setScalar(size_t row, const ScalarValue& scalar) {
  if (scalar.isNull) return clear(row);
  switch (physical_) {
    case Physical::kBool:
    case Physical::kInt8:
      return set(row, static_cast<int8_t>(scalar.integer));
    case Physical::kInt16:
      return set(row, static_cast<int16_t>(scalar.integer));
    case Physical::kInt32:
      return set(row, static_cast<int32_t>(scalar.integer));
    case Physical::kInt64:
      return set(row, scalar.integer);
    case Physical::kInt128:
      return set(row, scalar.wide);
    case Physical::kFloat:
      return set(row, static_cast<float>(scalar.real));
    case Physical::kDouble:
      return set(row, scalar.real);
    case Physical::kNanoTimestamp:
      return set(row, scalar.nano);
    case Physical::kString:
      if (scalar.inRecord) return setView(row, scalar.text);
      return setCopy(row, scalar.text);
    default:
      UNREACHABLE("a nested column has a builder");
  }
}

void RecordColumn::clear(size_t row) {
  if (builder_) {
    if (builder_->size() > row) builder_->truncate(row);
    return;
  }
  clearBit(valid_, row);
  if (physical_ == Physical::kString) {
    reinterpret_cast<StringView*>(data_)[row] = StringView();
  }
}

ColumnBuilder& RecordColumn::builderAt(size_t row) {
  while (builder_->size() < row) builder_->appendNull();
  if (builder_->size() > row) builder_->truncate(row);
  return *builder_;
}

void appendScalar(const ScalarValue& scalar, ColumnBuilder& builder) {
  if (scalar.isNull) return builder.appendNull();
  switch (builder.physical()) {
    case Physical::kInt128:
      return builder.appendWide(scalar.wide);
    case Physical::kFloat:
    case Physical::kDouble:
      return builder.appendReal(scalar.real);
    case Physical::kNanoTimestamp:
      return builder.appendNano(scalar.nano);
    case Physical::kString:
      return builder.appendString(scalar.text);
    default:
      return builder.appendInt(scalar.integer);
  }
}

}  // namespace millrace
