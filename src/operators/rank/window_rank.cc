#include <algorithm>
#include <charconv>

#include "operators/changelog/change_writer.h"
#include "operators/changelog/row_bytes.h"
#include "operators/changelog/sort_keys.h"
#include "operators/rank/rank.h"
#include "state/column_list.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

constexpr int64_t kMillisPerHour = 3'600'000;

// The instant at which a timer for a local time of the session zone fires: the later one when the
// clock shows the time twice, the start of the hour when it skips it.
int64_t timerInstant(int64_t localMillis, const TimeZone* zone) {
  if (zone == nullptr || zone->isUtc()) return localMillis;
  int64_t instant = zone->millisToUtc(localMillis);
  int64_t anHourLater = zone->millisToUtc(localMillis + kMillisPerHour);
  if (anHourLater - instant > kMillisPerHour) return instant + kMillisPerHour;
  if (anHourLater == instant) return instant - instant % kMillisPerHour;
  return instant;
}

// Collects the first rows of every key and window; emits them when the watermark closes the window.
class WindowRank final : public Operator {
 public:
  explicit WindowRank(const WindowRankSpec& spec)
      : spec_(spec),
        layout_(spec.rank.input),
        writer_(layout_, spec.rank.outputRank),
        sortKeys_(spec.rank.order, spec.rank.input),
        end_(static_cast<size_t>(spec.rank.rankEnd)),
        // Of rows with the same time the last one counts as the latest.
        tiesReplace_(spec.deduplicate && !spec.rank.order.empty() &&
                     !spec.rank.order[0].ascending) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    keyColumns_ = spec_.rank.partitionKeys;
    keyColumns_.push_back(spec_.windowEndColumn);
    StateSchema schema;
    schema.name = "rows";
    schema.kind = StateKind::kKeyedSortedRows;
    for (uint32_t key : keyColumns_) schema.key.push_back(spec_.rank.input[key]);
    const std::vector<std::string>& names = spec_.rank.inputNames;
    if (!names.empty()) {
      schema.keyNames = pickNames(names, spec_.rank.partitionKeys, names[spec_.windowEndColumn]);
    }
    StateSchema timers{.name = "timers", .kind = StateKind::kTimers, .key = schema.key};
    timers.keyNames = schema.keyNames;
    schema.row = spec_.rank.input;
    schema.rowNames = names;
    schema.order = (tiesReplace_ ? "the latest " : "the first ") + std::to_string(end_) + " rows";
    schema.sort = spec_.rank.order;
    rows_ = TRY(context.state->openSortedRows(std::move(schema)));
    timers_ = TRY(context.state->openTimers(std::move(timers)));
    watermarkState_ = TRY(context.state->openList("watermark", Redistribution::kUnion));
    for (const std::string& text : watermarkState_->elements()) {
      int64_t restored = kMinWatermark;
      std::from_chars(text.data(), text.data() + text.size(), restored);
      watermark_ = std::max(watermark_, restored);
    }
    return {};
  }

  Status snapshotState(uint64_t) override {
    watermarkState_->elements().assign(1, std::to_string(watermark_));
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    writer_.begin(nullptr);
    Rows rows = batch.rows();
    if (!batch.empty()) prepare(batch, rows);
    uint32_t next = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      for (; next < rows.count() && rows[next] < mark.position; ++next) addRow(next);
      TRY(advance(mark.watermark));
    }
    for (; next < rows.count(); ++next) addRow(next);
    if (late_ > 0) bump(context_->metrics->lateRecordsDropped, late_);
    late_ = 0;
    return writer_.finish(out);
  }

 private:
  void prepare(const Batch& batch, const Rows& rows) {
    std::vector<ColumnPtr> columns;
    for (uint32_t key : keyColumns_) columns.push_back(batch.column(key));
    keys_.encode(rows_->encoder(), columns, rows);
    columns.pop_back();  // the window is not part of the distribution
    owners_.resize(rows.count());
    // Without keys all rows are on one subtask, whatever their group.
    if (!columns.empty()) {
      hashKeys(columns, rows, owners_.data());
      keys_.setOwners(owners_.data());
    }
    sortKeys_.encode(batch.columns(), rows);
    bytes_.encode(layout_, batch.columns(), rows);
    TimeColumn ends(*batch.column(spec_.windowEndColumn));
    const TimeZone* zone = spec_.isLtz ? context_->eval.zone : nullptr;
    fireTimes_.resize(rows.count());
    for (uint32_t k = 0; k < rows.count(); ++k) {
      fireTimes_[k] = timerInstant(ends.millis(rows[k]) - 1, zone);
    }
    groups_.resize(rows.count());
    // Groups of late rows must not come into being, and a watermark between the rows may remove
    // groups: those are looked up row by row.
    bool simple = batch.marks().empty() || batch.marks().front().position > rows[rows.count() - 1];
    simple = simple && std::all_of(fireTimes_.begin(), fireTimes_.end(),
                                   [&](int64_t time) { return time > watermark_; });
    located_ = simple;
    if (simple) rows_->findOrInsert(keys_, groups_.data());
  }

  SortedGroup* groupOf(uint32_t k) {
    if (located_) return groups_[k];
    one_.reset(rows_->encoder());
    one_.append(keys_.hashes()[k], keys_.bytes(k));
    SortedGroup* group = nullptr;
    rows_->findOrInsert(one_, &group);
    return group;
  }

  void addRow(uint32_t k) {
    if (fireTimes_[k] <= watermark_) {
      ++late_;
      return;
    }
    SortedGroup* group = groupOf(k);
    size_t size = KeyedSortedRows::size(group);
    std::string_view sortKey = sortKeys_.key(k);
    if (size >= end_) {
      std::string_view last = rows_->sortKey(rows_->at(group, end_ - 1));
      if (!(sortKey < last || (tiesReplace_ && sortKey == last))) return;
      rows_->eraseAt(group, end_ - 1);
    }
    if (size == 0) {
      timers_->add(
          {.time = fireTimes_[k], .space = 0, .keyHash = keys_.hashes()[k], .key = keys_.bytes(k)});
    }
    rows_->insert(group, sortKey, bytes_.row(k));
  }

  Status advance(int64_t watermark) {
    if (watermark > watermark_) {
      watermark_ = watermark;
      TRY(timers_->advance(watermark, [this](const Timer& timer) { return fire(timer); }));
    }
    writer_.addMark(watermark);
    return {};
  }

  Status fire(const Timer& timer) {
    one_.reset(rows_->encoder());
    one_.append(timer.keyHash, timer.key);
    SortedGroup* group = nullptr;
    rows_->find(one_, &group);
    if (group == nullptr) return {};
    size_t size = KeyedSortedRows::size(group);
    for (size_t rank = static_cast<size_t>(spec_.rank.rankStart); rank <= size; ++rank) {
      const char* bytes = rows_->rowBytes(rows_->at(group, rank - 1));
      writer_.addState(RowKind::kInsert, writer_.copyRow(bytes), static_cast<int64_t>(rank));
    }
    rows_->drop(group);
    return {};
  }

  WindowRankSpec spec_;
  RowLayout layout_;
  ChangeWriter writer_;
  SortKeys sortKeys_;
  size_t end_;
  bool tiesReplace_;
  std::vector<uint32_t> keyColumns_;
  OperatorContext* context_ = nullptr;
  KeyedSortedRows* rows_ = nullptr;
  Timers* timers_ = nullptr;
  ListState* watermarkState_ = nullptr;
  int64_t watermark_ = kMinWatermark;
  uint64_t late_ = 0;
  KeyBatch keys_;
  std::vector<uint64_t> owners_;
  KeyBatch one_;
  RowBytes bytes_;
  bool located_ = false;
  std::vector<SortedGroup*> groups_;
  std::vector<int64_t> fireTimes_;
};

}  // namespace

Result<OperatorPtr> makeWindowRank(const WindowRankSpec& spec) {
  if (spec.isProctime) {
    return Error(ErrorKind::kUnsupported, "window Top-N by processing time")
        .withHint("Use a window over an event time attribute.");
  }
  return OperatorPtr(std::make_unique<WindowRank>(spec));
}

}  // namespace millrace
