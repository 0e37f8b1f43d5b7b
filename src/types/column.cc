#include "types/column.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace millrace {

namespace {

constexpr size_t kHeapBlockBytes = 16 * 1024;

size_t bitmapBytes(size_t rows) { return (rows + 63) / 64 * 8; }

size_t valueBytes(Physical physical, size_t rows) {
  size_t width = physicalWidth(physical);
  if (physical == Physical::kArray || physical == Physical::kMap) width = sizeof(ListRange);
  return std::max<size_t>(width * rows, 1);
}

}  // namespace

Buffer::Buffer(size_t size) : size_(size) {
  size_t bytes = (size + kPadding + 63) / 64 * 64;
  data_ = static_cast<char*>(std::aligned_alloc(64, bytes));
  if (data_ == nullptr) throw std::bad_alloc();
}

Buffer::~Buffer() { std::free(data_); }

Column::Column(Type type, size_t size, bool constant)
    : type_(std::move(type)), physical_(type_.physical()), constant_(constant), size_(size) {
  size_t stored = constant ? 1 : size;
  values_ = std::make_shared<Buffer>(valueBytes(physical_, stored));
  bool needsZero = physical_ == Physical::kString || physical_ == Physical::kArray ||
                   physical_ == Physical::kMap;
  if (needsZero) std::memset(values_->data(), 0, values_->size());
  children_.resize(type_.numChildren());
  for (size_t i = 0; i < children_.size(); ++i) {
    children_[i] = Column::make(type_.child(i), physical_ == Physical::kRow ? stored : 0);
  }
}

MutableColumnPtr Column::make(const Type& type, size_t size) {
  return std::make_shared<Column>(type, size, false);
}

MutableColumnPtr Column::makeConstant(const Type& type, size_t size) {
  return std::make_shared<Column>(type, size, true);
}

MutableColumnPtr Column::assemble(const Type& type, size_t size, BufferPtr values,
                                  BufferPtr validity, std::vector<ColumnPtr> children,
                                  std::vector<BufferPtr> retained) {
  MutableColumnPtr column = std::make_shared<Column>(type, 0, false);
  column->size_ = size;
  column->values_ = std::move(values);
  column->validity_ = std::move(validity);
  column->children_ = std::move(children);
  column->retained_ = std::move(retained);
  return column;
}

ColumnPtr Column::makeNull(const Type& type, size_t size) {
  MutableColumnPtr column = makeConstant(type, size);
  std::memset(column->values_->data(), 0, column->values_->size());
  column->setNull(0);
  return column;
}

uint64_t* Column::mutableValidity() {
  if (!validity_) {
    validity_ = std::make_shared<Buffer>(std::max<size_t>(bitmapBytes(constant_ ? 1 : size_), 8));
    std::memset(validity_->data(), 0xFF, validity_->size());
  }
  return reinterpret_cast<uint64_t*>(validity_->data());
}

void Column::setNull(size_t row) {
  size_t i = position(row);
  mutableValidity()[i / 64] &= ~(uint64_t{1} << (i % 64));
}

void Column::setValid(size_t row) {
  if (!validity_) return;
  size_t i = position(row);
  mutableValidity()[i / 64] |= uint64_t{1} << (i % 64);
}

char* Column::allocateString(size_t size) {
  if (static_cast<size_t>(heapEnd_ - heapNext_) < size || heapNext_ == nullptr) {
    auto block = std::make_shared<Buffer>(std::max(size, kHeapBlockBytes));
    heapNext_ = block->data();
    heapEnd_ = heapNext_ + block->size();
    retained_.push_back(std::move(block));
  }
  char* room = heapNext_;
  heapNext_ += size;
  return room;
}

void Column::setString(size_t row, std::string_view text) {
  StringView view;
  if (text.size() <= StringView::kInlineBytes) {
    view = StringView(text);
  } else {
    char* room = allocateString(text.size());
    std::memcpy(room, text.data(), text.size());
    view = StringView(room, static_cast<uint32_t>(text.size()));
  }
  mutableValues<StringView>()[position(row)] = view;
}

void Column::retain(BufferPtr buffer) {
  if (!retained_.empty() && retained_.back() == buffer) return;
  // The block being filled must not matter: it is found by pointers, not by its place in the list.
  retained_.push_back(std::move(buffer));
}

void Column::retainAllOf(const Column& other) {
  borrowed_ = borrowed_ || other.borrowed_;
  for (const BufferPtr& buffer : other.retained_) {
    if (std::find(retained_.begin(), retained_.end(), buffer) == retained_.end()) {
      retained_.push_back(buffer);
    }
  }
}

ColumnPtr Column::withType(const Type& type) const {
  CHECK(type.physical() == physical_);
  MutableColumnPtr copy = shallowCopy();
  copy->type_ = type;
  return copy;
}

size_t Column::byteSize() const {
  size_t bytes = values_->size() + (validity_ ? validity_->size() : 0);
  for (const BufferPtr& buffer : retained_) bytes += buffer->size();
  for (const ColumnPtr& child : children_) bytes += child->byteSize();
  return bytes;
}

}  // namespace millrace
