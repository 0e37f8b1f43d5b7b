#include "operators/window/session_windows.h"

#include <algorithm>
#include <deque>

#include "operators/window/session_list.h"
#include "operators/window/window_clock.h"
#include "operators/window/window_progress.h"
#include "state/column_list.h"
#include "state/timers.h"
#include "types/gather.h"

namespace millrace {

namespace {

constexpr size_t kEmitAtOnce = 4096;

// Keys given as canonical bytes, as columns.
std::vector<ColumnPtr> decodeKeys(const KeyEncoder& encoder, const KeyBatch& keys) {
  std::vector<MutableColumnPtr> columns;
  switch (encoder.kind()) {
    case KeyEncoder::Kind::kInline8:
      encoder.decode8(keys.words(), keys.size(), columns);
      break;
    case KeyEncoder::Kind::kInline16:
      encoder.decode16(keys.pairs(), keys.size(), columns);
      break;
    case KeyEncoder::Kind::kBytes:
      encoder.layout().decode(keys.pointers(), keys.size(), columns);
      break;
  }
  return {columns.begin(), columns.end()};
}

class SessionWindows final : public Operator {
 public:
  SessionWindows(const SessionWindowsSpec& spec, std::unique_ptr<SessionContents> contents,
                 WindowOutput output)
      : spec_(spec),
        gap_(spec.window.sizeMillis),
        contents_(std::move(contents)),
        output_(std::move(output)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    clock_ = WindowClock(context.eval.zone, spec_.window.isLtz);
    output_.setClock(clock_);
    std::vector<Type> key;
    for (uint32_t column : spec_.keys) key.push_back(spec_.input[column]);
    std::vector<std::string> names = pickNames(spec_.inputNames, spec_.keys);
    std::string window = spec_.window.toString();
    if (!names.empty()) window += " OVER " + spec_.inputNames[spec_.timeColumn];
    TRY(sessions_.open(*context.state, key, names, window));
    TRY(contents_->open(*context.state));
    StateSchema timers;
    timers.name = "timers";
    timers.kind = StateKind::kTimers;
    timers.key = key;
    timers.keyNames = names;
    timers_ = TRY(context.state->openTimers(std::move(timers)));
    return progress_.open(*context.state);
  }

  Status snapshotState(uint64_t) override {
    progress_.save();
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    keyBytes_.clear();
    if (spec_.dropsNullTimes && !batch.empty()) dropNullTimes(batch);
    Rows rows = batch.rows();
    if (!rows.empty()) {
      contents_->beginBatch(batch);
      TRY(readTimes(batch, rows));
    }
    uint32_t begin = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      uint32_t end = begin;
      while (end < rows.count() && rows[end] < mark.position) ++end;
      addRows(batch, rows, begin, end);
      begin = end;
      if (!spec_.window.isProctime) TRY(advance(mark.watermark, out));
      output_.addMark(mark.watermark);
    }
    addRows(batch, rows, begin, rows.count());
    return output_.flush(out);
  }

  int64_t nextProcessingTime() const override {
    return spec_.window.isProctime ? timers_->nextTime() : INT64_MAX;
  }

  Status onProcessingTime(int64_t now, Output& out) override {
    if (!spec_.window.isProctime) return {};
    keyBytes_.clear();
    TRY(advance(now, out));
    return output_.flush(out);
  }

 private:
  void dropNullTimes(Batch& batch) {
    const Column& column = *batch.column(spec_.timeColumn);
    if (spec_.window.isProctime || !column.mayHaveNulls()) return;
    auto kept = std::make_shared<Selection>();
    forEachRow(batch.rows(), [&](uint32_t row) {
      if (!column.isNull(row)) kept->push_back(row);
    });
    batch.setSelection(std::move(kept));
  }

  Status readTimes(const Batch& batch, const Rows& rows) {
    if (spec_.window.isProctime) {
      context_->refreshTime();
      times_.assign(rows.count(), clock_.toLocal(context_->eval.nowMicros / 1000));
      return {};
    }
    if (!millrace::readTimes(*batch.column(spec_.timeColumn), rows, times_)) {
      return Error(ErrorKind::kNullConstraint, "a row's event time is NULL")
          .withHint("Filter out rows without a time before the window.");
    }
    if (clock_.converts()) {
      for (int64_t& time : times_) time = clock_.toLocal(time);
    }
    return {};
  }

  // Adds rows between two watermarks: finds the session of each, then folds them all.
  void addRows(const Batch& batch, const Rows& rows, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    Rows part{rows.indices, rows.begin + begin, rows.begin + end};
    std::vector<ColumnPtr> keyColumns;
    for (uint32_t key : spec_.keys) keyColumns.push_back(batch.column(key));
    keys_.encode(sessions_.rows().encoder(), keyColumns, part);
    groups_.resize(part.count());
    sessions_.rows().findOrInsert(keys_, groups_.data());
    clearRun();
    emptied_.clear();
    for (uint32_t k = 0; k < part.count(); ++k) {
      int64_t id = 0;
      if (!findSession(k, part[k], times_[begin + k], id)) {
        bump(context_->metrics->lateRecordsDropped, 1);
        if (KeyedSortedRows::size(groups_[k]) == 0) emptied_.push_back(groups_[k]);
        continue;
      }
      runRows_.push_back(part[k]);
      runIds_.push_back(id);
      runOwners_.push_back(keys_.hashes()[k]);
    }
    foldRun();
    dropEmptied();
  }

  // The session of a row, which may be new, grow, or join others; false when the row is late.
  bool findSession(uint32_t k, uint32_t row, int64_t time, int64_t& id) {
    SortedGroup* group = groups_[k];
    size_t first = 0;
    sessions_.touching(group, time, time + gap_, first, touched_);
    if (touched_.empty()) {
      if (!spec_.window.isProctime && clock_.isFired(time + gap_, progress_.millis())) return false;
      id = time;
      sessions_.insert(group, {time, time + gap_, id});
      addTimer(keys_.hashes()[k], keys_.bytes(k), {time, time + gap_, id});
      return true;
    }
    WindowSession joined = touched_[0];
    id = joined.id;
    joined.start = std::min(joined.start, time);
    joined.end = std::max(touched_.back().end, time + gap_);
    if (touched_.size() > 1) {
      foldRun();
      for (size_t i = 1; i < touched_.size(); ++i) {
        contents_->merge(row, keys_.hashes()[k], id, touched_[i].id);
        sessions_.rows().eraseAt(group, first + 1);
      }
    }
    if (joined.start == touched_[0].start) {
      // The timer stays; it is set anew when it fires too early.
      sessions_.setEnd(group, first, joined.end);
    } else {
      sessions_.rows().eraseAt(group, first);
      sessions_.insert(group, joined);
    }
    return true;
  }

  void addTimer(uint64_t keyHash, std::string_view key, const WindowSession& session) {
    timers_->add({.time = clock_.timerInstant(session.end - 1),
                  .space = session.id,
                  .keyHash = keyHash,
                  .key = key});
  }

  void clearRun() {
    runRows_.clear();
    runIds_.clear();
    runOwners_.clear();
  }

  void foldRun() {
    contents_->update(Rows::of(runRows_), runIds_.data(), runOwners_.data());
    clearRun();
  }

  void dropEmptied() {
    std::sort(emptied_.begin(), emptied_.end());
    emptied_.erase(std::unique(emptied_.begin(), emptied_.end()), emptied_.end());
    for (SortedGroup* group : emptied_) {
      if (KeyedSortedRows::size(group) == 0) sessions_.rows().drop(group);
    }
    emptied_.clear();
  }

  Status advance(int64_t progress, Output& out) {
    progress_.advance(progress);
    dueKeys_.reset(sessions_.rows().encoder());
    TRY(timers_->advance(progress_.millis(), [&](const Timer& timer) -> Status {
      fire(timer);
      if (due_.size() >= kEmitAtOnce) return emitDue(out);
      return {};
    }));
    return emitDue(out);
  }

  void fire(const Timer& timer) {
    one_.reset(sessions_.rows().encoder());
    one_.append(timer.keyHash, timer.key);
    SortedGroup* group = nullptr;
    sessions_.rows().find(one_, &group);
    if (group == nullptr) return;
    size_t rank = sessions_.find(group, timer.space);
    if (rank == SIZE_MAX) return;
    WindowSession session = sessions_.at(group, rank);
    if (!clock_.isFired(session.end, progress_.millis())) {
      addTimer(timer.keyHash, timer.key, session);
      return;
    }
    const std::string& key = keyBytes_.emplace_back(timer.key);
    dueKeys_.append(timer.keyHash, key);
    due_.push_back(session);
    sessions_.rows().eraseAt(group, rank);
    if (KeyedSortedRows::size(group) == 0) sessions_.rows().drop(group);
  }

  Status emitDue(Output& out) {
    if (due_.empty()) return {};
    std::vector<ColumnPtr> columns;
    if (!spec_.keys.empty()) columns = decodeKeys(sessions_.rows().encoder(), dueKeys_);
    std::vector<int64_t> ids;
    for (const WindowSession& session : due_) ids.push_back(session.id);
    std::vector<uint32_t> kept;
    std::vector<ColumnPtr> results = contents_->take(columns, ids, dueKeys_.hashes(), kept);
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    for (uint32_t k : kept) {
      starts.push_back(due_[k].start);
      ends.push_back(due_[k].end);
    }
    if (!spec_.emitsKeys) {
      columns.clear();
    } else if (kept.size() < due_.size()) {
      for (ColumnPtr& column : columns) column = gather(*column, kept);
    }
    columns.insert(columns.end(), results.begin(), results.end());
    due_.clear();
    dueKeys_.reset(sessions_.rows().encoder());
    if (kept.empty()) return {};
    return output_.addWindows(std::move(columns), starts, ends, out);
  }

  SessionWindowsSpec spec_;
  int64_t gap_;
  SessionList sessions_;
  std::unique_ptr<SessionContents> contents_;
  WindowOutput output_;
  Timers* timers_ = nullptr;
  OperatorContext* context_ = nullptr;
  WindowClock clock_;
  WindowProgress progress_;

  std::vector<int64_t> times_;
  KeyBatch keys_;
  KeyBatch one_;
  std::vector<SortedGroup*> groups_;
  std::vector<SortedGroup*> emptied_;
  std::vector<WindowSession> touched_;
  // Rows whose session is known, not folded yet.
  std::vector<uint32_t> runRows_;
  std::vector<int64_t> runIds_;
  std::vector<uint64_t> runOwners_;
  // Sessions that are over, not emitted yet. Emitted keys point into keyBytes_ until the next call.
  std::vector<WindowSession> due_;
  KeyBatch dueKeys_;
  std::deque<std::string> keyBytes_;
};

}  // namespace

OperatorPtr makeSessionWindows(const SessionWindowsSpec& spec,
                               std::unique_ptr<SessionContents> contents, WindowOutput output) {
  return std::make_unique<SessionWindows>(spec, std::move(contents), std::move(output));
}

}  // namespace millrace
