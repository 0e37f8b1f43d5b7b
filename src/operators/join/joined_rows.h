// JoinedRows: pairs of a left and a right row, and the batches made of them. A row is one of a
// batch or one in operator state (in the bytes of a RowLayout); nothing is copied before it is
// emitted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "expr/evaluator.h"
#include "runtime/operator.h"
#include "types/row_codec.h"

namespace millrace {

// A row of a JoinSource, or kNoRowRef: NULLs.
using RowRef = uint64_t;
inline constexpr RowRef kNoRowRef = 0;

inline RowRef refOfRow(uint32_t row) { return uint64_t{row} + 1; }
inline RowRef refOfBytes(const char* bytes) { return reinterpret_cast<uint64_t>(bytes); }

// Where the rows of one side of a join are: in a batch (refOfRow) or in state (refOfBytes).
struct JoinSource {
  const Batch* batch = nullptr;
  const RowLayout* layout = nullptr;

  // Appends the columns `fields` of the given rows. Strings are views into the batch's buffers or
  // into state.
  void gatherColumns(std::span<const RowRef> rows, std::span<const uint32_t> fields,
                     std::vector<ColumnPtr>& out) const;
};

// Pairs of rows in order.
struct RowPairs {
  std::vector<RowRef> left;
  std::vector<RowRef> right;

  size_t size() const { return left.size(); }
  void clear() {
    left.clear();
    right.clear();
  }
};

// The part of a join condition that is not equality of keys. Not thread-safe.
class JoinCondition {
 public:
  // condition: over left columns then right columns; nullptr = always true.
  static Result<JoinCondition> make(const ExprPtr& condition, const std::vector<Type>& left,
                                    const std::vector<Type>& right);

  bool isTrue() const { return !evaluator_; }
  // passes[i] = 1 where pair i fulfils the condition. Requires: !isTrue().
  Status evaluate(const JoinSource& left, const JoinSource& right, const RowPairs& pairs,
                  const EvalContext& context, std::vector<uint8_t>& passes);

 private:
  std::unique_ptr<Evaluator> evaluator_;
  std::vector<uint32_t> leftFields_;
  std::vector<uint32_t> rightFields_;
};

// Collects the output of one call of a join and emits it in batches of at most 4,096 rows.
class JoinWriter {
 public:
  static constexpr size_t kMaxRows = 4096;

  // leftOnly: semi and anti joins.
  JoinWriter(const std::vector<Type>& left, const std::vector<Type>& right, bool leftOnly);

  // The sources must stay until finish(), and state rows as long as downstream reads the batches.
  void begin(JoinSource left, JoinSource right);
  void add(RowKind kind, RowRef left, RowRef right) {
    pairs_.left.push_back(left);
    if (!leftOnly_) pairs_.right.push_back(right);
    kinds_.push_back(kind);
    onlyInserts_ = onlyInserts_ && kind == RowKind::kInsert;
  }
  void addMark(int64_t watermark) {
    marks_.push_back({static_cast<uint32_t>(kinds_.size()), watermark});
  }
  // Emits whole batches of what was added so far.
  Status emitFull(Output& out);
  // Emits the rest.
  Status finish(Output& out);

 private:
  Status emitRange(size_t begin, size_t end, Output& out);
  Status emitUpTo(size_t end, Output& out);

  std::vector<Type> types_;
  std::vector<uint32_t> leftFields_;
  std::vector<uint32_t> rightFields_;
  bool leftOnly_;
  JoinSource left_;
  JoinSource right_;
  RowPairs pairs_;
  std::vector<RowKind> kinds_;
  std::vector<WatermarkMark> marks_;
  size_t nextMark_ = 0;
  bool onlyInserts_ = true;
};

}  // namespace millrace
