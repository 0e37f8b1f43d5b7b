// ChangeWriter: the changes that one call of an operator emits, made of rows of its input batch and
// rows of its state (in the bytes of a RowLayout), with watermarks in between.
//
//   writer.begin(&batch);                             // for each call
//   writer.addInput(RowKind::kUpdateAfter, row);      // physical row of the batch
//   writer.addState(RowKind::kUpdateBefore, writer.copyRow(bytes));
//   writer.addMark(watermark);
//   TRY(writer.finish(out));
//
// The fields of the layout are the columns of the input. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/operator.h"
#include "types/row_codec.h"

namespace millrace {

class ChangeWriter {
 public:
  // withRank: a BIGINT NOT NULL column with the rank of each change comes last.
  explicit ChangeWriter(const RowLayout& layout, bool withRank = false);

  // batch may be nullptr when nothing comes from an input. It must live until finish().
  void begin(const Batch* batch);

  // Names a state row. keepRow: its bytes must stay until finish(), and as long as downstream
  // operators read the batch (the next call into this operator). copyRow copies them.
  uint32_t keepRow(const char* bytes);
  uint32_t copyRow(const char* bytes);

  void addInput(RowKind kind, uint32_t row, int64_t rank = 0) { add(kind, row, rank); }
  void addState(RowKind kind, uint32_t handle, int64_t rank = 0) {
    add(kind, handle | kStateRow, rank);
  }
  // Rows that are picked like rows of the first kind: an input row, or handle | kStateRow.
  static constexpr uint32_t kStateRow = 0x8000'0000;
  void add(RowKind kind, uint32_t pick, int64_t rank);
  void addMark(int64_t watermark);
  // Adds the watermarks of the input batch that stand in front of a physical row, once each;
  // UINT32_MAX: all that are left.
  void addInputMarks(uint32_t row);
  size_t size() const { return picks_.size(); }

  // Emits what was added since begin(), in batches of at most a few thousand rows.
  Status finish(Output& out);

 private:
  Status emitRange(size_t begin, size_t end, Output& out);
  char* allocate(size_t bytes);

  const RowLayout& layout_;
  bool withRank_;
  const Batch* batch_ = nullptr;
  std::vector<uint32_t> picks_;
  std::vector<RowKind> kinds_;
  std::vector<int64_t> ranks_;
  std::vector<WatermarkMark> marks_;
  size_t nextMark_ = 0;
  size_t nextInputMark_ = 0;
  bool onlyInserts_ = true;
  std::vector<const char*> stateRows_;
  std::vector<MutableColumnPtr> stateColumns_;
  // Copied rows; overwritten by the next call.
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };
  std::vector<Chunk> chunks_;
  size_t chunk_ = 0;
  size_t used_ = 0;
};

}  // namespace millrace
