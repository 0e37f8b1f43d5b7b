#include "operators/window_join/window_join.h"

#include "operators/join/joined_rows.h"
#include "operators/window/window_clock.h"
#include "operators/window/window_progress.h"
#include "runtime/watermark.h"
#include "state/column_list.h"
#include "state/key_batch.h"
#include "state/keyed_rows.h"
#include "state/timers.h"

namespace millrace {

namespace {

constexpr size_t kPairsAtOnce = 4096;

// The rows of one input by key and window.
struct Side {
  std::vector<Type> types;
  std::vector<uint32_t> keys;
  uint32_t windowEnd = 0;
  std::vector<std::string> names;
  bool outer = false;  // rows without match are emitted
  KeyedRows* rows = nullptr;
  // Of the windows that are being joined: rows and whether they have a match.
  std::vector<const char*> joined;
  std::vector<uint8_t> matched;
};

class WindowJoin final : public Operator {
 public:
  WindowJoin(const WindowJoinSpec& spec, JoinCondition condition)
      : kind_(spec.kind),
        nullSafe_(spec.nullSafe),
        isLtz_(spec.isLtz),
        condition_(std::move(condition)),
        writer_(spec.left, spec.right, leftOnly()) {
    sides_[0] = {spec.left, spec.leftKeys, spec.leftWindowEnd, spec.leftNames,
                 kind_ == JoinKind::kLeft || kind_ == JoinKind::kFull || kind_ == JoinKind::kAnti};
    sides_[1] = {spec.right, spec.rightKeys, spec.rightWindowEnd, spec.rightNames,
                 kind_ == JoinKind::kRight || kind_ == JoinKind::kFull};
    nullSafe_.resize(spec.leftKeys.size(), 0);
    for (size_t i = 0; i < spec.leftKeys.size(); ++i) {
      const Type& left = spec.left[spec.leftKeys[i]];
      bool nullable = left.nullable() || spec.right[spec.rightKeys[i]].nullable();
      keyTypes_.push_back(left.withNullable(nullable));
    }
    keyTypes_.push_back(Type::bigint().withNullable(false));
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    clock_ = WindowClock(context.eval.zone, isLtz_);
    for (int i = 0; i < 2; ++i) {
      StateSchema schema;
      schema.name = i == 0 ? "left" : "right";
      schema.kind = StateKind::kKeyedRows;
      schema.key = keyTypes_;
      schema.keyNames = keyNames(i);
      schema.row = sides_[i].types;
      schema.rowNames = sides_[i].names;
      sides_[i].rows = TRY(context.state->openRows(std::move(schema), {}));
    }
    StateSchema timers;
    timers.name = "timers";
    timers.kind = StateKind::kTimers;
    timers.key = keyTypes_;
    timers.keyNames = keyNames(0);
    timers_ = TRY(context.state->openTimers(std::move(timers)));
    return progress_.open(*context.state);
  }

  Status flush(Output&) override {
    dropExpired();
    return {};
  }

  Status snapshotState(uint64_t) override {
    progress_.save();
    return {};
  }

  Status processBatch(int input, Batch batch, Output& out) override {
    context_->refreshTime();
    dropExpired();
    beginOutput();
    Rows rows = batch.rows();
    if (!rows.empty() && !readTimes(*batch.column(sides_[input].windowEnd), rows, ends_)) {
      return Error(ErrorKind::kNullConstraint, "a row's window_end is NULL")
          .withHint("Join the inputs on the window columns of a window table function.");
    }
    uint32_t begin = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      uint32_t end = begin;
      while (end < rows.count() && rows[end] < mark.position) ++end;
      std::optional<int64_t> merged = merger_.update(input, mark.watermark);
      if (!merged) continue;
      addRows(input, batch, rows, begin, end);
      begin = end;
      TRY(advance(*merged, out));
    }
    addRows(input, batch, rows, begin, rows.count());
    return writer_.finish(out);
  }

  Status inputIdle(int input, bool idle, Output& out) override {
    TRY(advanceAlone(merger_.setIdle(input, idle), out));
    bool allIdle = merger_.allIdle();
    if (allIdle == idle_) return {};
    idle_ = allIdle;
    return out.markIdle(allIdle);
  }

  Status endInput(int input, Output& out) override {
    return advanceAlone(merger_.setFinished(input), out);
  }

 private:
  std::vector<std::string> keyNames(int side) const {
    const Side& own = sides_[side];
    if (own.names.empty()) return {};
    return pickNames(own.names, own.keys, own.names[own.windowEnd]);
  }

  bool leftOnly() const { return kind_ == JoinKind::kSemi || kind_ == JoinKind::kAnti; }

  void beginOutput() {
    source_[0] = {nullptr, &sides_[0].rows->layout()};
    source_[1] = {nullptr, &sides_[1].rows->layout()};
    writer_.begin(source_[0], source_[1]);
  }

  // Emitted rows point into the state until the next call.
  void dropExpired() {
    for (int i = 0; i < 2; ++i) {
      for (StateRow* row : expired_[i]) sides_[i].rows->eraseKeyOf(row);
      expired_[i].clear();
    }
  }

  Status advanceAlone(std::optional<int64_t> watermark, Output& out) {
    if (!watermark) return {};
    context_->refreshTime();
    dropExpired();
    beginOutput();
    TRY(advance(*watermark, out));
    return writer_.finish(out);
  }

  bool keyMayMatch(const Batch& batch, const Side& side, uint32_t row) const {
    for (size_t i = 0; i < side.keys.size(); ++i) {
      if (nullSafe_[i] == 0 && batch.column(side.keys[i])->isNull(row)) return false;
    }
    return true;
  }

  void addRows(int input, const Batch& batch, const Rows& rows, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    Side& side = sides_[input];
    kept_.clear();
    MutableColumnPtr ends = Column::make(Type::bigint().withNullable(false), rows[end - 1] + 1);
    for (uint32_t k = begin; k < end; ++k) {
      uint32_t row = rows[k];
      if (clock_.isFired(ends_[k], progress_.millis())) {
        bump(context_->metrics->lateRecordsDropped, 1);
        continue;
      }
      if (!side.outer && !keyMayMatch(batch, side, row)) continue;
      ends->mutableValues<int64_t>()[row] = ends_[k];
      kept_.push_back(row);
    }
    if (kept_.empty()) return;
    Rows kept = Rows::of(kept_);
    encodeKeys(batch, side, ends, kept);
    refs_.resize(kept.count());
    side.rows->add(keys_, batch.columns(), kept, refs_.data());
    for (uint32_t k = 0; k < kept.count(); ++k) {
      // All rows of a new key come with the first of them.
      if (k > 0 && keys_.hashes()[k] == keys_.hashes()[k - 1] &&
          keys_.bytes(k) == keys_.bytes(k - 1)) {
        continue;
      }
      int64_t windowEnd = ends->values<int64_t>()[kept[k]];
      timers_->add({.time = clock_.timerInstant(windowEnd - 1),
                    .space = windowEnd,
                    .keyHash = keys_.hashes()[k],
                    .key = keys_.bytes(k)});
    }
  }

  void encodeKeys(const Batch& batch, const Side& side, const ColumnPtr& ends, const Rows& rows) {
    std::vector<ColumnPtr> columns;
    for (uint32_t key : side.keys) columns.push_back(batch.column(key));
    owners_.resize(rows.count());
    if (!columns.empty()) hashKeys(columns, rows, owners_.data());
    columns.push_back(ends);
    keys_.encode(side.rows->encoder(), columns, rows);
    if (!side.keys.empty()) {
      keys_.placeWith(owners_.data(), context_->subtask.maxParallelism);
    }
  }

  Status advance(int64_t watermark, Output& out) {
    progress_.advance(watermark);
    TRY(timers_->advance(progress_.millis(), [&](const Timer& timer) -> Status {
      TRY(joinWindow(timer));
      if (sides_[0].joined.size() + sides_[1].joined.size() < kPairsAtOnce) return {};
      TRY(finishWindows());
      return writer_.emitFull(out);
    }));
    TRY(finishWindows());
    writer_.addMark(watermark);
    return {};
  }

  // Collects the pairs of one key and window.
  Status joinWindow(const Timer& timer) {
    uint32_t firstJoined[2];
    StateRow* first[2];
    for (int i = 0; i < 2; ++i) {
      Side& side = sides_[i];
      one_.reset(side.rows->encoder());
      one_.append(timer.keyHash, timer.key);
      firstJoined[i] = static_cast<uint32_t>(side.joined.size());
      side.rows->first(one_, &first[i]);
      if (first[i] != nullptr) expired_[i].push_back(first[i]);
      for (StateRow* row = first[i]; row != nullptr; row = KeyedRows::next(row)) {
        side.joined.push_back(side.rows->rowBytes(row));
      }
      side.matched.resize(side.joined.size(), 0);
    }
    if (first[0] == nullptr || first[1] == nullptr || hasNullKey(first[0])) return {};
    for (uint32_t l = firstJoined[0]; l < sides_[0].joined.size(); ++l) {
      for (uint32_t r = firstJoined[1]; r < sides_[1].joined.size(); ++r) {
        pairs_.left.push_back(refOfBytes(sides_[0].joined[l]));
        pairs_.right.push_back(refOfBytes(sides_[1].joined[r]));
        leftOf_.push_back(l);
        rightOf_.push_back(r);
      }
      if (pairs_.size() >= kPairsAtOnce) TRY(testPairs());
    }
    return {};
  }

  bool hasNullKey(const StateRow* leftRow) const {
    const Side& left = sides_[0];
    for (size_t i = 0; i < left.keys.size(); ++i) {
      if (nullSafe_[i] != 0) continue;
      if (left.rows->layout().isNull(left.rows->rowBytes(leftRow), left.keys[i])) return true;
    }
    return false;
  }

  // Emits the pairs that fulfil the condition.
  Status testPairs() {
    if (pairs_.size() == 0) return {};
    context_->eval.currentWatermark = progress_.millis();
    if (condition_.isTrue()) {
      passes_.assign(pairs_.size(), 1);
    } else {
      TRY(condition_.evaluate(source_[0], source_[1], pairs_, context_->eval, passes_));
    }
    for (size_t i = 0; i < pairs_.size(); ++i) {
      if (passes_[i] == 0) continue;
      sides_[0].matched[leftOf_[i]] = 1;
      sides_[1].matched[rightOf_[i]] = 1;
      if (!leftOnly()) writer_.add(RowKind::kInsert, pairs_.left[i], pairs_.right[i]);
    }
    pairs_.clear();
    leftOf_.clear();
    rightOf_.clear();
    return {};
  }

  // Emits what has to wait for all pairs: rows with or without a match.
  Status finishWindows() {
    TRY(testPairs());
    uint8_t wanted = kind_ == JoinKind::kSemi ? 1 : 0;
    for (int i = 0; i < 2; ++i) {
      Side& side = sides_[i];
      bool emits = side.outer || (i == 0 && kind_ == JoinKind::kSemi);
      for (size_t k = 0; emits && k < side.joined.size(); ++k) {
        if (side.matched[k] != wanted) continue;
        RowRef row = refOfBytes(side.joined[k]);
        writer_.add(RowKind::kInsert, i == 0 ? row : kNoRowRef, i == 0 ? kNoRowRef : row);
      }
      side.joined.clear();
      side.matched.clear();
    }
    return {};
  }

  JoinKind kind_;
  std::vector<uint8_t> nullSafe_;
  bool isLtz_;
  Side sides_[2];
  std::vector<Type> keyTypes_;  // the keys, then the window's end
  JoinCondition condition_;
  JoinWriter writer_;
  Timers* timers_ = nullptr;
  OperatorContext* context_ = nullptr;
  WindowClock clock_;
  WindowProgress progress_;
  WatermarkMerger merger_{2};
  bool idle_ = false;
  std::vector<StateRow*> expired_[2];  // a row of each key whose windows are over

  JoinSource source_[2];
  std::vector<int64_t> ends_;
  std::vector<uint32_t> kept_;
  std::vector<uint64_t> owners_;
  std::vector<StateRow*> refs_;
  KeyBatch keys_;
  KeyBatch one_;
  // Pairs to be tested: their rows, and the rows' places in Side::joined.
  RowPairs pairs_;
  std::vector<uint32_t> leftOf_;
  std::vector<uint32_t> rightOf_;
  std::vector<uint8_t> passes_;
};

}  // namespace

Result<OperatorPtr> makeWindowJoin(const WindowJoinSpec& spec) {
  if (spec.isProctime) {
    return Error(ErrorKind::kUnsupported, "window join by processing time")
        .withHint("Use windows over an event time attribute.");
  }
  JoinCondition condition = TRY(JoinCondition::make(spec.condition, spec.left, spec.right));
  return OperatorPtr(std::make_unique<WindowJoin>(spec, std::move(condition)));
}

}  // namespace millrace
