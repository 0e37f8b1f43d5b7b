#include "types/column_builder.h"

#include <algorithm>
#include <cstring>

#include "types/bitmap.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr size_t kSmallestCapacity = 64;
constexpr size_t kFirstHeapBytes = 4 * 1024;
constexpr size_t kLargestHeapBytes = 256 * 1024;

bool isList(Physical physical) {
  return physical == Physical::kArray || physical == Physical::kMap;
}

BufferPtr resized(const BufferPtr& old, size_t used, size_t bytes) {
  auto fresh = std::make_shared<Buffer>(std::max<size_t>(bytes, 1));
  if (old && used > 0) std::memcpy(fresh->data(), old->data(), used);
  return fresh;
}

uint64_t* words(const BufferPtr& bitmap) { return reinterpret_cast<uint64_t*>(bitmap->data()); }

}  // namespace

ColumnBuilder::ColumnBuilder(const Type& type)
    : type_(type), physical_(type.physical()), width_(physicalWidth(physical_)) {
  if (isList(physical_)) width_ = sizeof(ListRange);
  children_.reserve(type.numChildren());
  for (size_t i = 0; i < type.numChildren(); ++i) children_.emplace_back(type.child(i));
}

void ColumnBuilder::grow(size_t rows) {
  size_t capacity = std::max({rows, capacity_ * 2, kSmallestCapacity});
  capacity = (capacity + 63) / 64 * 64;
  values_ = resized(values_, size_ * width_, capacity * width_);
  if (validity_) {
    size_t used = capacity_ / 8;
    validity_ = resized(validity_, used, capacity / 8);
    std::memset(validity_->data() + used, 0xFF, capacity / 8 - used);
  }
  capacity_ = capacity;
}

void ColumnBuilder::reserve(size_t rows) {
  if (rows > capacity_) grow(rows);
  if (physical_ == Physical::kRow) {
    for (ColumnBuilder& child : children_) child.reserve(rows);
  }
}

void ColumnBuilder::appendNull() {
  if (size_ == capacity_) grow(size_ + 1);
  if (!validity_) {
    validity_ = std::make_shared<Buffer>(capacity_ / 8);
    std::memset(validity_->data(), 0xFF, capacity_ / 8);
  }
  clearBit(words(validity_), size_);
  std::memset(values_->data() + size_ * width_, 0, width_);
  if (physical_ == Physical::kRow) {
    for (ColumnBuilder& child : children_) child.appendNull();
  } else if (isList(physical_)) {
    reinterpret_cast<ListRange*>(values_->data())[size_].offset =
        static_cast<uint32_t>(children_[0].size());
  }
  ++size_;
}

void ColumnBuilder::appendString(std::string_view text) {
  if (text.size() > StringView::kInlineBytes) {
    if (static_cast<size_t>(heapEnd_ - heapNext_) < text.size()) {
      size_t block =
          std::clamp(retained_.size() * kFirstHeapBytes * 4, kFirstHeapBytes, kLargestHeapBytes);
      auto buffer = std::make_shared<Buffer>(std::max(text.size(), block));
      heapNext_ = buffer->data();
      heapEnd_ = heapNext_ + buffer->size();
      retained_.push_back(std::move(buffer));
    }
    std::memcpy(heapNext_, text.data(), text.size());
    text = {heapNext_, text.size()};
    heapNext_ += text.size();
  }
  appendFixed<StringView>(StringView(text));
}

void ColumnBuilder::retain(BufferPtr buffer) {
  if (!retained_.empty() && retained_.back() == buffer) return;
  retained_.push_back(std::move(buffer));
}

void ColumnBuilder::endList() {
  DCHECK(children_.size() < 2 || children_[0].size() == children_[1].size());
  appendFixed<ListRange>(
      {static_cast<uint32_t>(listBegin_), static_cast<uint32_t>(children_[0].size() - listBegin_)});
}

void ColumnBuilder::endRow() {
  if (size_ == capacity_) grow(size_ + 1);
  ++size_;
}

void ColumnBuilder::appendValue(const Value& value) {
  if (value.isNull()) return appendNull();
  switch (physical_) {
    case Physical::kBool:
      return appendBool(value.boolean());
    case Physical::kInt8:
    case Physical::kInt16:
    case Physical::kInt32:
      return appendInt(value.integer());
    case Physical::kInt64:
    case Physical::kInt128:
      return appendWide(value.wide());
    case Physical::kFloat:
    case Physical::kDouble:
      return appendReal(value.real());
    case Physical::kNanoTimestamp:
      return appendNano(value.nanoTimestamp());
    case Physical::kString:
      return appendString(value.text());
    case Physical::kRow:
      for (size_t i = 0; i < children_.size(); ++i) children_[i].appendValue(value.list()[i]);
      return endRow();
    case Physical::kArray:
      beginList();
      for (const Value& element : value.list()) children_[0].appendValue(element);
      return endList();
    case Physical::kMap:
      beginList();
      for (const auto& [key, entry] : value.pairs()) {
        children_[0].appendValue(key);
        children_[1].appendValue(entry);
      }
      return endList();
  }
}

void ColumnBuilder::append(const Column& source, size_t row) {
  if (source.isNull(row)) return appendNull();
  size_t from = source.position(row);
  switch (physical_) {
    case Physical::kString:
      return appendString(source.values<StringView>()[from]);
    case Physical::kRow:
      for (size_t i = 0; i < children_.size(); ++i) children_[i].append(*source.child(i), from);
      return endRow();
    case Physical::kArray:
    case Physical::kMap: {
      beginList();
      ListRange range = source.ranges()[from];
      for (uint32_t k = 0; k < range.length; ++k) {
        for (size_t i = 0; i < children_.size(); ++i) {
          children_[i].append(*source.child(i), range.offset + k);
        }
      }
      return endList();
    }
    default: {
      if (size_ == capacity_) grow(size_ + 1);
      const char* values = reinterpret_cast<const char*>(source.ranges());
      std::memcpy(values_->data() + size_ * width_, values + from * width_, width_);
      ++size_;
    }
  }
}

void ColumnBuilder::truncate(size_t rows) {
  if (rows < size_) {
    if (validity_) fillBits(words(validity_), rows, size_ - rows, true);
    size_ = rows;
  }
  if (physical_ == Physical::kRow) {
    for (ColumnBuilder& child : children_) child.truncate(rows);
  } else if (isList(physical_)) {
    size_t elements = 0;
    if (rows > 0) {
      ListRange last = reinterpret_cast<ListRange*>(values_->data())[rows - 1];
      elements = last.offset + last.length;
    }
    for (ColumnBuilder& child : children_) child.truncate(elements);
  }
}

MutableColumnPtr ColumnBuilder::finish() {
  if (!values_) grow(1);
  std::vector<ColumnPtr> children;
  for (ColumnBuilder& child : children_) children.push_back(child.finish());
  MutableColumnPtr column = Column::assemble(type_, size_, std::move(values_), std::move(validity_),
                                             std::move(children), std::move(retained_));
  values_.reset();
  validity_.reset();
  retained_.clear();
  heapNext_ = heapEnd_ = nullptr;
  size_ = capacity_ = listBegin_ = 0;
  return column;
}

}  // namespace millrace
