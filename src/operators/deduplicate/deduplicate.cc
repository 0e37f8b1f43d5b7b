#include "operators/deduplicate/deduplicate.h"

#include <algorithm>
#include <charconv>

#include "operators/changelog/change_writer.h"
#include "operators/changelog/row_bytes.h"
#include "operators/changelog/sort_keys.h"
#include "state/column_list.h"

namespace millrace {

namespace {

std::vector<Type> keyTypesOf(const DeduplicateSpec& spec) {
  std::vector<Type> types;
  for (uint32_t key : spec.keys) types.push_back(spec.input[key]);
  return types;
}

std::vector<ColumnPtr> keyColumnsOf(const DeduplicateSpec& spec, const Batch& batch) {
  std::vector<ColumnPtr> columns;
  for (uint32_t key : spec.keys) columns.push_back(batch.column(key));
  return columns;
}

// Processing time, first row: only the keys are kept.
class FirstByArrival final : public Operator {
 public:
  explicit FirstByArrival(const DeduplicateSpec& spec) : spec_(spec) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    StateSchema schema{.name = "keys", .kind = StateKind::kKeyedTable, .key = keyTypesOf(spec_)};
    schema.keyNames = pickNames(spec_.inputNames, spec_.keys);
    schema.ttlMillis = context.options->stateTtlMillis;
    table_ = TRY(context.state->openTable(std::move(schema)));
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    if (!batch.empty()) {
      Rows rows = batch.rows();
      keys_.encode(table_->encoder(), keyColumnsOf(spec_, batch), rows);
      values_.resize(rows.count());
      isNew_.resize(rows.count());
      // Further rows do not write the key: after its time to live one is the first again.
      table_->findOrInsert(keys_, values_.data(), isNew_.data(), KeyedTable::Access::kLookAt);
      auto selection = std::make_shared<Selection>();
      for (uint32_t k = 0; k < rows.count(); ++k) {
        if (isNew_[k] != 0) selection->push_back(rows[k]);
      }
      batch.setSelection(std::move(selection));
    }
    if (batch.empty() && batch.marks().empty()) return {};
    return out.emit(std::move(batch));
  }

 private:
  DeduplicateSpec spec_;
  OperatorContext* context_ = nullptr;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
  std::vector<uint8_t> isNew_;
};

// What is kept of a key beside its row's bytes.
struct KeptRow {
  StateString row;
  int64_t millis = 0;
  uint64_t emitted = 0;  // the first row has left; further ones are ignored
};

StateSchema keptRowSchema(const DeduplicateSpec& spec) {
  StateSchema schema{.name = "rows", .kind = StateKind::kKeyedTable, .key = keyTypesOf(spec)};
  schema.keyNames = pickNames(spec.inputNames, spec.keys);
  schema.order = spec.keepLast ? "the last row" : "the first row";
  if (!spec.inputNames.empty()) schema.order += " by " + spec.inputNames[spec.timeColumn];
  schema.parts.push_back({.name = "row",
                          .type = "ROW",
                          .bytes = 16,
                          .strings = {0},
                          .row = spec.input,
                          .rowNames = spec.inputNames});
  schema.parts.push_back({.name = "time", .type = "BIGINT", .bytes = 8});
  schema.parts.push_back({.name = "emitted", .type = "BIGINT", .bytes = 8});
  return schema;
}

KeptRow& keptRow(std::byte* value) { return *reinterpret_cast<KeptRow*>(value); }

// The operators that keep a row per key: locates keys, and passes watermarks on between the
// changes.
class RowKeeper : public Operator {
 public:
  explicit RowKeeper(const DeduplicateSpec& spec)
      : spec_(spec), layout_(spec.input), writer_(layout_) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    StateSchema schema = keptRowSchema(spec_);
    schema.ttlMillis = context.options->stateTtlMillis;
    table_ = TRY(context.state->openTable(std::move(schema)));
    return openMore();
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    writer_.begin(&batch);
    Rows rows = batch.rows();
    if (!batch.empty()) {
      keys_.encode(table_->encoder(), keyColumnsOf(spec_, batch), rows);
      values_.resize(rows.count());
      isNew_.resize(rows.count());
      table_->findOrInsert(keys_, values_.data(), isNew_.data(), KeyedTable::Access::kLookAt);
      prepare(batch, rows);
    }
    uint32_t next = 0;
    for (const WatermarkMark& mark : batch.marks()) {
      for (; next < rows.count() && rows[next] < mark.position; ++next) {
        processRow(next, rows[next]);
      }
      TRY(advance(mark.watermark));
      writer_.addMark(mark.watermark);
    }
    for (; next < rows.count(); ++next) processRow(next, rows[next]);
    return writer_.finish(out);
  }

 protected:
  virtual Status openMore() { return {}; }
  virtual void prepare(const Batch& batch, const Rows& rows) = 0;
  virtual void processRow(uint32_t k, uint32_t row) = 0;
  virtual Status advance(int64_t /*watermark*/) { return {}; }

  std::string_view bytesOf(const KeptRow& kept) const { return table_->strings().view(kept.row); }
  void keep(std::byte* value, std::string_view bytes) {
    table_->strings().assign(keptRow(value).row, bytes);
    table_->touch(value);
  }

  void emitUpdate(const KeptRow& kept, uint32_t row) {
    if (spec_.emitUpdateBefore) {
      writer_.addState(RowKind::kUpdateBefore, writer_.copyRow(bytesOf(kept).data()));
    }
    writer_.addInput(RowKind::kUpdateAfter, row);
  }

  DeduplicateSpec spec_;
  RowLayout layout_;
  ChangeWriter writer_;
  OperatorContext* context_ = nullptr;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
  std::vector<uint8_t> isNew_;
};

// Last row by event or processing time, or first row by event time with corrections.
class ReplacingDeduplicate final : public RowKeeper {
 public:
  using RowKeeper::RowKeeper;

 private:
  void prepare(const Batch& batch, const Rows& rows) override {
    size_t n = rows.count();
    places_.assign(n, 0);
    if (spec_.isRowtime) {
      times_.resize(n);
      TimeColumn times(*batch.column(spec_.timeColumn));
      for (uint32_t k = 0; k < n; ++k) times_[k] = times.millis(rows[k]);
    }
    // Only rows that may be kept need their bytes.
    candidates_.clear();
    for (uint32_t k = 0; k < n; ++k) {
      if (isNew_[k] == 0 && !replaces(k)) continue;
      places_[k] = static_cast<uint32_t>(candidates_.size());
      candidates_.push_back(rows[k]);
    }
    bytes_.encode(layout_, batch.columns(), Rows::of(candidates_));
  }

  bool isEmpty(const KeptRow& kept) const { return kept.row.size == 0; }

  // Whether row k takes the place of the row that is kept now.
  bool replaces(uint32_t k) const {
    const KeptRow& kept = keptRow(values_[k]);
    if (!spec_.isRowtime || isEmpty(kept)) return true;
    return spec_.keepLast ? kept.millis <= times_[k] : times_[k] < kept.millis;
  }

  void processRow(uint32_t k, uint32_t row) override {
    if (!replaces(k)) return;
    KeptRow& kept = keptRow(values_[k]);
    std::string_view bytes = bytes_.row(places_[k]);
    if (isEmpty(kept)) {
      writer_.addInput(RowKind::kInsert, row);
    } else {
      // Rows that come later have another processing time: they are never equal.
      emitUpdate(kept, row);
    }
    keep(values_[k], bytes);
    if (spec_.isRowtime) kept.millis = times_[k];
  }

  std::vector<int64_t> times_;
  std::vector<uint32_t> places_;
  Selection candidates_;
  RowBytes bytes_;
};

// First row by event time, emitted once when the watermark has reached its time.
class FirstByEventTime final : public RowKeeper {
 public:
  using RowKeeper::RowKeeper;

  Status snapshotState(uint64_t) override {
    watermarkState_->elements().assign(1, std::to_string(watermark_));
    return {};
  }

 private:
  Status openMore() override {
    StateSchema schema{.name = "timers", .kind = StateKind::kTimers, .key = keyTypesOf(spec_)};
    schema.keyNames = pickNames(spec_.inputNames, spec_.keys);
    timers_ = TRY(context_->state->openTimers(std::move(schema)));
    watermarkState_ = TRY(context_->state->openList("watermark", Redistribution::kUnion));
    for (const std::string& text : watermarkState_->elements()) {
      int64_t restored = kMinWatermark;
      std::from_chars(text.data(), text.data() + text.size(), restored);
      watermark_ = std::max(watermark_, restored);
    }
    return {};
  }

  void prepare(const Batch& batch, const Rows& rows) override {
    batch_ = &batch;
    times_.resize(rows.count());
    TimeColumn times(*batch.column(spec_.timeColumn));
    for (uint32_t k = 0; k < rows.count(); ++k) times_[k] = times.millis(rows[k]);
  }

  void processRow(uint32_t k, uint32_t row) override {
    int64_t time = times_[k];
    if (time < watermark_) {
      bump(context_->metrics->lateRecordsDropped, 1);
      return;
    }
    KeptRow& kept = keptRow(values_[k]);
    if (kept.emitted != 0) return;
    bool waiting = kept.row.size != 0;
    if (waiting && time >= kept.millis) return;
    Timer timer{
        .time = kept.millis, .space = 0, .keyHash = keys_.hashes()[k], .key = keys_.bytes(k)};
    if (waiting) timers_->remove(timer);
    timer.time = time;
    timers_->add(timer);
    bytes_.encode(layout_, batch_->columns(), Rows{nullptr, row, row + 1});
    keep(values_[k], bytes_.row(0));
    kept.millis = time;
  }

  Status advance(int64_t watermark) override {
    if (watermark <= watermark_) return {};
    watermark_ = watermark;
    return timers_->advance(watermark, [this](const Timer& timer) {
      one_.reset(table_->encoder());
      one_.append(timer.keyHash, timer.key);
      std::byte* value = nullptr;
      table_->find(one_, &value);
      // Another row may wait in place of one that has outlived its time.
      if (value != nullptr && keptRow(value).row.size != 0 && keptRow(value).millis == timer.time) {
        KeptRow& kept = keptRow(value);
        writer_.addState(RowKind::kInsert, writer_.copyRow(bytesOf(kept).data()));
        table_->strings().free(kept.row);
        kept.emitted = 1;
        table_->touch(value);
      }
      return Status();
    });
  }

  Timers* timers_ = nullptr;
  ListState* watermarkState_ = nullptr;
  int64_t watermark_ = kMinWatermark;
  const Batch* batch_ = nullptr;
  std::vector<int64_t> times_;
  RowBytes bytes_;
  KeyBatch one_;
};

}  // namespace

Result<OperatorPtr> makeDeduplicate(const DeduplicateSpec& spec) {
  if (!spec.isRowtime && !spec.keepLast) {
    return OperatorPtr(std::make_unique<FirstByArrival>(spec));
  }
  if (spec.isRowtime && !spec.keepLast && spec.appendOnlyFirst) {
    return OperatorPtr(std::make_unique<FirstByEventTime>(spec));
  }
  return OperatorPtr(std::make_unique<ReplacingDeduplicate>(spec));
}

}  // namespace millrace
