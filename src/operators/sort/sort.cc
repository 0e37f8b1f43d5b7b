#include "operators/sort/sort.h"

#include "operators/changelog/change_writer.h"
#include "operators/changelog/row_bytes.h"
#include "operators/changelog/sort_keys.h"

namespace millrace {

namespace {

// Holds rows in order until their time has come.
class TemporalSort final : public Operator {
 public:
  explicit TemporalSort(const TemporalSortSpec& spec)
      : spec_(spec),
        layout_(spec.input),
        writer_(layout_),
        // Rows of one processing time arrive at one time: only the further columns order them.
        sortKeys_(std::span(spec.order).subspan(spec.isRowtime ? 0 : 1), spec.input) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    StateSchema schema;
    schema.name = "rows";
    schema.kind = StateKind::kKeyedSortedRows;
    schema.row = spec_.input;
    schema.rowNames = spec_.inputNames;
    schema.order = "time";
    schema.sort.assign(spec_.order.begin() + (spec_.isRowtime ? 0 : 1), spec_.order.end());
    schema.extraBytes = 8;  // the row's time in milliseconds
    rows_ = TRY(context.state->openSortedRows(std::move(schema)));
    StateSchema last{.name = "last time", .kind = StateKind::kKeyedTable};
    last.parts.push_back({.name = "present", .type = "BIGINT", .bytes = 8});
    last.parts.push_back({.name = "millis", .type = "BIGINT", .bytes = 8});
    lastTime_ = TRY(context.state->openTable(std::move(last)));
    keys_.encode(rows_->encoder(), {}, Rows::dense(1));
    SortedGroup* group = nullptr;
    rows_->find(keys_, &group);
    if (!spec_.isRowtime && group != nullptr && KeyedSortedRows::size(group) > 0) {
      due_ = context.env->clock().nowMillis() + 1;
    }
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    writer_.begin(nullptr);
    Rows rows = batch.rows();
    uint32_t next = 0;
    if (!batch.empty()) {
      sortKeys_.encode(batch.columns(), rows);
      bytes_.encode(layout_, batch.columns(), rows);
      if (!spec_.isRowtime) due_ = std::min(due_, context_->env->clock().nowMillis() + 1);
    }
    for (const WatermarkMark& mark : batch.marks()) {
      uint32_t begin = next;
      while (next < rows.count() && rows[next] < mark.position) ++next;
      addRows(batch, rows, begin, next);
      if (spec_.isRowtime) emitUpTo(mark.watermark);
      writer_.addMark(mark.watermark);
    }
    addRows(batch, rows, next, rows.count());
    return writer_.finish(out);
  }

  int64_t nextProcessingTime() const override { return due_; }

  Status onProcessingTime(int64_t now, Output& out) override {
    if (now < due_) return {};
    due_ = INT64_MAX;
    writer_.begin(nullptr);
    emitUpTo(INT64_MAX);
    return writer_.finish(out);
  }

  // What processing time has not released yet comes at the end.
  Status finish(Output& out) override {
    if (spec_.isRowtime) return {};
    return onProcessingTime(INT64_MAX, out);
  }

 private:
  // The time of the last row that was emitted: rows up to it are late.
  int64_t* lastTime(bool create) {
    std::byte* value = nullptr;
    if (create) {
      lastTime_->findOrInsert(keys_, &value, nullptr);
    } else {
      lastTime_->find(keys_, &value);
    }
    return reinterpret_cast<int64_t*>(value);
  }

  void addRows(const Batch& batch, const Rows& rows, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    SortedGroup* group = nullptr;
    rows_->findOrInsert(keys_, &group);
    if (!spec_.isRowtime) {
      for (uint32_t k = begin; k < end; ++k) rows_->insert(group, sortKeys_.key(k), bytes_.row(k));
      return;
    }
    TimeColumn times(*batch.column(spec_.order[0].column));
    const int64_t* last = lastTime(false);
    uint64_t late = 0;
    for (uint32_t k = begin; k < end; ++k) {
      int64_t millis = times.millis(rows[k]);
      if (last != nullptr && millis <= last[1]) {
        ++late;
        continue;
      }
      StateRow* row = nullptr;
      rows_->insert(group, sortKeys_.key(k), bytes_.row(k), &row);
      *reinterpret_cast<int64_t*>(rows_->extra(row)) = millis;
    }
    if (late > 0) bump(context_->metrics->lateRecordsDropped, late);
  }

  void emitUpTo(int64_t watermark) {
    SortedGroup* group = nullptr;
    rows_->find(keys_, &group);
    if (group == nullptr) return;
    size_t size = KeyedSortedRows::size(group);
    size_t count = 0;
    int64_t millis = 0;
    for (; count < size; ++count) {
      StateRow* row = rows_->at(group, count);
      int64_t time = *reinterpret_cast<int64_t*>(rows_->extra(row));
      if (spec_.isRowtime && time > watermark) break;
      millis = time;
      writer_.addState(RowKind::kInsert, writer_.copyRow(rows_->rowBytes(row)));
    }
    if (count == 0) return;
    if (spec_.isRowtime) {
      int64_t* last = lastTime(true);
      last[0] = 1;
      last[1] = millis;
    }
    if (count == size) {
      rows_->drop(group);
    } else {
      for (size_t i = count; i > 0; --i) rows_->eraseAt(group, i - 1);
    }
  }

  TemporalSortSpec spec_;
  RowLayout layout_;
  ChangeWriter writer_;
  SortKeys sortKeys_;
  OperatorContext* context_ = nullptr;
  KeyedSortedRows* rows_ = nullptr;
  KeyedTable* lastTime_ = nullptr;
  KeyBatch keys_;  // the only key
  RowBytes bytes_;
  int64_t due_ = INT64_MAX;
};

}  // namespace

Result<OperatorPtr> makeTemporalSort(const TemporalSortSpec& spec) {
  if (spec.order.empty() || !spec.order[0].ascending) {
    return Error(ErrorKind::kUnsupported, "sort by a time attribute in descending order")
        .withHint("Order by a time attribute ascending, or add LIMIT.");
  }
  return OperatorPtr(std::make_unique<TemporalSort>(spec));
}

}  // namespace millrace
