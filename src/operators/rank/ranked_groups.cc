#include "operators/rank/ranked_groups.h"

#include "state/column_list.h"

namespace millrace {

Status RankedGroups::open(OperatorContext& context, std::string kept) {
  StateSchema schema;
  schema.name = "rows";
  schema.kind = StateKind::kKeyedSortedRows;
  schema.key = pickTypes(spec_.input, spec_.partitionKeys);
  schema.keyNames = pickNames(spec_.inputNames, spec_.partitionKeys);
  schema.row = spec_.input;
  schema.rowNames = spec_.inputNames;
  schema.order = std::move(kept);
  schema.sort = spec_.order;
  schema.ttlMillis = context.options->stateTtlMillis;
  rows_ = TRY(context.state->openSortedRows(std::move(schema)));
  return {};
}

void RankedGroups::locate(const Batch& batch) {
  std::vector<ColumnPtr> columns;
  columns.reserve(spec_.partitionKeys.size());
  for (uint32_t key : spec_.partitionKeys) columns.push_back(batch.column(key));
  Rows rows = batch.rows();
  keys_.encode(rows_->encoder(), columns, rows);
  groups_.resize(rows.count());
  rows_->findOrInsert(keys_, groups_.data());
  sortKeys_.encode(batch.columns(), rows);
}

}  // namespace millrace
