#include "operators/rank/rank.h"

#include <algorithm>

#include "operators/changelog/change_writer.h"
#include "operators/changelog/row_bytes.h"
#include "operators/rank/first_rows.h"
#include "operators/rank/ranked_groups.h"
#include "operators/rank/upsert_rank.h"

namespace millrace {

namespace {

constexpr uint32_t kPrefetchDistance = 8;

// Which rows are kept. More of them than before are not there any more.
std::string keptText(const RankSpec& spec) {
  return spec.inputRetracts ? "all rows" : firstRowsText(spec);
}

// Keeps the first rows of every key in order; over updating input all rows.
class Rank final : public Operator {
 public:
  explicit Rank(const RankSpec& spec)
      : spec_(spec),
        layout_(spec.input),
        writer_(layout_, spec.outputRank),
        groups_(spec_),
        end_(static_cast<size_t>(spec.rankEnd)),
        numbered_(spec.outputRank || spec.rankStart > 1),
        single_(!spec.inputRetracts && spec.rankStart == 1 && spec.rankEnd == 1) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    TRY(groups_.open(context, keptText(spec_)));
    rows_ = &groups_.rows();
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    writer_.begin(&batch);
    if (!batch.empty()) {
      groups_.locate(batch);
      if (spec_.inputRetracts) {
        changeAll(batch);
      } else {
        insertCandidates(batch);
      }
    }
    writer_.addInputMarks(UINT32_MAX);
    Status status = writer_.finish(out);
    trim();
    return status;
  }

 private:
  // True when a row with this sort key is among the first rows of its group.
  bool enters(const SortedGroup* group, std::string_view sortKey) const {
    if (KeyedSortedRows::size(group) < end_) return true;
    // The bound is found without a look at rows in most cases, and most rows do not enter.
    if (rows_->lowerBound(group, sortKey) >= end_) return false;
    return sortKey < rows_->sortKey(rows_->at(group, end_ - 1));
  }

  // Append-only input: what does not enter now does not enter later either, so that only the rows
  // that may enter are copied.
  void insertCandidates(const Batch& batch) {
    Rows rows = batch.rows();
    candidates_.clear();
    candidateRows_.clear();
    for (uint32_t k = 0; k < rows.count(); ++k) {
      if (k + kPrefetchDistance < rows.count()) {
        KeyedSortedRows::prefetch(groups_.group(k + kPrefetchDistance));
      }
      if (!enters(groups_.group(k), groups_.sortKey(k))) continue;
      candidates_.push_back(k);
      candidateRows_.push_back(rows[k]);
    }
    bytes_.encode(layout_, batch.columns(), Rows::of(candidateRows_));
    for (size_t c = 0; c < candidates_.size(); ++c) {
      uint32_t k = candidates_[c];
      if (!enters(groups_.group(k), groups_.sortKey(k))) continue;
      writer_.addInputMarks(candidateRows_[c]);
      insertRow(groups_.group(k), k, candidateRows_[c], bytes_.row(c));
      if (KeyedSortedRows::size(groups_.group(k)) > end_) touched_.push_back(groups_.group(k));
    }
  }

  void changeAll(const Batch& batch) {
    Rows rows = batch.rows();
    bytes_.encode(layout_, batch.columns(), rows);
    for (uint32_t k = 0; k < rows.count(); ++k) {
      uint32_t row = rows[k];
      writer_.addInputMarks(row);
      if (isAdd(batch.kind(row))) {
        insertRow(groups_.group(k), k, row, bytes_.row(k));
      } else {
        removeRow(groups_.group(k), k, row, bytes_.row(k));
        if (KeyedSortedRows::size(groups_.group(k)) == 0) touched_.push_back(groups_.group(k));
      }
    }
  }

  // A state row as a pick of the writer. Rows are taken out of append-only state after everything
  // is emitted, so they need no copy there.
  uint32_t stateRow(const SortedGroup* group, size_t position) {
    const char* bytes = rows_->rowBytes(rows_->at(group, position));
    uint32_t handle = spec_.inputRetracts ? writer_.copyRow(bytes) : writer_.keepRow(bytes);
    return handle | ChangeWriter::kStateRow;
  }

  void insertRow(SortedGroup* group, uint32_t k, uint32_t row, std::string_view bytes) {
    size_t before = KeyedSortedRows::size(group);
    size_t position = rows_->insert(group, groups_.sortKey(k), bytes);
    if (position >= end_) return;
    if (single_) {
      if (before == 0) {
        writer_.add(RowKind::kInsert, row, 1);
      } else {
        if (spec_.emitUpdateBefore) writer_.add(RowKind::kUpdateBefore, stateRow(group, 1), 1);
        writer_.add(RowKind::kUpdateAfter, row, 1);
      }
    } else if (numbered_) {
      shiftDown(group, position, row, before);
    } else {
      if (before >= end_) writer_.add(RowKind::kDelete, stateRow(group, end_), 0);
      writer_.add(RowKind::kInsert, row, 0);
    }
  }

  // The row at `position` is new: it and the rows behind it have a new rank. `before`: how many
  // rows there were.
  void shiftDown(SortedGroup* group, size_t position, uint32_t row, size_t before) {
    size_t rank = std::max<size_t>(position + 1, static_cast<size_t>(spec_.rankStart));
    if (rank > before + 1) return;
    uint32_t current = rank == position + 1 ? row : stateRow(group, rank - 1);
    for (; rank <= end_ && rank <= before; ++rank) {
      uint32_t previous = stateRow(group, rank);
      if (spec_.emitUpdateBefore) writer_.add(RowKind::kUpdateBefore, previous, rank);
      writer_.add(RowKind::kUpdateAfter, current, rank);
      current = previous;
    }
    if (rank <= end_) writer_.add(RowKind::kInsert, current, rank);
  }

  void removeRow(SortedGroup* group, uint32_t k, uint32_t row, std::string_view bytes) {
    size_t position = rows_->rankOf(group, groups_.sortKey(k), bytes);
    // A row that never came is ignored.
    if (position == SIZE_MAX) return;
    if (position < end_) {
      if (numbered_) {
        shiftUp(group, position, row);
      } else {
        writer_.add(RowKind::kDelete, row, 0);
        if (KeyedSortedRows::size(group) > end_) {
          writer_.add(RowKind::kInsert, stateRow(group, end_), 0);
        }
      }
    }
    rows_->eraseAt(group, position);
  }

  // The row at `position` goes: the rows behind it take the ranks in front of their own.
  void shiftUp(SortedGroup* group, size_t position, uint32_t row) {
    size_t size = KeyedSortedRows::size(group);
    size_t rank = std::max<size_t>(position + 1, static_cast<size_t>(spec_.rankStart));
    if (rank > size) return;
    uint32_t current = rank == position + 1 ? row : stateRow(group, rank - 1);
    for (; rank <= end_ && rank < size; ++rank) {
      uint32_t next = stateRow(group, rank);
      if (spec_.emitUpdateBefore) writer_.add(RowKind::kUpdateBefore, current, rank);
      writer_.add(RowKind::kUpdateAfter, next, rank);
      current = next;
    }
    if (rank <= end_) writer_.add(RowKind::kDelete, current, rank);
  }

  // Removes the rows behind the last rank, or groups that have become empty.
  void trim() {
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (SortedGroup* group : touched_) {
      if (spec_.inputRetracts) {
        if (KeyedSortedRows::size(group) == 0) rows_->drop(group);
        continue;
      }
      while (KeyedSortedRows::size(group) > end_) {
        rows_->eraseAt(group, KeyedSortedRows::size(group) - 1);
      }
    }
    touched_.clear();
  }

  RankSpec spec_;
  RowLayout layout_;
  ChangeWriter writer_;
  RankedGroups groups_;
  size_t end_;
  bool numbered_;  // ranks, or an offset, are watched
  bool single_;    // only the first row of append-only input: it is replaced by -U and +U
  OperatorContext* context_ = nullptr;
  KeyedSortedRows* rows_ = nullptr;  // those of groups_
  RowBytes bytes_;
  std::vector<uint32_t> candidates_;
  Selection candidateRows_;
  std::vector<SortedGroup*> touched_;
};

}  // namespace

std::string firstRowsText(const RankSpec& spec) {
  return "the first " + std::to_string(spec.rankEnd) + " rows";
}

Result<OperatorPtr> makeRank(const RankSpec& spec) {
  if (spec.rankStart < 1 || spec.rankEnd < 0) {
    return Error(ErrorKind::kInternal, "a rank range that cannot be");
  }
  if (!spec.upsertKey.empty()) return makeUpsertRank(spec);
  // By processing time rows come in order.
  bool arrivalOrder = spec.order.empty() || (spec.order.size() == 1 && spec.order[0].ascending &&
                                             spec.input[spec.order[0].column].isProctime());
  if (arrivalOrder && !spec.inputRetracts) return makeFirstRows(spec);
  return OperatorPtr(std::make_unique<Rank>(spec));
}

}  // namespace millrace
