#include "operators/rank/first_rows.h"

#include "state/column_list.h"

namespace millrace {

namespace {

class FirstRows final : public Operator {
 public:
  explicit FirstRows(const RankSpec& spec) : spec_(spec) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    StateSchema schema;
    schema.name = "counts";
    schema.kind = StateKind::kKeyedTable;
    for (uint32_t key : spec_.partitionKeys) schema.key.push_back(spec_.input[key]);
    schema.keyNames = pickNames(spec_.inputNames, spec_.partitionKeys);
    schema.order = firstRowsText(spec_);
    schema.parts.push_back({.name = "rows", .type = "BIGINT", .bytes = 8});
    schema.ttlMillis = context.options->stateTtlMillis;
    table_ = TRY(context.state->openTable(std::move(schema)));
    return {};
  }

  Status processBatch(int, Batch batch, Output& out) override {
    context_->refreshTime();
    if (!batch.empty()) select(batch);
    if (batch.empty() && batch.marks().empty()) return {};
    return out.emit(std::move(batch));
  }

 private:
  void select(Batch& batch) {
    std::vector<ColumnPtr> columns;
    for (uint32_t key : spec_.partitionKeys) columns.push_back(batch.column(key));
    Rows rows = batch.rows();
    keys_.encode(table_->encoder(), columns, rows);
    values_.resize(rows.count());
    // Rows behind the last rank do not write the count.
    table_->findOrInsert(keys_, values_.data(), nullptr, KeyedTable::Access::kLookAt);
    auto selection = std::make_shared<Selection>();
    MutableColumnPtr ranks;
    if (spec_.outputRank) {
      ranks = Column::make(Type::bigint().withNullable(false), batch.numRows());
    }
    for (uint32_t k = 0; k < rows.count(); ++k) {
      int64_t& count = *reinterpret_cast<int64_t*>(values_[k]);
      if (count >= spec_.rankEnd) continue;
      ++count;
      table_->touch(values_[k]);
      if (count < spec_.rankStart) continue;
      selection->push_back(rows[k]);
      if (ranks) ranks->mutableValues<int64_t>()[rows[k]] = count;
    }
    if (ranks) batch.addColumn(std::move(ranks));
    batch.setSelection(std::move(selection));
  }

  RankSpec spec_;
  OperatorContext* context_ = nullptr;
  KeyedTable* table_ = nullptr;
  KeyBatch keys_;
  std::vector<std::byte*> values_;
};

}  // namespace

Result<OperatorPtr> makeFirstRows(const RankSpec& spec) {
  return OperatorPtr(std::make_unique<FirstRows>(spec));
}

}  // namespace millrace
