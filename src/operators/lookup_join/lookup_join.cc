#include "operators/lookup_join/lookup_join.h"

#include <optional>

#include "operators/join/joined_rows.h"
#include "operators/lookup_join/background_read.h"
#include "runtime/async_operator.h"
#include "state/key_batch.h"
#include "state/keyed_table.h"
#include "types/gather.h"

namespace millrace {

namespace {

constexpr size_t kPairsAtOnce = 4096;
constexpr uint32_t kNone = UINT32_MAX;

// The table in memory: rows of one batch, chained by key.
class LookupTable {
 public:
  explicit LookupTable(const std::vector<Type>& keyTypes) {
    auto schema = std::make_shared<StateSchema>();
    schema->name = "table";
    schema->key = keyTypes;
    schema->parts = {{"rows", "first, last", 8, {}}};
    keys_ = std::make_unique<KeyedTable>(std::move(schema));
  }

  // Takes over the rows; those with a NULL key are never found.
  void load(Batch table, const std::vector<uint32_t>& keys) {
    table.materialize();
    rows_ = std::move(table);
    next_.assign(rows_.numRows(), kNone);
    keys_->clear();
    std::vector<ColumnPtr> columns;
    for (uint32_t key : keys) columns.push_back(rows_.column(key));
    std::vector<uint32_t> live = rowsWithKeys(columns, rows_.rows());
    batch_.encode(keys_->encoder(), columns, Rows::of(live));
    std::vector<std::byte*> values(live.size());
    std::vector<uint8_t> isNew(live.size());
    keys_->findOrInsert(batch_, values.data(), isNew.data());
    for (size_t k = 0; k < live.size(); ++k) {
      Chain& chain = *reinterpret_cast<Chain*>(values[k]);
      if (isNew[k] != 0) {
        chain = {live[k], live[k]};
      } else {
        next_[chain.last] = live[k];
        chain.last = live[k];
      }
    }
  }

  static std::vector<uint32_t> rowsWithKeys(const std::vector<ColumnPtr>& columns,
                                            const Rows& rows) {
    std::vector<uint32_t> live;
    forEachRow(rows, [&](uint32_t row) {
      for (const ColumnPtr& column : columns) {
        if (column->isNull(row)) return;
      }
      live.push_back(row);
    });
    return live;
  }

  const Batch& rows() const { return rows_; }
  uint32_t next(uint32_t row) const { return next_[row]; }
  // first[k]: the first table row of key k, or kNone.
  void find(const std::vector<ColumnPtr>& columns, const Rows& rows, std::vector<uint32_t>& first) {
    batch_.encode(keys_->encoder(), columns, rows);
    values_.resize(rows.count());
    keys_->find(batch_, values_.data());
    first.resize(rows.count());
    for (size_t k = 0; k < values_.size(); ++k) {
      first[k] = values_[k] != nullptr ? reinterpret_cast<Chain*>(values_[k])->first : kNone;
    }
  }

 private:
  struct Chain {
    uint32_t first;
    uint32_t last;
  };

  Batch rows_;
  std::unique_ptr<KeyedTable> keys_;
  std::vector<uint32_t> next_;
  KeyBatch batch_;
  std::vector<std::byte*> values_;
};

class LookupJoin final : public Operator, public AsyncOperator {
 public:
  LookupJoin(const LookupJoinSpec& spec, JoinCondition condition, std::vector<Type> keyTypes)
      : spec_(spec),
        condition_(std::move(condition)),
        table_(keyTypes),
        writer_(spec.left, spec.right, false) {}

  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  bool isReady() const override { return true; }
  bool isSettled() const override { return true; }

  // Opening a job is no worker's: it may wait.
  Status open(OperatorContext& context) override {
    context_ = &context;
    return load();
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    if (!spec_.isRemote && !batch.empty() && nowMillis() >= reloadAtMillis()) TRY(load());
    source_[0] = {&batch, nullptr};
    source_[1] = {&table_.rows(), nullptr};
    writer_.begin(source_[0], source_[1]);
    nextMark_ = 0;
    if (!batch.empty()) TRY(joinRows(batch, out));
    addMarksBefore(batch, UINT32_MAX);
    return writer_.finish(out);
  }

  int64_t nextProcessingTime() const override {
    if (!spec_.isRemote) return INT64_MAX;
    if (!reload_) return reloadAtMillis();
    return reload_->isDone() ? 0 : INT64_MAX;
  }

  Status onProcessingTime(int64_t, Output&) override {
    context_->refreshTime();
    if (reload_ && reload_->isDone()) {
      Result<Batch> table = reload_->take();
      reload_.reset();
      replace(TRY(std::move(table)));
    } else if (!reload_ && nowMillis() >= reloadAtMillis()) {
      beganMillis_ = nowMillis();
      reload_.emplace(spec_.read, wake_);
    }
    return {};
  }

 private:
  int64_t nowMillis() const { return context_->eval.nowMicros / 1000; }
  int64_t reloadAtMillis() const {
    return spec_.reloadMillis > 0 ? beganMillis_ + spec_.reloadMillis : INT64_MAX;
  }

  Status load() {
    context_->refreshTime();
    beganMillis_ = nowMillis();
    replace(TRY(spec_.read({})));
    return {};
  }

  void replace(Batch table) {
    if (table.numColumns() == 0) {
      std::vector<ColumnPtr> columns;
      for (const Type& type : spec_.right) columns.push_back(Column::make(type, 0));
      table = Batch(std::move(columns), 0);
    }
    table_.load(std::move(table), spec_.rightKeys);
  }

  void addMarksBefore(const Batch& batch, uint32_t row) {
    while (nextMark_ < batch.marks().size() && batch.marks()[nextMark_].position <= row) {
      writer_.addMark(batch.marks()[nextMark_++].watermark);
    }
  }

  Status joinRows(const Batch& batch, Output& out) {
    std::vector<ColumnPtr> columns;
    for (uint32_t key : spec_.leftKeys) columns.push_back(batch.column(key));
    std::vector<uint32_t> live = LookupTable::rowsWithKeys(columns, batch.rows());
    table_.find(columns, Rows::of(live), first_);
    Rows rows = batch.rows();
    uint32_t l = 0;
    for (uint32_t k = 0; k < rows.count();) {
      pairs_.clear();
      pairEnds_.clear();
      uint32_t begin = k;
      for (; k < rows.count() && pairs_.size() < kPairsAtOnce; ++k) {
        if (l < live.size() && live[l] == rows[k]) addPairs(rows[k], first_[l++]);
        pairEnds_.push_back(static_cast<uint32_t>(pairs_.size()));
      }
      passes_.assign(pairs_.size(), 1);
      if (!condition_.isTrue() && pairs_.size() > 0) {
        TRY(condition_.evaluate(source_[0], source_[1], pairs_, context_->eval, passes_));
      }
      emitRun(batch, rows, begin, k);
      TRY(writer_.emitFull(out));
    }
    return {};
  }

  void addPairs(uint32_t row, uint32_t first) {
    for (uint32_t match = first; match != kNone; match = table_.next(match)) {
      pairs_.left.push_back(refOfRow(row));
      pairs_.right.push_back(refOfRow(match));
    }
  }

  void emitRun(const Batch& batch, const Rows& rows, uint32_t begin, uint32_t end) {
    uint32_t pair = 0;
    for (uint32_t k = begin; k < end; ++k) {
      uint32_t row = rows[k];
      if (nextMark_ < batch.marks().size()) addMarksBefore(batch, row);
      bool matched = false;
      for (; pair < pairEnds_[k - begin]; ++pair) {
        if (passes_[pair] == 0) continue;
        matched = true;
        writer_.add(batch.kind(row), pairs_.left[pair], pairs_.right[pair]);
      }
      if (!matched && spec_.kind == JoinKind::kLeft) {
        writer_.add(batch.kind(row), refOfRow(row), kNoRowRef);
      }
    }
  }

  LookupJoinSpec spec_;
  JoinCondition condition_;
  LookupTable table_;
  JoinWriter writer_;
  OperatorContext* context_ = nullptr;
  int64_t beganMillis_ = 0;  // when the newest read of the table began
  JoinSource source_[2];
  size_t nextMark_ = 0;
  std::vector<uint32_t> first_;
  RowPairs pairs_;
  std::vector<uint32_t> pairEnds_;
  std::vector<uint8_t> passes_;
  std::function<void()> wake_;
  std::optional<BackgroundRead> reload_;
};

}  // namespace

Result<OperatorPtr> makeLookupJoin(const LookupJoinSpec& spec) {
  if (spec.kind != JoinKind::kInner && spec.kind != JoinKind::kLeft) {
    return Error(ErrorKind::kUnsupported, "a lookup join that is neither INNER nor LEFT")
        .withHint("Use JOIN or LEFT JOIN with FOR SYSTEM_TIME AS OF.");
  }
  JoinCondition condition = TRY(JoinCondition::make(spec.condition, spec.left, spec.right));
  std::vector<Type> keyTypes;
  for (uint32_t key : spec.rightKeys) keyTypes.push_back(spec.right[key].withNullable(false));
  return OperatorPtr(std::make_unique<LookupJoin>(spec, std::move(condition), std::move(keyTypes)));
}

}  // namespace millrace
