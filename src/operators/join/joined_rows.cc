#include "operators/join/joined_rows.h"

#include <algorithm>
#include <numeric>

#include "operators/changelog/interleave.h"
#include "types/gather.h"

namespace millrace {

void JoinSource::gatherColumns(std::span<const RowRef> rows, std::span<const uint32_t> fields,
                               std::vector<ColumnPtr>& out) const {
  if (batch == nullptr) {
    const char* const* bytes = reinterpret_cast<const char* const*>(rows.data());
    std::vector<MutableColumnPtr> columns;
    layout->decode(bytes, rows.size(), fields, columns);
    std::move(columns.begin(), columns.end(), std::back_inserter(out));
    return;
  }
  std::vector<uint32_t> indices(rows.size());
  bool missing = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    indices[i] = static_cast<uint32_t>(rows[i]) - 1;
    missing |= rows[i] == kNoRowRef;
  }
  static_assert(static_cast<uint32_t>(kNoRowRef) - 1 == kNoRow);
  for (uint32_t field : fields) {
    const Column& column = *batch->column(field);
    // gather() would copy the strings of a borrowed column, which live long enough here.
    bool share = column.borrowed() && !missing && !column.isConstant() && !rows.empty();
    out.push_back(share ? interleave(&column, nullptr, indices) : gather(column, indices));
  }
}

Result<JoinCondition> JoinCondition::make(const ExprPtr& condition, const std::vector<Type>& left,
                                          const std::vector<Type>& right) {
  JoinCondition made;
  if (!condition) return made;
  std::vector<uint32_t> inputs;
  collectInputs(*condition, inputs);
  std::vector<ExprPtr> replacements(left.size() + right.size());
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    uint32_t input = inputs[i];
    bool isLeft = input < left.size();
    const Type& type = isLeft ? left[input] : right[input - left.size()];
    replacements[input] = Expr::input(i, type);
    if (isLeft) {
      made.leftFields_.push_back(input);
    } else {
      made.rightFields_.push_back(static_cast<uint32_t>(input - left.size()));
    }
  }
  made.evaluator_ = TRY(Evaluator::make({substitute(condition, replacements)}));
  return made;
}

Status JoinCondition::evaluate(const JoinSource& left, const JoinSource& right,
                               const RowPairs& pairs, const EvalContext& context,
                               std::vector<uint8_t>& passes) {
  passes.assign(pairs.size(), 0);
  for (size_t begin = 0; begin < pairs.size(); begin += JoinWriter::kMaxRows) {
    size_t count = std::min(JoinWriter::kMaxRows, pairs.size() - begin);
    std::vector<ColumnPtr> columns;
    left.gatherColumns({pairs.left.data() + begin, count}, leftFields_, columns);
    right.gatherColumns({pairs.right.data() + begin, count}, rightFields_, columns);
    Batch batch(std::move(columns), count);
    SelectionPtr selected = TRY(evaluator_->filter(0, batch, context));
    if (!selected) {
      std::fill_n(passes.begin() + begin, count, 1);
    } else {
      for (uint32_t i : *selected) passes[begin + i] = 1;
    }
  }
  return {};
}

JoinWriter::JoinWriter(const std::vector<Type>& left, const std::vector<Type>& right, bool leftOnly)
    : types_(left), leftFields_(left.size()), leftOnly_(leftOnly) {
  std::iota(leftFields_.begin(), leftFields_.end(), 0);
  if (leftOnly) return;
  types_.insert(types_.end(), right.begin(), right.end());
  rightFields_.resize(right.size());
  std::iota(rightFields_.begin(), rightFields_.end(), 0);
}

void JoinWriter::begin(JoinSource left, JoinSource right) {
  left_ = left;
  right_ = right;
}

Status JoinWriter::emitFull(Output& out) {
  if (kinds_.size() < kMaxRows) return {};
  return emitUpTo(kinds_.size() / kMaxRows * kMaxRows, out);
}

Status JoinWriter::finish(Output& out) {
  TRY(emitUpTo(kinds_.size(), out));
  marks_.clear();
  nextMark_ = 0;
  onlyInserts_ = true;
  return {};
}

// Emits the first `end` rows and takes them out.
Status JoinWriter::emitUpTo(size_t end, Output& out) {
  for (size_t begin = 0; begin < end; begin += kMaxRows) {
    TRY(emitRange(begin, std::min(begin + kMaxRows, end), out));
  }
  if (end == 0 && end == kinds_.size() && nextMark_ < marks_.size()) TRY(emitRange(0, 0, out));
  kinds_.erase(kinds_.begin(), kinds_.begin() + end);
  pairs_.left.erase(pairs_.left.begin(), pairs_.left.begin() + end);
  if (!leftOnly_) pairs_.right.erase(pairs_.right.begin(), pairs_.right.begin() + end);
  for (size_t i = nextMark_; i < marks_.size(); ++i) marks_[i].position -= end;
  return {};
}

Status JoinWriter::emitRange(size_t begin, size_t end, Output& out) {
  std::vector<ColumnPtr> columns;
  size_t count = end - begin;
  if (count == 0) {
    for (const Type& type : types_) columns.push_back(Column::make(type, 0));
  } else {
    left_.gatherColumns({pairs_.left.data() + begin, count}, leftFields_, columns);
    if (!leftOnly_) {
      right_.gatherColumns({pairs_.right.data() + begin, count}, rightFields_, columns);
    }
  }
  Batch batch(std::move(columns), count);
  if (!onlyInserts_ && count > 0) {
    std::copy_n(kinds_.begin() + begin, count, batch.allocateKinds());
  }
  while (nextMark_ < marks_.size() && marks_[nextMark_].position <= end) {
    const WatermarkMark& mark = marks_[nextMark_++];
    batch.mutableMarks().push_back({static_cast<uint32_t>(mark.position - begin), mark.watermark});
  }
  return out.emit(std::move(batch));
}

}  // namespace millrace
