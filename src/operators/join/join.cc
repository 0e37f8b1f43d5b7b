#include "operators/join/join.h"

#include "operators/join/join_side.h"
#include "operators/join/joined_rows.h"
#include "runtime/watermark.h"

namespace millrace {

namespace {

// How many pairs are tested and emitted at once.
constexpr size_t kPairsAtOnce = 4096;

class Join final : public Operator {
 public:
  Join(const JoinSpec& spec, JoinSide left, JoinSide right, JoinCondition condition)
      : kind_(spec.kind),
        sides_{std::move(left), std::move(right)},
        condition_(std::move(condition)),
        writer_(spec.left, spec.right, leftOnly()) {
    outer_[0] = kind_ == JoinKind::kLeft || kind_ == JoinKind::kFull;
    outer_[1] = kind_ == JoinKind::kRight || kind_ == JoinKind::kFull;
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TRY(sides_[0].open(context));
    return sides_[1].open(context);
  }

  Status processBatch(int input, Batch batch, Output& out) override {
    context_->refreshTime();
    mergeMarks(input, batch);
    if (batch.empty() && marks_.empty()) return {};
    JoinSide& own = sides_[input];
    JoinSide& other = sides_[1 - input];
    JoinSource batchSource{&batch, nullptr};
    JoinSource stateSource{nullptr, &other.layout()};
    source_[input] = batchSource;
    source_[1 - input] = stateSource;
    writer_.begin(source_[0], source_[1]);
    if (!batch.empty()) {
      own.resolve(batch);
      matches_.assign(own.countsMatches() ? own.liveRows().count() : 0, 0);
      TRY(joinRows(input, batch, out));
    }
    addMarksBefore(UINT32_MAX);
    TRY(writer_.finish(out));
    // Nothing will ever look for the rows when the other input has ended.
    if (!batch.empty() && !ended_[1 - input]) own.store(batch, matches_);
    return {};
  }

  Status inputIdle(int input, bool idle, Output& out) override {
    TRY(emitMark(merger_.setIdle(input, idle), out));
    bool allIdle = merger_.allIdle();
    if (allIdle == idle_) return {};
    idle_ = allIdle;
    return out.markIdle(allIdle);
  }

  Status endInput(int input, Output& out) override {
    ended_[input] = true;
    return emitMark(merger_.setFinished(input), out);
  }

 private:
  bool leftOnly() const { return kind_ == JoinKind::kSemi || kind_ == JoinKind::kAnti; }

  void mergeMarks(int input, const Batch& batch) {
    marks_.clear();
    nextMark_ = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      if (std::optional<int64_t> merged = merger_.update(input, mark.watermark)) {
        marks_.push_back({mark.position, *merged});
      }
    }
  }

  Status emitMark(std::optional<int64_t> watermark, Output& out) {
    if (!watermark) return {};
    writer_.begin({}, {});
    writer_.addMark(*watermark);
    return writer_.finish(out);
  }

  void addMarksBefore(uint32_t row) {
    while (nextMark_ < marks_.size() && marks_[nextMark_].position <= row) {
      writer_.addMark(marks_[nextMark_++].watermark);
    }
  }

  // Takes the live rows in runs that have some thousand candidates together.
  Status joinRows(int input, const Batch& batch, Output& out) {
    JoinSide& own = sides_[input];
    JoinSide& other = sides_[1 - input];
    const Rows& live = own.liveRows();
    candidates_.assign(live.count(), nullptr);
    if (!other.empty()) other.first(own.keys(), candidates_.data());
    Rows rows = batch.rows();
    uint32_t nextRow = 0;
    for (uint32_t k = 0; k < live.count();) {
      uint32_t begin = k;
      pairs_.clear();
      pairStates_.clear();
      pairEnds_.clear();
      for (; k < live.count() && pairs_.size() < kPairsAtOnce; ++k) addPairs(input, k, live[k]);
      TRY(testPairs());
      emitRun(input, batch, rows, nextRow, begin, k);
      TRY(writer_.emitFull(out));
    }
    for (; nextRow < rows.count(); ++nextRow) emitUnmatched(input, batch, rows[nextRow]);
    return {};
  }

  void addPairs(int input, uint32_t k, uint32_t row) {
    JoinSide& other = sides_[1 - input];
    std::vector<RowRef>& own = input == 0 ? pairs_.left : pairs_.right;
    std::vector<RowRef>& others = input == 0 ? pairs_.right : pairs_.left;
    for (StateRow* state = candidates_[k]; state != nullptr; state = KeyedRows::next(state)) {
      own.push_back(refOfRow(row));
      others.push_back(refOfBytes(other.bytes(state)));
      if (other.countsMatches()) pairStates_.push_back(state);
    }
    pairEnds_.push_back(static_cast<uint32_t>(own.size()));
  }

  // Takes out the pairs that do not fulfil the condition.
  Status testPairs() {
    if (condition_.isTrue() || pairs_.size() == 0) return {};
    context_->eval.currentWatermark = merger_.current();
    TRY(condition_.evaluate(source_[0], source_[1], pairs_, context_->eval, passes_));
    uint32_t kept = 0;
    uint32_t i = 0;
    for (uint32_t& end : pairEnds_) {
      for (; i < end; ++i) {
        if (passes_[i] == 0) continue;
        pairs_.left[kept] = pairs_.left[i];
        pairs_.right[kept] = pairs_.right[i];
        if (!pairStates_.empty()) pairStates_[kept] = pairStates_[i];
        ++kept;
      }
      end = kept;
    }
    pairs_.left.resize(kept);
    pairs_.right.resize(kept);
    if (!pairStates_.empty()) pairStates_.resize(kept);
    return {};
  }

  // Emits what the live rows begin .. end - 1 cause, and the rows with NULL keys before them.
  void emitRun(int input, const Batch& batch, const Rows& rows, uint32_t& nextRow, uint32_t begin,
               uint32_t end) {
    const Rows& live = sides_[input].liveRows();
    uint32_t pair = 0;
    for (uint32_t k = begin; k < end; ++k) {
      uint32_t row = live[k];
      for (; rows[nextRow] != row; ++nextRow) emitUnmatched(input, batch, rows[nextRow]);
      ++nextRow;
      uint32_t pairEnd = pairEnds_[k - begin];
      if (pair == pairEnd) {
        emitUnmatched(input, batch, row);
        continue;
      }
      if (nextMark_ < marks_.size()) addMarksBefore(row);
      if (sides_[input].countsMatches()) matches_[k] = pairEnd - pair;
      if (leftOnly()) {
        emitSemi(input, batch.kind(row), row, pair, pairEnd);
      } else {
        emitPairs(input, batch.kind(row), pair, pairEnd);
      }
      pair = pairEnd;
    }
  }

  // A row without match: padded with NULLs on an outer side; anti joins keep it.
  void emitUnmatched(int input, const Batch& batch, uint32_t row) {
    if (nextMark_ < marks_.size()) addMarksBefore(row);
    RowKind kind = batch.kind(row);
    if (kind_ == JoinKind::kAnti && input == 0) {
      writer_.add(kind, refOfRow(row), kNoRowRef);
    } else if (outer_[input]) {
      addPadded(input, isAdd(kind) ? RowKind::kInsert : RowKind::kDelete, refOfRow(row));
    }
  }

  void addPadded(int side, RowKind kind, RowRef row) {
    if (side == 0) {
      writer_.add(kind, row, kNoRowRef);
    } else {
      writer_.add(kind, kNoRowRef, row);
    }
  }

  void emitPairs(int input, RowKind kind, uint32_t begin, uint32_t end) {
    bool add = isAdd(kind);
    bool anyOuter = outer_[0] || outer_[1];
    bool otherOuter = outer_[1 - input];
    RowKind out = kind;
    // A joined row with an outer side is never an update; a retracted one is when the input's side
    // is not outer.
    if (add && anyOuter) out = RowKind::kInsert;
    if (!add && outer_[input]) out = RowKind::kDelete;
    if (!otherOuter) {
      for (uint32_t i = begin; i < end; ++i) writer_.add(out, pairs_.left[i], pairs_.right[i]);
      return;
    }
    const std::vector<RowRef>& others = input == 0 ? pairs_.right : pairs_.left;
    for (uint32_t i = begin; i < end; ++i) {
      int64_t& matches = sides_[1 - input].writeMatches(pairStates_[i]);
      if (add && matches++ == 0) addPadded(1 - input, RowKind::kDelete, others[i]);
      writer_.add(out, pairs_.left[i], pairs_.right[i]);
      if (!add && --matches == 0) addPadded(1 - input, RowKind::kInsert, others[i]);
    }
  }

  void emitSemi(int input, RowKind kind, uint32_t row, uint32_t begin, uint32_t end) {
    bool anti = kind_ == JoinKind::kAnti;
    if (input == 0) {
      if (!anti) writer_.add(kind, refOfRow(row), kNoRowRef);
      return;
    }
    bool add = isAdd(kind);
    RowKind out = kind;
    if (anti) out = add ? RowKind::kDelete : RowKind::kInsert;
    for (uint32_t i = begin; i < end; ++i) {
      int64_t& matches = sides_[0].writeMatches(pairStates_[i]);
      bool changes = add ? matches++ == 0 : --matches == 0;
      if (changes) writer_.add(out, pairs_.left[i], kNoRowRef);
    }
  }

  JoinKind kind_;
  JoinSide sides_[2];
  JoinCondition condition_;
  JoinWriter writer_;
  bool outer_[2];
  bool ended_[2] = {false, false};
  OperatorContext* context_ = nullptr;
  WatermarkMerger merger_{2};
  bool idle_ = false;

  // Of the batch being processed.
  JoinSource source_[2];
  std::vector<WatermarkMark> marks_;
  size_t nextMark_ = 0;
  std::vector<StateRow*> candidates_;  // the first one of each live row
  std::vector<int64_t> matches_;       // of each live row
  // Of the run being processed: pairs, their rows in the other side's state (only when it counts
  // matches), and where the pairs of each live row end.
  RowPairs pairs_;
  std::vector<StateRow*> pairStates_;
  std::vector<uint32_t> pairEnds_;
  std::vector<uint8_t> passes_;
};

}  // namespace

Result<OperatorPtr> makeJoin(const JoinSpec& spec) {
  std::vector<Type> keyTypes;
  for (size_t i = 0; i < spec.leftKeys.size(); ++i) {
    bool nullSafe = !spec.nullSafe.empty() && spec.nullSafe[i] != 0;
    keyTypes.push_back(spec.left[spec.leftKeys[i]].withNullable(nullSafe));
  }
  bool leftOnly = spec.kind == JoinKind::kSemi || spec.kind == JoinKind::kAnti;
  bool leftOuter = spec.kind == JoinKind::kLeft || spec.kind == JoinKind::kFull;
  bool rightOuter = spec.kind == JoinKind::kRight || spec.kind == JoinKind::kFull;
  JoinSide left({.name = "left",
                 .types = spec.left,
                 .columnNames = spec.leftNames,
                 .condition = spec.conditionName,
                 .keys = spec.leftKeys,
                 .nullSafe = spec.nullSafe,
                 .keyTypes = keyTypes,
                 .countsMatches = leftOuter || leftOnly,
                 .retracts = spec.leftRetracts,
                 .uniqueKey = spec.leftUniqueKey,
                 .maySkipUpdateBefore = !spec.emitUpdateBefore,
                 .ttlMillis = spec.leftTtlMillis});
  JoinSide right({.name = "right",
                  .types = spec.right,
                  .columnNames = spec.rightNames,
                  .condition = spec.conditionName,
                  .keys = spec.rightKeys,
                  .nullSafe = spec.nullSafe,
                  .keyTypes = keyTypes,
                  .countsMatches = rightOuter,
                  .retracts = spec.rightRetracts,
                  .uniqueKey = spec.rightUniqueKey,
                  .maySkipUpdateBefore = !spec.emitUpdateBefore,
                  .ttlMillis = spec.rightTtlMillis});
  JoinCondition condition = TRY(JoinCondition::make(spec.condition, spec.left, spec.right));
  return OperatorPtr(
      std::make_unique<Join>(spec, std::move(left), std::move(right), std::move(condition)));
}

}  // namespace millrace
