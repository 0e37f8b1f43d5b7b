#include <set>
#include <unordered_map>

#include "operators/window/window_progress.h"
#include "operators/window/window_slices.h"
#include "operators/window_aggregate/slice_states.h"
#include "operators/window_aggregate/window_aggregates.h"

namespace millrace {

namespace {

// Windows that the input brings along are slices by themselves.
WindowSlices slicesOf(const WindowAggregateSpec& spec) {
  if (spec.timeColumn >= 0 || spec.windowEndColumn < 0) return WindowSlices(spec.window);
  return WindowSlices(WindowSpec{.kind = WindowKind::kTumble, .sizeMillis = 1});
}

// The start of an attached window is part of the group's key.
std::vector<uint32_t> groupKeys(const WindowAggregateSpec& spec, bool attached) {
  std::vector<uint32_t> keys = spec.keys;
  if (attached && spec.windowStartColumn >= 0) keys.push_back(spec.windowStartColumn);
  return keys;
}

// What makes the slices: another window has others.
std::string windowsText(const WindowAggregateSpec& spec) {
  std::string text = spec.window.toString();
  int column = spec.timeColumn >= 0 ? spec.timeColumn : spec.windowEndColumn;
  if (!spec.inputNames.empty() && column >= 0) {
    text += " OVER " + spec.inputNames[static_cast<size_t>(column)];
  }
  return text;
}

class SlicingWindowAggregate final : public Operator {
 public:
  SlicingWindowAggregate(const WindowAggregateSpec& spec, WindowCalls calls)
      : spec_(spec),
        attached_(spec.timeColumn < 0 && spec.windowEndColumn >= 0),
        slices_(slicesOf(spec)),
        states_(std::move(calls), groupKeys(spec, attached_), spec.keys.size(), spec.input,
                spec.inputNames, windowsText(spec), spec.inputRetracts),
        output_(outputTypes(spec), spec.properties, spec.timeType, spec.window.isLtz) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    clock_ = WindowClock(context.eval.zone, spec_.window.isLtz);
    output_.setClock(clock_);
    TRY(states_.open(*context.state));
    TRY(progress_.open(*context.state));
    for (const auto& [slice, table] : states_.slices()) expectWindow(slice);
    return {};
  }

  Status snapshotState(uint64_t) override {
    progress_.save();
    return {};
  }

  Status flush(Output&) override {
    dropExpired();
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    dropExpired();
    Rows rows = batch.rows();
    if (!rows.empty()) {
      states_.beginBatch(batch);
      TRY(readSliceTimes(batch, rows));
    }
    uint32_t begin = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      uint32_t end = begin;
      while (end < rows.count() && rows[end] < mark.position) ++end;
      addRows(rows, begin, end);
      begin = end;
      if (!spec_.window.isProctime) TRY(advance(mark.watermark, out));
      output_.addMark(mark.watermark);
    }
    addRows(rows, begin, rows.count());
    return output_.flush(out);
  }

  int64_t nextProcessingTime() const override {
    if (!spec_.window.isProctime || pending_.empty()) return INT64_MAX;
    return clock_.timerInstant(*pending_.begin() - 1);
  }

  Status onProcessingTime(int64_t now, Output& out) override {
    if (!spec_.window.isProctime) return {};
    dropExpired();
    TRY(advance(now, out));
    return output_.flush(out);
  }

 private:
  // Emitted rows may point into a slice until the next call.
  void dropExpired() {
    for (int64_t slice : expired_) states_.drop(slice);
    expired_.clear();
  }

  // times_[k]: the local time of the k-th row that its slice follows from.
  Status readSliceTimes(const Batch& batch, const Rows& rows) {
    if (attached_) {
      if (readTimes(*batch.column(spec_.windowEndColumn), rows, times_)) {
        // The slice of the millisecond before the end ends there.
        for (int64_t& time : times_) --time;
        return {};
      }
      return nullTime();
    }
    if (spec_.window.isProctime) {
      context_->refreshTime();
      times_.assign(rows.count(), clock_.toLocal(context_->eval.nowMicros / 1000));
      return {};
    }
    if (!readTimes(*batch.column(spec_.timeColumn), rows, times_)) return nullTime();
    if (clock_.converts()) {
      for (int64_t& time : times_) time = clock_.toLocal(time);
    }
    return {};
  }

  static Error nullTime() {
    return Error(ErrorKind::kNullConstraint, "a row's event time is NULL")
        .withHint("Filter out rows without a time before the window.");
  }

  // Adds rows between two watermarks; usually all are in one slice.
  void addRows(const Rows& rows, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    int64_t low = times_[begin];
    int64_t high = low;
    for (uint32_t k = begin; k < end; ++k) {
      low = std::min(low, times_[k]);
      high = std::max(high, times_[k]);
    }
    int64_t slice = slices_.sliceEndOf(low);
    if (high < slice) {
      addToSlice({rows.indices, rows.begin + begin, rows.begin + end}, slice);
      return;
    }
    partition(rows, begin, end);
    for (size_t i = 0; i < numParts_; ++i) addToSlice(Rows::of(parts_[i].rows), parts_[i].slice);
  }

  void partition(const Rows& rows, uint32_t begin, uint32_t end) {
    numParts_ = 0;
    partOf_.clear();
    Part* part = nullptr;
    int64_t sliceBegin = 0;
    int64_t sliceEnd = 0;
    for (uint32_t k = begin; k < end; ++k) {
      int64_t time = times_[k];
      if (part == nullptr || time < sliceBegin || time >= sliceEnd) {
        sliceEnd = slices_.sliceEndOf(time);
        sliceBegin = sliceEnd - slices_.sliceMillis();
        part = &partFor(sliceEnd);
      }
      part->rows.push_back(rows[k]);
    }
  }

  struct Part {
    int64_t slice = 0;
    std::vector<uint32_t> rows;
  };

  Part& partFor(int64_t slice) {
    auto [found, isNew] = partOf_.try_emplace(slice, numParts_);
    if (!isNew) return parts_[found->second];
    if (numParts_ == parts_.size()) parts_.emplace_back();
    Part& part = parts_[numParts_++];
    part.slice = slice;
    part.rows.clear();
    return part;
  }

  void addToSlice(const Rows& rows, int64_t slice) {
    int64_t last = slices_.lastWindowEnd(slice);
    bool late = !spec_.window.isProctime && clock_.isFired(last, progress_.millis());
    if (late || last < slice) {
      bump(context_->metrics->lateRecordsDropped, rows.count());
      return;
    }
    expectWindow(slice);
    // The part of a CUMULATE window that has fired is kept in its first slice.
    if (slices_.isCumulate() && isFired(slice)) slice = slices_.firstSliceEnd(slice);
    states_.update(rows, slice);
  }

  bool isFired(int64_t windowEnd) const { return clock_.isFired(windowEnd, progress_.millis()); }

  // The first window with the slice that has not been fired will be. TUMBLE has only one.
  void expectWindow(int64_t slice) {
    int64_t window = slices_.firstWindowEnd(slice);
    if (!slices_.isTumble()) {
      int64_t last = slices_.lastWindowEnd(slice);
      while (window < last && isFired(window)) window = slices_.nextWindowEnd(window);
    }
    pending_.insert(window);
  }

  Status advance(int64_t progress, Output& out) {
    progress_.advance(progress);
    while (!pending_.empty() && isFired(*pending_.begin())) {
      int64_t window = *pending_.begin();
      pending_.erase(pending_.begin());
      TRY(fire(window, out));
    }
    return {};
  }

  Status fire(int64_t window, Output& out) {
    if (slices_.isTumble()) {
      if (states_.has(window)) TRY(emit(states_.at(window), window, out));
      expired_.push_back(window);
      return {};
    }
    return slices_.isCumulate() ? fireCumulate(window, out) : fireHop(window, out);
  }

  Status fireCumulate(int64_t window, Output& out) {
    int64_t first = slices_.firstSliceEnd(window);
    if (window != first && states_.has(window)) {
      states_.merge(states_.at(window), states_.at(first));
      expired_.push_back(window);
    }
    if (!states_.has(first)) return {};
    TRY(emit(states_.at(first), window, out));
    if (window < slices_.lastWindowEnd(first)) {
      pending_.insert(slices_.nextWindowEnd(window));
    } else {
      expired_.push_back(first);
    }
    return {};
  }

  Status fireHop(int64_t window, Output& out) {
    std::vector<int64_t> held;
    const auto& slices = states_.slices();
    for (auto it = slices.upper_bound(slices_.windowStart(window));
         it != slices.end() && it->first <= window; ++it) {
      held.push_back(it->first);
    }
    if (held.size() == 1 && !states_.calls().hasDeferred()) {
      TRY(emit(states_.at(held[0]), window, out));
    } else if (!held.empty()) {
      SliceStates::Space merged = states_.emptyWindow();
      for (int64_t slice : held) states_.merge(states_.at(slice), merged);
      TRY(emit(merged, window, out, true));
    }
    for (int64_t slice : held) {
      if (slices_.lastWindowEnd(slice) <= window) expired_.push_back(slice);
    }
    int64_t next = slices_.nextWindowEnd(window);
    auto following = slices.upper_bound(slices_.windowStart(next));
    if (following != slices.end() && following->first <= next) pending_.insert(next);
    return {};
  }

  // temporary: the space is reused within this call.
  Status emit(const SliceStates::Space& space, int64_t window, Output& out,
              bool temporary = false) {
    int64_t start = attached_ ? 0 : slices_.windowStart(window);
    return states_.emit(space, [&](std::vector<ColumnPtr> columns, size_t rows) -> Status {
      ColumnPtr startColumn;
      if (attached_ && spec_.windowStartColumn >= 0) {
        startColumn = columns[spec_.keys.size()];
        columns.erase(columns.begin() + static_cast<ptrdiff_t>(spec_.keys.size()));
      }
      TRY(output_.addWindow(std::move(columns), rows, start, window, std::move(startColumn), out));
      if (temporary) output_.ownStrings();
      return Status();
    });
  }

  WindowAggregateSpec spec_;
  bool attached_;
  WindowSlices slices_;
  SliceStates states_;
  WindowOutput output_;
  OperatorContext* context_ = nullptr;
  WindowClock clock_;
  WindowProgress progress_;
  std::set<int64_t> pending_;     // ends of the windows to be fired
  std::vector<int64_t> expired_;  // slices that no window needs any more

  std::vector<int64_t> times_;
  std::vector<Part> parts_;
  size_t numParts_ = 0;
  std::unordered_map<int64_t, size_t> partOf_;
};

}  // namespace

OperatorPtr makeSlicingWindowAggregate(const WindowAggregateSpec& spec, WindowCalls calls) {
  return std::make_unique<SlicingWindowAggregate>(spec, std::move(calls));
}

}  // namespace millrace
