#include "operators/rank/upsert_rank.h"

#include <algorithm>
#include <cstring>

#include "operators/changelog/change_writer.h"
#include "operators/changelog/row_bytes.h"
#include "operators/rank/ranked_groups.h"

namespace millrace {

namespace {

class UpsertRank final : public Operator {
 public:
  explicit UpsertRank(const RankSpec& spec)
      : spec_(spec),
        layout_(spec.input),
        writer_(layout_, spec.outputRank),
        groups_(spec_),
        end_(static_cast<size_t>(spec.rankEnd)),
        numbered_(spec.outputRank || spec.rankStart > 1),
        single_(spec.rankStart == 1 && spec.rankEnd == 1) {
    // Rows of a group have the same partition keys.
    for (uint32_t column : spec.upsertKey) {
      const auto& partition = spec.partitionKeys;
      if (std::find(partition.begin(), partition.end(), column) != partition.end()) continue;
      ownKey_.push_back(column);
    }
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    // What is upstream may forget a row and begin it anew, which moves it to the back.
    mayMoveBack_ = context.options->stateTtlMillis != 0;
    TRY(groups_.open(context, firstRowsText(spec_)));
    rows_ = &groups_.rows();
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    writer_.begin(&batch);
    if (!batch.empty()) {
      groups_.locate(batch);
      Rows rows = batch.rows();
      bytes_.encode(layout_, batch.columns(), rows);
      for (uint32_t k = 0; k < rows.count(); ++k) {
        writer_.addInputMarks(rows[k]);
        // Others that read the same rows may want -U.
        if (isAdd(batch.kind(rows[k]))) upsert(groups_.group(k), k, rows[k]);
      }
    }
    writer_.addInputMarks(UINT32_MAX);
    return writer_.finish(out);
  }

 private:
  void upsert(SortedGroup* group, uint32_t k, uint32_t row) {
    // An older snapshot may hold more rows.
    trim(group);
    size_t old = find(group, k);
    if (old == SIZE_MAX) {
      if (enters(group, groups_.sortKey(k))) insertRow(group, k, row);
    } else if (rows_->sortKey(rows_->at(group, old)) == groups_.sortKey(k)) {
      update(stateRow(group, old), row, old + 1);
      rows_->replaceAt(group, old, bytes_.row(k));
    } else {
      moveRow(group, old, k, row);
    }
  }

  // The position of the row with the upsert key of the k-th row, or SIZE_MAX.
  size_t find(const SortedGroup* group, uint32_t k) const {
    size_t size = KeyedSortedRows::size(group);
    size_t position = mayMoveBack_ ? 0 : rows_->lowerBound(group, groups_.sortKey(k));
    for (; position < size; ++position) {
      if (hasKeyOf(bytes_.row(k).data(), rows_->rowBytes(rows_->at(group, position)))) {
        return position;
      }
    }
    return SIZE_MAX;
  }

  bool hasKeyOf(const char* a, const char* b) const {
    return std::all_of(ownKey_.begin(), ownKey_.end(), [&](uint32_t field) {
      if (layout_.isNull(a, field) != layout_.isNull(b, field)) return false;
      Physical physical = spec_.input[field].physical();
      if (physical == Physical::kString) return layout_.text(a, field) == layout_.text(b, field);
      size_t offset = layout_.slotOffset(field);
      return std::memcmp(a + offset, b + offset, physicalWidth(physical)) == 0;
    });
  }

  bool enters(const SortedGroup* group, std::string_view sortKey) const {
    if (KeyedSortedRows::size(group) < end_) return true;
    return end_ > 0 && sortKey < rows_->sortKey(rows_->at(group, end_ - 1));
  }

  // A copy as a pick of the writer: rows come and go while changes are collected.
  uint32_t stateRow(const SortedGroup* group, size_t position) {
    return writer_.copyRow(rows_->rowBytes(rows_->at(group, position))) | ChangeWriter::kStateRow;
  }

  void add(RowKind kind, uint32_t pick, size_t rank) {
    if (numbered_ && rank < static_cast<size_t>(spec_.rankStart)) return;
    if (kind == RowKind::kUpdateBefore && !spec_.emitUpdateBefore) return;
    writer_.add(kind, pick, static_cast<int64_t>(rank));
  }
  void update(uint32_t before, uint32_t after, size_t rank) {
    add(RowKind::kUpdateBefore, before, rank);
    add(RowKind::kUpdateAfter, after, rank);
  }

  // A row with a new key.
  void insertRow(SortedGroup* group, uint32_t k, uint32_t row) {
    size_t before = KeyedSortedRows::size(group);
    size_t position = rows_->insert(group, groups_.sortKey(k), bytes_.row(k));
    if (single_ && before > 0) {
      update(stateRow(group, 1), row, 1);
    } else if (numbered_ || single_) {
      uint32_t current = row;
      size_t rank = position + 1;
      for (; rank <= before && rank <= end_; ++rank) {
        uint32_t previous = stateRow(group, rank);
        update(previous, current, rank);
        current = previous;
      }
      if (rank <= end_) add(RowKind::kInsert, current, rank);
    } else {
      if (before >= end_) add(RowKind::kDelete, stateRow(group, end_), end_);
      add(RowKind::kInsert, row, position + 1);
    }
    trim(group);
  }

  // The row at `old` has changed its sort key.
  void moveRow(SortedGroup* group, size_t old, uint32_t k, uint32_t row) {
    uint32_t oldRow = stateRow(group, old);
    rows_->eraseAt(group, old);
    size_t position = rows_->insert(group, groups_.sortKey(k), bytes_.row(k));
    if (!numbered_ || position == old) {
      update(oldRow, row, old + 1);
    } else if (position < old) {
      shiftDown(group, position, old, row, oldRow);
    } else {
      shiftUp(group, position, old, row, oldRow);
    }
  }

  // The rows in between have one rank more. The old row goes before its new form comes.
  void shiftDown(SortedGroup* group, size_t position, size_t old, uint32_t row, uint32_t oldRow) {
    uint32_t current = row;
    for (size_t i = position; i < old; ++i) {
      uint32_t previous = stateRow(group, i + 1);
      add(RowKind::kUpdateBefore, previous, i + 1);
      if (i == position) add(RowKind::kUpdateBefore, oldRow, old + 1);
      add(RowKind::kUpdateAfter, current, i + 1);
      current = previous;
    }
    add(RowKind::kUpdateAfter, current, old + 1);
  }

  // The rows in between have one rank less.
  void shiftUp(SortedGroup* group, size_t position, size_t old, uint32_t row, uint32_t oldRow) {
    add(RowKind::kUpdateBefore, oldRow, old + 1);
    for (size_t i = old; i < position; ++i) {
      uint32_t moved = stateRow(group, i);
      add(RowKind::kUpdateBefore, moved, i + 2);
      add(RowKind::kUpdateAfter, moved, i + 1);
    }
    add(RowKind::kUpdateAfter, row, position + 1);
  }

  void trim(SortedGroup* group) {
    while (KeyedSortedRows::size(group) > end_) {
      rows_->eraseAt(group, KeyedSortedRows::size(group) - 1);
    }
  }

  RankSpec spec_;
  RowLayout layout_;
  ChangeWriter writer_;
  RankedGroups groups_;
  size_t end_;
  bool numbered_;  // ranks, or an offset, are watched
  bool single_;    // only the first row: it is replaced by -U and +U
  bool mayMoveBack_ = false;
  std::vector<uint32_t> ownKey_;  // the upsert key without the partition keys
  OperatorContext* context_ = nullptr;
  KeyedSortedRows* rows_ = nullptr;  // those of groups_
  RowBytes bytes_;
};

}  // namespace

Result<OperatorPtr> makeUpsertRank(const RankSpec& spec) {
  return OperatorPtr(std::make_unique<UpsertRank>(spec));
}

}  // namespace millrace
