#include "operators/group_aggregate/group_table.h"

#include <algorithm>

#include "state/column_list.h"

namespace millrace {

Result<GroupTable> GroupTable::make(const GroupAggregateSpec& spec) {
  AggregateSet aggregates =
      TRY(AggregateSet::make(spec.aggregates, spec.inputRetracts, spec.inputNames));
  return GroupTable{.aggregates = std::move(aggregates),
                    .keyNames = pickNames(spec.inputNames, spec.keys),
                    .countsRows = spec.inputRetracts};
}

StateSchema GroupTable::schema(const std::vector<Type>& keyTypes) {
  StateSchema schema;
  schema.name = "groups";
  schema.kind = StateKind::kKeyedTable;
  schema.key = keyTypes;
  schema.keyNames = keyNames;
  schema.parts.push_back({.name = "rows",
                          .type = countsRows ? "counted" : "not counted",
                          .bytes = GroupHeader::kBytes});
  aggregates.addParts(schema);
  return schema;
}

Status GroupTable::open(StateStore& store, const std::vector<uint32_t>& keyColumnsOfInput,
                        const std::vector<Type>& input, int64_t ttlMillis) {
  keyColumns = keyColumnsOfInput;
  std::vector<Type> keyTypes;
  for (uint32_t key : keyColumns) keyTypes.push_back(input[key]);
  StateSchema groups = schema(keyTypes);
  groups.ttlMillis = ttlMillis;
  table = TRY(store.openTable(std::move(groups)));
  return aggregates.open(store, keyColumns, input, keyNames, ttlMillis);
}

void GroupTable::resolve(const Batch& batch) {
  std::vector<ColumnPtr> columns;
  for (uint32_t key : keyColumns) columns.push_back(batch.column(key));
  size_t n = batch.numSelected();
  keys.encode(table->encoder(), columns, batch.rows());
  values.resize(n);
  isNew.resize(n);
  table->findOrInsert(keys, values.data(), isNew.data());
}

void GroupTable::erase(std::vector<std::byte*>& groups) {
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  for (std::byte* value : groups) {
    if (GroupHeader::of(value).rows() == 0) table->erase(value);
  }
  groups.clear();
}

}  // namespace millrace
