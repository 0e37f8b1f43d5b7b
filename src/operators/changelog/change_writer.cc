#include "operators/changelog/change_writer.h"

#include <algorithm>
#include <cstring>

#include "operators/changelog/interleave.h"

namespace millrace {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 18;
constexpr size_t kMaxRows = 8192;
static_assert(ChangeWriter::kStateRow == kFromSecond);

}  // namespace

ChangeWriter::ChangeWriter(const RowLayout& layout, bool withRank)
    : layout_(layout), withRank_(withRank) {}

void ChangeWriter::begin(const Batch* batch) {
  batch_ = batch;
  picks_.clear();
  kinds_.clear();
  ranks_.clear();
  marks_.clear();
  nextMark_ = 0;
  nextInputMark_ = 0;
  onlyInserts_ = true;
  stateRows_.clear();
  stateColumns_.clear();
  chunk_ = 0;
  used_ = 0;
}

char* ChangeWriter::allocate(size_t bytes) {
  while (chunk_ < chunks_.size() && chunks_[chunk_].size - used_ < bytes) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    size_t size = std::max(bytes, kChunkBytes);
    chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    used_ = 0;
  }
  char* room = chunks_[chunk_].bytes.get() + used_;
  used_ += bytes;
  return room;
}

uint32_t ChangeWriter::keepRow(const char* bytes) {
  stateRows_.push_back(bytes);
  return static_cast<uint32_t>(stateRows_.size() - 1);
}

uint32_t ChangeWriter::copyRow(const char* bytes) {
  size_t size = layout_.rowSize(bytes);
  char* room = allocate(size);
  std::memcpy(room, bytes, size);
  return keepRow(room);
}

void ChangeWriter::add(RowKind kind, uint32_t pick, int64_t rank) {
  picks_.push_back(pick);
  kinds_.push_back(kind);
  onlyInserts_ = onlyInserts_ && kind == RowKind::kInsert;
  if (withRank_) ranks_.push_back(rank);
}

void ChangeWriter::addMark(int64_t watermark) {
  marks_.push_back({static_cast<uint32_t>(picks_.size()), watermark});
}

void ChangeWriter::addInputMarks(uint32_t row) {
  const std::vector<WatermarkMark>& marks = batch_->marks();
  while (nextInputMark_ < marks.size() && marks[nextInputMark_].position <= row) {
    addMark(marks[nextInputMark_++].watermark);
  }
}

Status ChangeWriter::finish(Output& out) {
  if (!stateRows_.empty()) {
    layout_.decode(stateRows_.data(), stateRows_.size(), stateColumns_);
  }
  size_t begin = 0;
  do {
    size_t end = std::min(begin + kMaxRows, picks_.size());
    if (begin < end || nextMark_ < marks_.size()) TRY(emitRange(begin, end, out));
    begin = end;
  } while (begin < picks_.size());
  return {};
}

Status ChangeWriter::emitRange(size_t begin, size_t end, Output& out) {
  std::span<const uint32_t> picks(picks_.data() + begin, end - begin);
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < layout_.numFields(); ++i) {
    const Column* input = batch_ != nullptr ? batch_->column(i).get() : nullptr;
    const Column* state = stateRows_.empty() ? nullptr : stateColumns_[i].get();
    if (picks.empty() || (input == nullptr && state == nullptr)) {
      columns.push_back(Column::make(layout_.types()[i], 0));
    } else {
      columns.push_back(interleave(input, state, picks));
    }
  }
  if (withRank_) {
    MutableColumnPtr ranks = Column::make(Type::bigint().withNullable(false), picks.size());
    if (!picks.empty()) {
      std::memcpy(ranks->mutableValues<int64_t>(), ranks_.data() + begin, picks.size() * 8);
    }
    columns.push_back(std::move(ranks));
  }
  Batch batch(std::move(columns), picks.size());
  if (!onlyInserts_) std::copy_n(kinds_.begin() + begin, picks.size(), batch.allocateKinds());
  while (nextMark_ < marks_.size() && marks_[nextMark_].position <= end) {
    batch.mutableMarks().push_back(
        {static_cast<uint32_t>(marks_[nextMark_].position - begin), marks_[nextMark_].watermark});
    ++nextMark_;
  }
  return out.emit(std::move(batch));
}

}  // namespace millrace
